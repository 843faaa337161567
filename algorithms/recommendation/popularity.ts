import type { InteractionMatrix } from './interaction-matrix.ts';
import type { TopLists } from './top-lists.ts';

export interface PopularityOptions {
  readonly k: number;
  /** Segment of each customer, from 0; -1 where there is none. A segment's own favourites come first, then everybody's. */
  readonly segments?: Int32Array;
}

/**
 * The k items that most customers have, of the customer's own segment where one is given; without what the customer has. Scores are shares of
 * the segment's customers.
 * @throws RangeError when there is not a segment for each customer
 */
export function popularItems(matrix: InteractionMatrix, { k, segments }: PopularityOptions): TopLists {
  if (segments !== undefined && segments.length !== matrix.rows) throw new RangeError(`${segments.length} segments are not those of ${matrix.rows} customers`);
  const all = shares(matrix, () => true);
  const bySegment = new Map<number, Ranked>([[-1, all]]);
  const ids = new Int32Array(matrix.rows * k).fill(-1);
  const scores = new Float32Array(matrix.rows * k);
  for (let row = 0; row < matrix.rows; row++) {
    const segment = segments?.[row] ?? -1;
    let ranked = bySegment.get(segment);
    if (ranked === undefined) bySegment.set(segment, ranked = shares(matrix, (customer) => segments![customer] === segment));
    const taken = new Set(matrix.indices.subarray(matrix.offsets[row], matrix.offsets[row + 1]));
    let end = row * k;
    for (const { order, share } of ranked === all ? [all] : [ranked, all]) {
      for (const item of order) {
        if (end === (row + 1) * k) break;
        if (taken.has(item)) continue;
        taken.add(item);
        ids[end] = item;
        scores[end++] = share[item]!;
      }
    }
  }
  return { rows: matrix.rows, k, ids, scores };
}

interface Ranked { readonly order: Uint32Array; readonly share: Float64Array }

function shares({ rows, columns, offsets, indices }: InteractionMatrix, counts: (customer: number) => boolean): Ranked {
  const share = new Float64Array(columns);
  let customers = 0;
  for (let row = 0; row < rows; row++) {
    if (!counts(row)) continue;
    customers++;
    for (let place = offsets[row]!; place < offsets[row + 1]!; place++) share[indices[place]!]!++;
  }
  for (let item = 0; item < columns; item++) share[item]! /= Math.max(customers, 1);
  const order = Uint32Array.from(share.keys()).filter((item) => share[item]! > 0).sort((a, b) => share[b]! - share[a]! || a - b);
  return { order, share };
}
