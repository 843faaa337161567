// One life of a process that sends a campaign, for whoever kills it: node dispatch-worker.ts '<settings as JSON>'.
import { createDispatchActivities } from '../../activities/campaign/dispatch/index.ts';
import { openLedger } from '../../gateways/ledger/open-ledger.ts';
import { tally } from '../../gateways/ledger/tally.ts';
import { openRelay } from '../../gateways/mail/relay.ts';
import { openRelayLog } from '../../gateways/mail/relay-log.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { CampaignPlan } from '../../activities/campaign/contract.ts';
import { plainLetters } from '../gateways/mail-dispatch-letters.ts';

export interface DispatchWorkerSettings {
  readonly ledgerFolder: string;
  readonly databaseUrl?: string;
  readonly lake: string;
  readonly url: string;
  readonly log?: string;
  readonly campaign: string;
  readonly plan: CampaignPlan;
  readonly settleAfterSeconds: number;
  readonly silenceTimeoutSeconds: number;
}

/** What a worker tells its parent: how many sends it found claimed by the dead one before it, and that everything is sent. */
export type DispatchWorkerNews = { readonly claimed: number } | { readonly done: true };

const settings = JSON.parse(process.argv[2]!) as DispatchWorkerSettings;
const { campaign, plan } = settings;
const scope = { shop: 'demo', cycle: '2026-W48', asOf: '2026-11-23T00:00:00Z', campaign, plan };
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

const ledger = await openLedger({ databaseUrl: settings.databaseUrl, folder: settings.ledgerFolder });
const relay = openRelay({ url: settings.url, maximumConnections: 5, silenceTimeoutSeconds: settings.silenceTimeoutSeconds, connectTimeoutSeconds: 2 });
const dispatch = createDispatchActivities({
  warehouse: await openWarehouse({ lake: settings.lake }), ledger, relay, relayLog: openRelayLog(settings.log), letters: plainLetters,
  clock: () => new Date(), cancellation: () => undefined, settleAfterSeconds: settings.settleAfterSeconds,
});
process.send?.({ claimed: (await tally(ledger, campaign)).claimed } satisfies DispatchWorkerNews);

/** As workflows/send-campaign.ts does it: two pages at once, put off ones again, then what failed. */
const { pages } = await dispatch.openDispatch(scope);
for (let round = 0; ; round += 1) {
  let waiting = Array.from({ length: pages }, (_, page) => page);
  while (waiting.length > 0) {
    const again: number[] = [];
    const queue = waiting.values();
    const work = async (): Promise<void> => {
      for (const page of queue) {
        const { relayDown, putOff } = await dispatch.dispatchPage({ ...scope, page, mailsPerSecond: 5000, stoppedArms: [] });
        if (relayDown || putOff !== undefined) again.push(page);
      }
    };
    await Promise.all([work(), work()]);
    waiting = again;
    if (again.length > 0) await pause(200);
  }
  const { returned } = await dispatch.reconcileInDoubt(scope);
  if (round === 3 || returned + (await dispatch.retryFailed(scope)).returned === 0) break;
}
await relay.close();
await ledger.close();
process.send?.({ done: true } satisfies DispatchWorkerNews);
process.disconnect?.();
