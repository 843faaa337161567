import { setTimeout as wait } from 'node:timers/promises';

/** Hands out moments at which one more letter may leave, evenly spaced, to however many ask at once. */
export function createSendRate(): (lettersPerSecond: number, signal: AbortSignal | undefined) => Promise<void> {
  let next = 0;
  return async (lettersPerSecond, signal) => {
    const now = performance.now();
    const turn = Math.max(next, now);
    next = turn + 1000 / lettersPerSecond;
    // Timers are coarse: a letter a few milliseconds early costs nothing, a sleep a letter costs the rate.
    if (turn - now > 5) await wait(turn - now, undefined, { signal });
  };
}
