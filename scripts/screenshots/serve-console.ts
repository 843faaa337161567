import { join } from 'node:path';
import { createLetterComposer } from '../../activities/campaign/letters/create-letter-composer.ts';
import { proofLinks } from '../../activities/campaign/letters/proof-links.ts';
import { createLinks } from '../../activities/campaign/signed-link.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { openLedger } from '../../gateways/ledger/open-ledger.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { openAuditLog } from '../../web/access/audit-log.ts';
import { createApp } from '../../web/create-app.ts';
import { listCycles } from '../../web/list-cycles.ts';
import { readEnvironment } from '../../workers/environment.ts';
import { serveWeb } from '../../workers/serve-web.ts';
import type { StopList } from '../processes/stop-list.ts';
import { findRunningStack } from '../stack/running-stack.ts';

export interface ServedConsole {
  readonly url: string;
  /** The newest finished cycle of a shop. @throws ClienteleError CYCLE_NOT_FOUND */
  newest(shop: string): Promise<{ readonly shop: string; readonly cycle: string }>;
}

/** The console of the stack that runs in this checkout, or one of its own over what the cycles left. */
export async function serveConsole({ root, stops, say }: { readonly root: string; readonly stops: StopList; readonly say: (line: string) => void }): Promise<ServedConsole> {
  const environment = readEnvironment(process.env);
  const newest: ServedConsole['newest'] = async (shop) => {
    const found = (await listCycles(environment.lake)).find((cycle) => cycle.shop === shop && cycle.hasReport);
    if (found === undefined) throw new ClienteleError('COMMAND_INVALID', { problem: `The shop ${shop} has no finished cycle`, remedy: 'npm run quickstart makes one of the demo shop.' });
    return found;
  };
  const running = await findRunningStack(root);
  if (running !== undefined) return { url: running.webUrl, newest };

  const server = await serveWeb({ host: '127.0.0.1', port: 0 });
  stops.add(() => server.close());
  const ledger = await openLedger({ databaseUrl: environment.databaseUrl, folder: join(environment.home, 'ledger') });
  stops.add(() => ledger.close());
  const clock = (): Date => new Date();
  const shops = (name: string) => openShopFolder(environment.shops, name);
  const app = createApp({
    ledger, clock, shops, warehouse: await openWarehouse({ lake: environment.lake }), publicUrl: server.url, loopback: true, accounts: { users: [], tokens: [] },
    links: createLinks({ publicUrl: server.url, secret: environment.linkSecret }), letters: createLetterComposer({ shops, links: proofLinks(server.url) }),
    audit: openAuditLog(join(environment.home, 'log', 'audit.jsonl'), clock), onError: (error) => { say(`A page failed: ${error instanceof Error ? error.message : 'unknown'}`); },
  });
  stops.add(() => app.close());
  server.show(app);
  return { url: server.url, newest };
}
