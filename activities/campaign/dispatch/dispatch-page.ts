import { randomUUID } from 'node:crypto';
import { armTallies } from '../../../gateways/ledger/arm-tallies.ts';
import { claimSends } from '../../../gateways/ledger/claim-sends.ts';
import { recordAnswers } from '../../../gateways/ledger/record-answers.ts';
import type { DispatchActivities, PageResult } from '../contract.ts';
import { deliverBatch } from './deliver-batch.ts';
import type { DispatchDependencies } from './dispatch-dependencies.ts';
import { createPace } from './pace.ts';
import { settleAfter, settleClaims } from './settle-claims.ts';

/** Few enough that a process that dies leaves little to settle, enough that the ledger is not the bottleneck. */
const largestClaim = 50;
const secondsAClaim = 2;

/**
 * Sends what is still to send of one page. What an earlier attempt had claimed when its process died is settled first; then sends are claimed few at a
 * time, delivered, and their answers recorded. The counts are those of this call.
 */
export async function dispatchPage(dependencies: DispatchDependencies, { shop, campaign, page, mailsPerSecond, stoppedArms }: Parameters<DispatchActivities['dispatchPage']>[0]): Promise<PageResult> {
  const { ledger, clock, cancellation } = dependencies;
  const signal = cancellation();
  // A name of this very attempt: what any other holds was left behind.
  const claimant = randomUUID();
  const pace = createPace(mailsPerSecond, signal);
  const limit = Math.min(largestClaim, Math.max(1, Math.floor(mailsPerSecond * secondsAClaim)));
  const counts = { handedOver: 0, failed: 0, suppressed: 0 };
  await settleClaims(dependencies, { campaign, page, exceptClaimant: claimant, states: ['claimed'] });

  for (;;) {
    await pace.ready();
    signal?.throwIfAborted();
    const claimedAt = clock().getTime();
    const { claimed, suppressed } = await claimSends(ledger, { campaign, page, limit, stoppedArms, claimant, now: new Date(claimedAt) });
    counts.suppressed += suppressed;
    if (claimed.length === 0 && suppressed === 0) return { ...counts, arms: await armTallies(ledger, campaign), relayDown: false };
    // A letter begun late could still be on its way when another attempt takes the log's silence for proof.
    const mayBegin = (): boolean => signal?.aborted !== true && clock().getTime() - claimedAt <= settleAfter(dependencies) / 2;
    const { answers, relayDown, broken } = await deliverBatch(dependencies, { shop, sends: claimed, pace, mayBegin });
    const recorded = await recordAnswers(ledger, { claimant, answers, now: clock() });
    counts.handedOver += recorded.handed_over ?? 0;
    counts.failed += (recorded.failed ?? 0) + (recorded.soft_bounced ?? 0) + (recorded.hard_bounced ?? 0);
    if (broken !== undefined) throw broken;
    if (relayDown) return { ...counts, arms: await armTallies(ledger, campaign), relayDown };
  }
}
