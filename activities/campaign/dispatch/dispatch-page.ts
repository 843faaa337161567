import { randomUUID } from 'node:crypto';
import { armTallies, tallyPage } from '../../../gateways/ledger/arm-tallies.ts';
import { claimSends, type ClaimedSend } from '../../../gateways/ledger/claim-sends.ts';
import { countPutOff } from '../../../gateways/ledger/count-put-off.ts';
import { recordAnswers } from '../../../gateways/ledger/record-answers.ts';
import type { DomainPace } from '../../../gateways/mail/domain-pace.ts';
import { ClienteleError } from '../../../gateways/errors.ts';
import type { DispatchActivities, PageResult } from '../contract.ts';
import { contentHash } from '../plan-hash.ts';
import { deliverBatch, type BatchOutcome } from './deliver-batch.ts';
import type { DispatchDependencies } from './dispatch-dependencies.ts';
import { createPace } from './pace.ts';
import { settleAfter, settleClaims } from './settle-claims.ts';

/** Few enough that a process that dies leaves little to settle, enough that the ledger is not the bottleneck. */
const largestClaim = 125;
/** Without the relay's log everything that was claimed when a process died stays in doubt for ever: then fewer. */
const largestClaimWithoutLog = 25;
/** Of two claims, one is on its way while the other waits: together they must not grow older than a letter may begin. */
const secondsAClaim = 1;

interface Claim {
  readonly sends: readonly ClaimedSend[];
  readonly suppressed: number;
  readonly at: number;
}

const isEmpty = ({ sends, suppressed }: Claim): boolean => sends.length === 0 && suppressed === 0;

/**
 * Sends what is still to send of one page. What an earlier attempt had claimed when its process died is settled first; then sends are claimed few at a
 * time, delivered, and their answers recorded; while some are on their way, the next are claimed. The counts are those of this call.
 * @throws ClienteleError PLAN_CHANGED when a letter or an offer is not what was approved any more
 */
export async function dispatchPage(dependencies: DispatchDependencies, domains: DomainPace, { shop, cycle, campaign, page, mailsPerSecond, stoppedArms, contentHash: approved }: Parameters<DispatchActivities['dispatchPage']>[0]): Promise<PageResult> {
  const { ledger, letters, openShop, clock, cancellation } = dependencies;
  // Letters are read from the folder page by page: what was edited since the approval must not go out half-way.
  if (approved !== undefined && openShop !== undefined && contentHash(await openShop(shop)) !== approved) throw new ClienteleError('PLAN_CHANGED', { campaign, cycle });
  const signal = cancellation();
  // A name of this very attempt: what any other holds was left behind.
  const claimant = randomUUID();
  const pace = createPace(mailsPerSecond, signal);
  const hasLog = await dependencies.relayLog.accepted([]) !== undefined;
  const limit = Math.min(hasLog ? largestClaim : largestClaimWithoutLog, Math.max(1, Math.floor(mailsPerSecond * secondsAClaim)));
  const counts = { handedOver: 0, failed: 0, suppressed: 0 };
  const compose = await letters.open(shop);
  await settleClaims(dependencies, { campaign, page, exceptClaimant: claimant, states: ['claimed'] });

  const claim = async (): Promise<Claim> => {
    const at = clock().getTime();
    const { claimed, suppressed } = await claimSends(ledger, { campaign, page, limit, stoppedArms, claimant, now: new Date(at) });
    counts.suppressed += suppressed;
    return { sends: claimed, suppressed, at };
  };

  const deliver = ({ sends, at }: Claim): Promise<BatchOutcome> => deliverBatch(dependencies, {
    sends, compose, pace, domains,
    // A letter begun late could still be on its way when another attempt takes the log's silence for proof.
    mayBegin: () => signal?.aborted !== true && clock().getTime() - at <= settleAfter(dependencies) / 2,
  });

  const record = async ({ answers }: Pick<BatchOutcome, 'answers'>): Promise<void> => {
    const recorded = await recordAnswers(ledger, { claimant, answers, now: clock() });
    counts.handedOver += recorded.handed_over ?? 0;
    counts.failed += (recorded.failed ?? 0) + (recorded.soft_bounced ?? 0) + (recorded.hard_bounced ?? 0);
  };

  const finish = async (relayDown: boolean): Promise<PageResult> => {
    const putOff = relayDown ? undefined : await countPutOff(ledger, { campaign, page, stoppedArms });
    await tallyPage(ledger, { campaign, page });
    const again = putOff === undefined || putOff.sends === 0 ? {} : { putOff: putOff.sends, againAfterMs: Math.max(0, putOff.dueAt.getTime() - clock().getTime()) };
    return { ...counts, arms: await armTallies(ledger, campaign), relayDown, ...again };
  };

  await pace.ready();
  signal?.throwIfAborted();
  let current = await claim();
  let recording = Promise.resolve();
  while (!isEmpty(current)) {
    const delivering = deliver(current);
    const [outcome, next] = await Promise.allSettled([delivering, pace.ready().then(() => signal?.aborted === true ? undefined : claim())]);
    if (outcome.status === 'rejected') throw outcome.reason;
    const { relayDown, broken } = outcome.value;
    const ahead = next.status === 'fulfilled' ? next.value : undefined;
    const over = relayDown || broken !== undefined || ahead === undefined || signal?.aborted === true;
    await recording;
    if (over) {
      const unbegun = (ahead?.sends ?? []).map(({ key }) => ({ key, answer: 'given_back' as const }));
      await record({ answers: [...outcome.value.answers, ...unbegun] });
      if (broken !== undefined) throw broken;
      signal?.throwIfAborted();
      if (next.status === 'rejected') throw next.reason;
      return finish(relayDown);
    }
    recording = record(outcome.value);
    // Its failure is met where it is awaited; meanwhile it must not end the process.
    recording.catch(() => undefined);
    current = ahead;
    // What was given back because its claim had grown old was not there yet when the next were claimed.
    if (isEmpty(current) && outcome.value.answers.some(({ answer }) => answer === 'given_back')) {
      await recording;
      current = await claim();
    }
  }
  await recording;
  return finish(false);
}
