/** A scale that starts at 0 and ends on a round number, with its ticks. */
export function niceScale(maximum: number, ticks = 4): { readonly end: number; readonly ticks: readonly number[] } {
  if (!(maximum > 0)) return { end: 1, ticks: [0, 1] };
  const rough = maximum / ticks;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((multiple) => multiple * power >= rough) ?? 10);
  const steps = Math.ceil(maximum / step - 1e-9);
  return { end: steps * step, ticks: Array.from({ length: steps + 1 }, (_, at) => at * step) };
}
