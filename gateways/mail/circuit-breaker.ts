/** Whether a relay may be asked (Nygard, Release It!, chapter 5). */
export interface CircuitBreaker {
  /** `closed` ask · `open` do not ask · `half_open` one letter may try. */
  state(): 'closed' | 'open' | 'half_open';
  /** Called before a letter is offered: of a half open circuit, the one try is taken. */
  begin(): void;
  succeeded(): void;
  failed(): void;
}

/**
 * Opens after `failures` in a row and lets one letter try after a pause, which doubles each time the try fails.
 * @param options milliseconds: `firstPause`, `longestPause`
 */
export function createCircuitBreaker({ failures = 5, firstPause = 2000, longestPause = 120_000, now = () => performance.now() }: { readonly failures?: number; readonly firstPause?: number; readonly longestPause?: number; readonly now?: () => number } = {}): CircuitBreaker {
  let inARow = 0;
  let pause = firstPause;
  let openUntil: number | undefined;
  let trying = false;
  const state = (): 'closed' | 'open' | 'half_open' => {
    if (openUntil === undefined) return 'closed';
    return !trying && now() >= openUntil ? 'half_open' : 'open';
  };
  return {
    state,
    begin() { if (state() === 'half_open') trying = true; },
    succeeded() {
      inARow = 0;
      pause = firstPause;
      openUntil = undefined;
      trying = false;
    },
    failed() {
      inARow += 1;
      if (openUntil !== undefined && !trying) return;
      if (!trying && inARow < failures) return;
      pause = trying ? Math.min(longestPause, pause * 2) : firstPause;
      trying = false;
      openUntil = now() + pause;
    },
  };
}
