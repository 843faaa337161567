import { proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type { CycleScope } from '../activities/contract.ts';
import type { EvaluateActivities } from '../activities/evaluate/contract.ts';
import { quick, scan } from './activity-options.ts';
import { waitingQuery, type WaitingProgress } from './messages.ts';

const { lookEarly } = proxyActivities<EvaluateActivities>(quick);
const { outcomesReady } = proxyActivities<EvaluateActivities>(scan);

export interface AwaitOutcomesInput extends CycleScope {
  readonly campaign: string;
  /** The window in the shop's time. */
  readonly from: string;
  readonly to: string;
  /** The window in real seconds. */
  readonly windowSeconds: number;
  /** Longest wait in real seconds, from the window's start. */
  readonly maximumWindowSeconds: number;
  /** Shares of the window at which the guardrail looks. */
  readonly earlyLooks: readonly number[];
}

export interface AwaitOutcomesResult {
  readonly ready: boolean;
  readonly dataUntil: string;
  readonly tripped: boolean;
  readonly warnings: readonly string[];
}

/** Waits out the attribution window, looking at the guardrail on the way, and then until the shop's data reach the window's end. */
export async function awaitOutcomes(input: AwaitOutcomesInput): Promise<AwaitOutcomesResult> {
  const { shop, cycle, asOf, dataFolder, from, to, campaign } = input;
  const observed = { shop, cycle, asOf, dataFolder, from, to };
  let progress: WaitingProgress = { state: 'window open', from, to, dataUntil: '', looks: 0, warnings: [] };
  setHandler(waitingQuery, () => progress);

  const started = Date.now();
  const sleepUntil = async (seconds: number): Promise<void> => {
    const left = started + seconds * 1000 - Date.now();
    if (left > 0) await sleep(left);
  };

  const warnings: string[] = [];
  let tripped = false;
  for (const share of [...input.earlyLooks].sort((a, b) => a - b)) {
    await sleepUntil(share * input.windowSeconds);
    const look = await lookEarly({ ...observed, campaign });
    if (look.tripped && !warnings.includes(look.message)) warnings.push(look.message);
    tripped ||= look.tripped;
    progress = { ...progress, looks: progress.looks + 1, warnings: [...warnings] };
  }
  await sleepUntil(input.windowSeconds);

  const lastCall = started + Math.max(input.maximumWindowSeconds, input.windowSeconds) * 1000;
  // Data arrive once a day in a real shop and within seconds in a compressed one: the first pause is a thousandth of the window.
  let pauseMs = Math.min(Math.max(input.windowSeconds, 500), 600_000);
  for (;;) {
    const { ready, dataUntil } = await outcomesReady(observed);
    progress = { ...progress, dataUntil, state: ready ? 'ready' : 'waiting for data' };
    if (ready) return { ready, dataUntil, tripped, warnings };
    const left = lastCall - Date.now();
    if (left <= 0) break;
    await sleep(Math.min(pauseMs, left));
    pauseMs = Math.min(pauseMs * 1.5, 3_600_000);
  }
  progress = { ...progress, state: 'gave up' };
  return { ready: false, dataUntil: progress.dataUntil, tripped, warnings };
}
