/** Spaces out what happens: so many a second on average, a burst of a second's worth at most. */
export interface TokenBucket {
  /** Milliseconds until the next token; 0 when there is one. */
  wait(): number;
  /** Takes a token, also one of the future: then whoever asks next waits the longer. */
  take(): void;
  /** Per second, over 0. */
  setRate(rate: number): void;
  readonly rate: number;
}

/**
 * @param rate tokens a second, over 0; Infinity never waits
 * @param now milliseconds that never go back
 * @throws RangeError
 */
export function createTokenBucket(rate: number, now: () => number = () => performance.now()): TokenBucket {
  const check = (value: number): number => {
    if (!(value > 0)) throw new RangeError(`A rate is a number over 0, not ${value}.`);
    return value;
  };
  let perSecond = check(rate);
  const capacity = (): number => Math.max(1, perSecond);
  let tokens = capacity();
  let filledAt = now();
  const fill = (): void => {
    const at = now();
    tokens = perSecond === Infinity ? Infinity : Math.min(capacity(), tokens + (at - filledAt) / 1000 * perSecond);
    filledAt = at;
  };
  return {
    get rate() { return perSecond; },
    wait() {
      fill();
      return tokens >= 1 ? 0 : (1 - tokens) / perSecond * 1000;
    },
    take() {
      fill();
      tokens -= 1;
    },
    setRate(value) {
      fill();
      perSecond = check(value);
      tokens = Math.min(tokens, capacity());
    },
  };
}
