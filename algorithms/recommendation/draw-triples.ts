import type { SeededRandom } from '../random/seeded-random.ts';
import type { InteractionMatrix } from './interaction-matrix.ts';

/** Draws before a customer who has nearly everything is passed over. */
const attempts = 20;

/**
 * Fills `triples` with (row, an index it has, an index it has not): an interaction at random, then an index at random.
 * @param shift is added to the indices
 * @returns how many triples there are; fewer than there is room for where rows have nearly every index
 */
export function drawTriples({ rows, columns, offsets, indices }: InteractionMatrix, random: SeededRandom, triples: Uint32Array, shift = 0): number {
  if (indices.length === 0) return 0;
  const rowOf = new Uint32Array(indices.length);
  for (let row = 0; row < rows; row++) rowOf.fill(row, offsets[row], offsets[row + 1]);
  let end = 0;
  for (let draw = 0; draw < triples.length / 3; draw++) {
    const place = random.integer(indices.length);
    const row = rowOf[place]!;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const other = random.integer(columns);
      if (has(indices, offsets[row]!, offsets[row + 1]!, other)) continue;
      triples[end++] = row;
      triples[end++] = indices[place]! + shift;
      triples[end++] = other + shift;
      break;
    }
  }
  return end / 3;
}

function has(indices: Uint32Array, first: number, last: number, wanted: number): boolean {
  while (first < last) {
    const middle = (first + last) >> 1;
    const value = indices[middle]!;
    if (value === wanted) return true;
    if (value < wanted) first = middle + 1;
    else last = middle;
  }
  return false;
}
