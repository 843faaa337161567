/** The quantile of ascending values, linear between neighbours (Hyndman and Fan's type 7, as NumPy); NaN for none. */
export function quantile(ascending: Float64Array, share: number): number {
  if (ascending.length === 0) return Number.NaN;
  const position = (ascending.length - 1) * share;
  const below = Math.floor(position);
  const low = ascending[below] as number;
  const high = ascending[Math.min(below + 1, ascending.length - 1)] as number;
  return low + (high - low) * (position - below);
}

/**
 * The same quantile of values in any order, which are reordered by it: only those around the quantile are put in their place, so one quantile of
 * n values takes time in proportion to n.
 *
 * Source: C. Hoare, "Algorithm 65: FIND", Communications of the ACM 4 (1961).
 */
export function quantileInPlace(values: Float64Array, share: number): number {
  if (values.length === 0) return Number.NaN;
  const position = (values.length - 1) * share;
  const below = Math.floor(position);
  const low = select(values, below);
  if (position === below) return low;
  let high = Number.POSITIVE_INFINITY;
  for (let place = below + 1; place < values.length; place++) high = Math.min(high, values[place] as number);
  return low + (high - low) * (position - below);
}

/** The value that would stand at `rank` in ascending order; smaller ones end up before it and larger ones after it. */
function select(values: Float64Array, rank: number): number {
  let first = 0;
  let last = values.length - 1;
  while (first < last) {
    // The middle of three keeps ascending and constant columns from being the worst case.
    const [a, b, c] = [values[first] as number, values[(first + last) >> 1] as number, values[last] as number];
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let left = first;
    let right = last;
    while (left <= right) {
      while ((values[left] as number) < pivot) left++;
      while ((values[right] as number) > pivot) right--;
      if (left > right) break;
      const held = values[left] as number;
      values[left++] = values[right] as number;
      values[right--] = held;
    }
    if (rank <= right) last = right;
    else if (rank >= left) first = left;
    else break;
  }
  return values[rank] as number;
}
