import { join, resolve } from 'node:path';
import { createLinks, type Links } from '../activities/campaign/signed-link.ts';
import { openLedger, type Ledger } from '../gateways/ledger/open-ledger.ts';
import { createDkimSigner } from '../gateways/mail/dkim-signer.ts';
import type { DomainRates } from '../gateways/mail/domain-pace.ts';
import { openRelayLog, type RelayLog } from '../gateways/mail/relay-log.ts';
import { openRelay, type Relay } from '../gateways/mail/relay.ts';
import { createReturnPaths, type ReturnPaths } from '../gateways/mail/return-path.ts';
import { openShopFolder, type ShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import type { Trace } from '../gateways/trace/trace.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import type { Warehouse } from '../gateways/warehouse/warehouse.ts';
import { ClienteleError } from '../gateways/errors.ts';
import type { WorkerEnvironment } from './environment.ts';

/** Every door to the outside, opened once a process. */
export interface Services {
  readonly warehouse: Warehouse;
  readonly ledger: Ledger;
  readonly relay: Relay;
  readonly relayLog: RelayLog;
  /** Absent where bounces go to the sender's own address. */
  readonly returnPaths?: ReturnPaths;
  readonly domainRates?: DomainRates;
  readonly settleAfterSeconds?: number;
  /** Maildir of bounces and complaints. */
  readonly reportsFolder?: string;
  readonly links: Links;
  /** Where recipients reach the web pages of this installation. */
  readonly publicUrl: string;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  /** Absolute path or URL of a data folder; a relative setting starts at the project's root. */
  readonly resolveData: (setting: string) => string;
  readonly clock: () => Date;
  /** In the reverse order of opening. */
  close(): Promise<void>;
}

/**
 * @param publicUrl where recipients reach the web pages of this installation
 * @param trace told of statements and of conversations with the relay
 * @throws ClienteleError LEDGER_LOCKED, LEDGER_UNREACHABLE, ENVIRONMENT_INVALID
 */
export async function openServices(environment: WorkerEnvironment, publicUrl: string, trace?: Trace): Promise<Services> {
  const { lake, shopVariables, databaseUrl, home, smtpUrl, smtpLog, shops, root, linkSecret, mail } = environment;
  const links = createLinks({ publicUrl, secret: linkSecret });
  const relay = smtpUrl === undefined ? missingRelay() : openRelay({ url: smtpUrl, dkim: mail.dkim === undefined ? undefined : createDkimSigner(mail.dkim), trace });
  const returnPaths = mail.returnPath === undefined ? undefined : createReturnPaths({ mailbox: mail.returnPath, secret: linkSecret });
  const warehouse = await openWarehouse({ lake, shopVariables, ...environment.warehouse, trace });
  const ledger = await openLedger({ databaseUrl, folder: join(home, 'ledger') });
  return {
    warehouse, ledger, relay, links, publicUrl, returnPaths,
    domainRates: mail.domainRates, reportsFolder: mail.reportsFolder, settleAfterSeconds: mail.settleAfterSeconds,
    relayLog: openRelayLog(smtpLog),
    openShop: (name) => openShopFolder(shops, name),
    resolveData: (setting) => (URL.canParse(setting) ? setting : resolve(root, setting)),
    clock: () => new Date(),
    async close() {
      await relay.close();
      await ledger.close();
    },
  };
}

/** In a process without SMTP_URL everything runs until a letter is to be handed over. */
function missingRelay(): Relay {
  return {
    deliver: () => Promise.reject(new ClienteleError('ENVIRONMENT_INVALID', { name: 'SMTP_URL', problem: 'not set', remedy: 'Set it to the mail relay, for example smtp://user:password@relay:587.' })),
    maximumConnections: 1,
    close: () => Promise.resolve(),
  };
}
