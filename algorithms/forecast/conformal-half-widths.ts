/**
 * How far to each side of a forecast an interval must reach to hold a share `level` of what comes, for each step of the horizon: the
 * conformal quantile of the absolute errors of a backtest, those of `pool` neighbouring steps taken together, never falling with the step.
 *
 * Source: J. Lei, M. G'Sell, A. Rinaldo, R. Tibshirani, L. Wasserman, "Distribution-free predictive inference for regression", JASA 113 (2018), split conformal.
 * @param errors row-major origins x horizon
 * @throws RangeError when the shape is wrong or level is not in (0, 1)
 */
export function conformalHalfWidths(errors: Float64Array, horizon: number, { level, pool }: { readonly level: number; readonly pool: number }): Float64Array {
  if (!(level > 0 && level < 1)) throw new RangeError(`level must lie in (0, 1), not ${level}`);
  if (errors.length === 0 || errors.length % horizon !== 0) throw new RangeError(`${errors.length} errors are not origins x ${horizon}`);
  const rows = errors.length / horizon;
  const widths = new Float64Array(horizon);
  for (let first = 0; first < horizon; first += pool) {
    const last = Math.min(first + pool, horizon);
    const pooled = new Float64Array(rows * (last - first));
    let at = 0;
    for (let row = 0; row < rows; row++) {
      for (let step = first; step < last; step++) pooled[at++] = Math.abs(errors[row * horizon + step] as number);
    }
    pooled.sort();
    // With too few errors for the level the largest is all there is to go by.
    const rank = Math.min(Math.ceil((pooled.length + 1) * level), pooled.length);
    const width = Math.max(pooled[rank - 1] as number, first === 0 ? 0 : (widths[first - 1] as number));
    widths.fill(width, first, last);
  }
  return widths;
}
