export interface Window {
  /** ISO 8601 in the shop's time. */
  readonly from: string;
  readonly to: string;
  /** Real seconds. */
  readonly windowSeconds: number;
  readonly maximumWindowSeconds: number;
}

/**
 * The attribution window cut to the real seconds a cycle has left before its time-out. A weekly schedule starts the next cycle after seven
 * days; a seven-day window behind an approval of some hours would never be evaluated.
 */
export function fitWindow(window: Window, secondsLeft: number): Window & { readonly cut: boolean } {
  const maximumWindowSeconds = Math.min(window.maximumWindowSeconds, Math.max(secondsLeft, 0));
  if (window.windowSeconds <= maximumWindowSeconds) return { ...window, maximumWindowSeconds, cut: window.windowSeconds > secondsLeft };
  const from = Date.parse(window.from);
  const kept = window.windowSeconds === 0 ? 1 : maximumWindowSeconds / window.windowSeconds;
  const to = new Date(from + Math.floor((Date.parse(window.to) - from) * kept)).toISOString();
  return { from: window.from, to, windowSeconds: maximumWindowSeconds, maximumWindowSeconds, cut: true };
}
