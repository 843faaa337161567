import type { SendState } from '../../../gateways/ledger/send-state.ts';
import type { DispatchTally } from '../contract.ts';

/** The ledger's counts in the words of the contract. Cancelled sends are not part of it. */
export const tallyOf = (counts: Readonly<Record<SendState, number>>): DispatchTally => ({
  planned: counts.planned, claimed: counts.claimed, handedOver: counts.handed_over, delivered: counts.delivered, softBounced: counts.soft_bounced,
  hardBounced: counts.hard_bounced, failed: counts.failed, suppressed: counts.suppressed, complained: counts.complained, inDoubt: counts.in_doubt,
});
