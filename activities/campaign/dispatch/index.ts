import { randomUUID } from 'node:crypto';
import { armTallies } from '../../../gateways/ledger/arm-tallies.ts';
import { cancelPlanned } from '../../../gateways/ledger/cancel-planned.ts';
import { claimSends } from '../../../gateways/ledger/claim-sends.ts';
import { exportSends, type ExportedSend } from '../../../gateways/ledger/export-sends.ts';
import type { Ledger } from '../../../gateways/ledger/ledger.ts';
import { readCampaign } from '../../../gateways/ledger/open-campaign.ts';
import { recordAnswers } from '../../../gateways/ledger/record-answers.ts';
import { retryFailed } from '../../../gateways/ledger/retry-failed.ts';
import { tally } from '../../../gateways/ledger/tally.ts';
import type { RelayLog } from '../../../gateways/mail/relay-log.ts';
import type { Relay } from '../../../gateways/mail/relay.ts';
import type { ShopFolder } from '../../../gateways/shop-folder/open-shop-folder.ts';
import type { Warehouse } from '../../../gateways/warehouse/warehouse.ts';
import type { DispatchActivities, DispatchTally, PageResult } from '../contract.ts';
import type { LetterComposer } from '../letter-composer.ts';
import { deliverClaimed } from './deliver-claimed.ts';
import { openDispatch } from './open-dispatch.ts';
import { createSendRate } from './send-rate.ts';
import { settleSends } from './settle-sends.ts';

export interface DispatchDependencies {
  readonly warehouse: Warehouse;
  readonly ledger: Ledger;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  readonly relay: Relay;
  readonly relayLog: RelayLog;
  readonly letters: LetterComposer;
  readonly clock: () => Date;
  readonly cancellation: () => AbortSignal | undefined;
}

/** Tries of one letter over all rounds. */
const maximumAttempts = 3;

/** The fifth step after approval: every letter at most once, and the ledger always knows which. */
export function createDispatchActivities({ warehouse, ledger, openShop, relay, relayLog, letters, clock, cancellation }: DispatchDependencies): DispatchActivities {
  const rate = createSendRate();
  return {
    async openDispatch({ plan, ...scope }): Promise<{ recipients: number; pages: number }> {
      const shop = await openShop(scope.shop);
      await using session = await warehouse.open({ 'plan.recipients': plan.relations['plan.recipients']! }, {}, cancellation());
      return await openDispatch({ session, ledger, letters, shop, scope, plan, now: clock() });
    },

    async dispatchPage({ shop: name, campaign, page, mailsPerSecond, stoppedArms }): Promise<PageResult> {
      const { settings } = await openShop(name);
      const signal = cancellation();
      const claimant = `${process.pid}-${randomUUID()}`;
      // What an attempt before this one held when its process died is settled first, or it would be left behind.
      await settleSends(ledger, relayLog, { campaign, page, states: ['claimed'], exceptClaimant: claimant, now: clock() });
      // No more than a second's letters are claimed at once, so that a crash leaves few in doubt.
      const limit = Math.max(1, Math.min(100, Math.ceil(mailsPerSecond)));
      const counts = { handedOver: 0, failed: 0, suppressed: 0 };
      let relayDown = false;
      while (!relayDown) {
        signal?.throwIfAborted();
        const { claimed, suppressed } = await claimSends(ledger, { campaign, page, limit, stoppedArms, claimant, now: clock() });
        counts.suppressed += suppressed;
        if (claimed.length === 0 && suppressed === 0) break;
        const delivered = await deliverClaimed({ shop: name, envelopeFrom: settings.sender.address, claimed, letters, relay, turn: () => rate(mailsPerSecond, signal), signal });
        const recorded = await recordAnswers(ledger, { claimant, answers: delivered.answers, now: clock() });
        counts.handedOver += recorded.handed_over ?? 0;
        counts.failed += (recorded.failed ?? 0) + (recorded.hard_bounced ?? 0) + (recorded.soft_bounced ?? 0);
        if (delivered.failure !== undefined) throw delivered.failure;
        relayDown = delivered.relayDown;
      }
      return { ...counts, arms: await armTallies(ledger, campaign), relayDown };
    },

    reconcileInDoubt: ({ campaign }) => settleSends(ledger, relayLog, { campaign, states: ['claimed', 'in_doubt'], now: clock() }),

    async retryFailed({ campaign }): Promise<{ returned: number }> {
      return { returned: await retryFailed(ledger, { campaign, maximumAttempts, now: clock() }) };
    },

    async closeDispatch({ campaign, shop, cycle }): Promise<Awaited<ReturnType<DispatchActivities['closeDispatch']>>> {
      await settleSends(ledger, relayLog, { campaign, states: ['handed_over'], now: clock() });
      const opened = await readCampaign(ledger, campaign);
      const counts = await tally(ledger, campaign);
      await using session = await warehouse.open({}, {}, cancellation());
      const texts = ['key', 'campaign', 'customerId', 'arm', 'segment', 'offer', 'state', 'couponCode'] as const;
      const relation = await session.write({ shop, cycle }, {
        // The counts are part of the mark: sends that moved since are exported anew.
        name: 'sends.sends', algorithm: 'ledger', inputs: [], external: `ledger ${JSON.stringify(counts)}`,
        columns: async () => {
          const rows: ExportedSend[] = [];
          for await (const some of exportSends(ledger, campaign)) rows.push(...some);
          return texts.map((name) => ({ name: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), type: 'VARCHAR' as const, values: rows.map((row) => row[name]) }));
        },
      });
      const summary: DispatchTally = {
        planned: counts.planned, claimed: counts.claimed, handedOver: counts.handed_over, delivered: counts.delivered, softBounced: counts.soft_bounced,
        hardBounced: counts.hard_bounced, failed: counts.failed, suppressed: counts.suppressed, complained: counts.complained, inDoubt: counts.in_doubt,
      };
      return {
        relations: { 'sends.sends': relation }, tally: summary, openedAt: (opened?.openedAt ?? clock()).toISOString(),
        figures: [
          { label: 'delivered', value: counts.delivered }, { label: 'accepted by the relay, delivery not known', value: counts.handed_over },
          { label: 'bounced', value: counts.hard_bounced + counts.soft_bounced }, { label: 'failed', value: counts.failed },
          { label: 'suppressed', value: counts.suppressed }, { label: 'in doubt', value: counts.in_doubt },
        ],
      };
    },

    async cancelDispatch({ campaign }): Promise<{ cancelled: number }> {
      return { cancelled: await cancelPlanned(ledger, { campaign, reason: 'the campaign was cancelled', now: clock() }) };
    },
  };
}
