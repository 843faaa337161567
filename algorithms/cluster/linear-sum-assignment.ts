/** Pairs of a row and a column; no row and no column is in two of them. */
export interface Assigned {
  /** Rows, ascending, and the column of each. */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  /** The sum of the pairs' costs. */
  readonly cost: number;
}

/**
 * The pairs of rows and columns, as many as the shorter side has, whose costs add up to the least, or to the most with `maximize`
 * (the "Hungarian" problem), by shortest augmenting paths: of the order of the shorter side squared times the longer.
 *
 * Source: D. Crouse, "On implementing 2D rectangular assignment algorithms", IEEE Transactions on Aerospace and Electronic Systems 52
 * (2016), as scipy's `linear_sum_assignment`.
 *
 * @param costs row-major rows x columns, finite.
 * @throws RangeError when the shape does not fit or a cost is not finite.
 */
export function linearSumAssignment(costs: Float64Array, rows: number, columns: number, { maximize = false }: { readonly maximize?: boolean } = {}): Assigned {
  if (costs.length !== rows * columns) throw new RangeError(`costs has ${costs.length} values, not rows x columns = ${rows * columns}`);
  if (!costs.every(Number.isFinite)) throw new RangeError('costs has a value that is not finite');
  const turned = rows > columns;
  const short = turned ? columns : rows;
  const long = turned ? rows : columns;
  const sign = maximize ? -1 : 1;
  const costOf = (i: number, j: number): number => sign * (turned ? costs[j * columns + i]! : costs[i * columns + j]!);

  const longOf = new Int32Array(short).fill(-1);
  const shortOf = new Int32Array(long).fill(-1);
  const u = new Float64Array(short);
  const v = new Float64Array(long);
  for (let start = 0; start < short; start++) augment(start, { long, costOf, longOf, shortOf, u, v });

  const pairs = Array.from(longOf, (j, i): readonly [number, number] => (turned ? [j, i] : [i, j])).sort(([a], [b]) => a - b);
  return {
    rows: Int32Array.from(pairs, ([row]) => row),
    columns: Int32Array.from(pairs, ([, column]) => column),
    cost: pairs.reduce((sum, [row, column]) => sum + costs[row * columns + column]!, 0),
  };
}

interface Matching {
  readonly long: number;
  readonly costOf: (i: number, j: number) => number;
  /** The partner of each, -1 when it has none. */
  readonly longOf: Int32Array;
  readonly shortOf: Int32Array;
  /** Dual variables. */
  readonly u: Float64Array;
  readonly v: Float64Array;
}

/** Finds a partner for `start`, along the cheapest path of partners that change. */
function augment(start: number, { long, costOf, longOf, shortOf, u, v }: Matching): void {
  const paths = new Float64Array(long).fill(Number.POSITIVE_INFINITY);
  const before = new Int32Array(long).fill(-1);
  const seen = new Uint8Array(long);
  const reached: number[] = [];
  let least = 0;
  let i = start;
  let sink = -1;
  while (sink < 0) {
    reached.push(i);
    let nearest = -1;
    for (let j = 0; j < long; j++) {
      if (seen[j] === 1) continue;
      const path = least + costOf(i, j) - u[i]! - v[j]!;
      if (path < paths[j]!) {
        paths[j] = path;
        before[j] = i;
      }
      // Among columns as near, one without a partner ends the search.
      if (nearest < 0 || paths[j]! < paths[nearest]! || (paths[j] === paths[nearest] && shortOf[j] === -1 && shortOf[nearest] !== -1)) nearest = j;
    }
    least = paths[nearest]!;
    seen[nearest] = 1;
    if (shortOf[nearest] === -1) sink = nearest;
    else i = shortOf[nearest]!;
  }
  for (const reachedRow of reached) u[reachedRow] = u[reachedRow]! + least - (reachedRow === start ? 0 : paths[longOf[reachedRow]!]!);
  for (let j = 0; j < long; j++) if (seen[j] === 1) v[j] = v[j]! - (least - paths[j]!);
  for (let j = sink; ;) {
    const partner = before[j]!;
    const next = longOf[partner]!;
    shortOf[j] = partner;
    longOf[partner] = j;
    if (partner === start) return;
    j = next;
  }
}
