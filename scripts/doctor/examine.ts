import { join } from 'node:path';
import { openS3 } from '../../gateways/object-store/open-s3.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { StopList } from '../processes/stop-list.ts';
import { findRunningStack } from '../stack/running-stack.ts';
import { checkClock, readTemporalClock } from './check-clock.ts';
import { checkEnvironment } from './check-environment.ts';
import { checkLake } from './check-lake.ts';
import { checkLakeStore } from './check-lake-store.ts';
import { checkNode } from './check-node.ts';
import { checkRelay } from './check-relay.ts';
import { checkSenderDomain, type TextRecords } from './check-sender-domain.ts';
import { checkShop } from './check-shop.ts';
import { checkTemporal } from './check-temporal.ts';
import { notesOf, wordsOf, type Finding } from './finding.ts';
import { inspectLedger } from './inspect-ledger.ts';
import { openDoor } from './open-door.ts';

export interface Patient {
  readonly root: string;
  readonly variables: Readonly<NodeJS.ProcessEnv>;
  /** Looked at too, with the domain of its sender. */
  readonly shop?: string;
  readonly dns: TextRecords;
  readonly stops: StopList;
  readonly say: (line: string) => void;
}

/** Looks at everything that a cycle needs; nothing is sent, migrated or kept. A check that breaks is a finding, and the others go on. */
export async function examine({ root, variables, shop, dns, stops, say }: Patient): Promise<Finding[]> {
  const node = checkNode(process.versions.node);
  const { environment, findings: settings } = checkEnvironment(variables);
  if (environment === undefined) return [node, ...settings, notesOf('environment').skipped('the rest', 'is looked at when the settings can be read')];

  const door = await openDoor({ root, environment: variables, stops, say });
  const stackPid = (await findRunningStack(root))?.pid;
  const [temporal, ledger, lake, relay, temporalClock] = await Promise.all([
    guarded('Temporal', () => checkTemporal(door)),
    inspectLedger({ databaseUrl: environment.databaseUrl, folder: join(environment.home, 'ledger'), migrations: join(root, 'sql', 'ledger'), stackPid }),
    guarded('lake', async () => [...await checkLake(environment.lake), ...(environment.lakeStore === undefined ? [] : await checkLakeStore(openS3(environment.lakeStore), environment.lakeStore.prefix))]),
    guarded('mail relay', () => checkRelay(environment.smtpUrl)),
    door.kind === 'open' ? readTemporalClock(door.client).catch(() => undefined) : undefined,
  ]);
  const clock = checkClock([temporalClock, ledger.clock].filter((other) => other !== undefined));
  const looked = shop === undefined || lake.some(({ state }) => state === 'failed') ? undefined : await checkShop({ shops: environment.shops, name: shop, root, warehouse: await openWarehouse({ lake: environment.lake, shopVariables: environment.shopVariables, ...environment.warehouse }) });
  const sender = looked?.shop?.settings.sender.address;
  const domain = sender === undefined || environment.smtpUrl === undefined
    ? [notesOf("sender's domain").skipped('domain', sender === undefined ? 'is looked at when a shop is named' : 'does not matter while SMTP_URL is not set')]
    : await guarded("sender's domain", () => checkSenderDomain({ sender, returnPath: environment.mail.returnPath, dkim: environment.mail.dkim }, dns));
  return [node, ...settings, ...temporal, ...ledger.findings, ...lake, ...relay, ...domain, ...clock, ...(looked?.findings ?? [notesOf('shop').skipped('shop', shop === undefined ? 'none was named' : 'is looked at when the lake can be written')])];
}

async function guarded(area: Finding['area'], look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [notesOf(area).failed('check', wordsOf(error), 'Mend what it says, then look again.')];
  }
}
