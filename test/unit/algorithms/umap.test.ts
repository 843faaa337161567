import { describe, expect, it } from 'vitest';
import { UMAP } from '../../../algorithms/decompose/umap.ts';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';

const rows = 240;
const columns = 6;
const random = new SeededRandom(2);
/** Three groups far apart. */
const matrix = Float64Array.from({ length: rows * columns }, (_, place) => 8 * ((Math.floor(place / columns) * 5 + (place % columns)) % 3) + random.uniform());
const groupOf = (row: number): number => (row * 5) % 3;

describe('the picture of the neighbourhoods', () => {
  const places = new UMAP({ nNeighbors: 12, nEpochs: 200, seed: 1 }).fitTransform(matrix, rows, columns);
  const distance = (one: number, other: number): number => Math.hypot(places[one * 2]! - places[other * 2]!, places[one * 2 + 1]! - places[other * 2 + 1]!);

  it('has the groups that are there', () => {
    expect(places.length).toBe(rows * 2);
    for (let row = 0; row < rows; row++) {
      const nearest = Array.from({ length: rows }, (_, other) => other).filter((other) => other !== row).sort((a, b) => distance(row, a) - distance(row, b)).slice(0, 5);
      expect(nearest.map(groupOf)).toEqual(nearest.map(() => groupOf(row)));
    }
  });

  it('is the same for the same seed', () => {
    const draw = (seed: number): Float64Array => new UMAP({ nNeighbors: 5, nEpochs: 20, seed }).fitTransform(matrix, rows, columns);
    expect(draw(4)).toEqual(draw(4));
    expect(draw(4)).not.toEqual(draw(5));
  });

  it('refuses what has no neighbourhoods', () => {
    for (const options of [{ nComponents: 0 }, { nNeighbors: 0 }, { minDist: 2 }, { nEpochs: 0 }]) expect(() => new UMAP(options)).toThrow(RangeError);
    expect(() => new UMAP().fitTransform(matrix, rows, 5)).toThrow(/rows x columns/);
    expect(() => new UMAP().fitTransform(matrix.subarray(0, 60), 10, 6)).toThrow(/nNeighbors/);
    expect(() => new UMAP({ nNeighbors: 1 }).fitTransform(Float64Array.of(1, Number.NaN, 2), 3, 1)).toThrow(/finite/);
  });
});
