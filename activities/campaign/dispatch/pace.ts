import { setTimeout as sleep } from 'node:timers/promises';

/** Spaces out what begins: so many a second, evenly. */
export interface Pace {
  /** Waits for the next free moment without taking it. */
  ready(): Promise<void>;
  /** Takes the next free moment and waits for it. */
  take(): Promise<void>;
}

/**
 * @param perSecond over 0
 * @param signal ends every wait at once; whoever waited looks at it
 * @throws RangeError
 */
export function createPace(perSecond: number, signal?: AbortSignal): Pace {
  if (!(perSecond > 0)) throw new RangeError(`A pace is a number over 0, not ${perSecond}.`);
  const interval = 1000 / perSecond;
  let next = performance.now();
  const until = async (moment: number): Promise<void> => {
    const wait = moment - performance.now();
    // Timers are coarse: a letter a few milliseconds early costs nothing, a sleep for each letter costs the rate.
    if (wait <= 5 || signal?.aborted === true) return;
    await sleep(wait, undefined, { signal }).catch((error: unknown) => { if (signal?.aborted !== true) throw error; });
  };
  return {
    ready: () => until(next),
    take: () => {
      // Time that nobody used is gone: no burst makes up for it.
      const mine = Math.max(next, performance.now());
      next = mine + interval;
      return until(mine);
    },
  };
}
