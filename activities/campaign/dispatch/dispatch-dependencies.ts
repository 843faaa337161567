import type { Ledger } from '../../../gateways/ledger/ledger.ts';
import type { ReportProofs } from '../../../gateways/mail/read-report.ts';
import type { RelayLog } from '../../../gateways/mail/relay-log.ts';
import type { DomainRates } from '../../../gateways/mail/domain-pace.ts';
import type { Relay } from '../../../gateways/mail/relay.ts';
import type { Warehouse } from '../../../gateways/warehouse/warehouse.ts';
import type { ShopFolder } from '../../../gateways/shop-folder/open-shop-folder.ts';
import type { LetterPress } from '../letter-composer.ts';

/** What sending reaches for. */
export interface DispatchDependencies {
  readonly warehouse: Warehouse;
  readonly ledger: Ledger;
  readonly relay: Pick<Relay, 'deliver' | 'maximumConnections'>;
  readonly relayLog: RelayLog;
  readonly letters: Pick<LetterPress, 'open'>;
  /** The shop's folder as it is now, which must still say what was approved; absent only where letters come from no folder. */
  readonly openShop?: (name: string) => Promise<ShopFolder>;
  /** Real time, whatever the shop's days last. */
  readonly clock: () => Date;
  /** Of the activity that runs now. */
  readonly cancellation: () => AbortSignal | undefined;
  /**
   * Real seconds within which a claimed letter is in the relay's log or will never be. Only after them does the log's silence prove that a letter
   * never came; a letter is not begun later than half of them after its claim. 120 when absent: relays may look at a letter for a minute before they
   * take it (RFC 1047), also when whoever sent it is dead.
   */
  readonly settleAfterSeconds?: number;
  /** How fast this process may write to each recipient domain; several processes have a share of the limit each (MAIL_WORKERS). */
  readonly domainRates?: DomainRates;
  /** Makes the address that bounces of a send go to (VERP); the sender's own when absent. */
  readonly returnPath?: (key: string) => string;
  /** Maildir of bounces and complaints, and what proves which letter they are about; they are read before people are planned and when a campaign is settled. */
  readonly reports?: { readonly folder: string; readonly proofs: ReportProofs };
}
