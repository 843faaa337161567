import { describe, expect, it } from 'vitest';
import { silhouetteScore } from '../../../algorithms/cluster/silhouette-score.ts';
import { madeMatrix } from './made-numbers.ts';

const clumps = Float32Array.from(madeMatrix(300, 5, 5000), (value, place) => value + (place % 5 === Math.floor(place / 5) % 4 ? 2 : 0));
const byRow = (names: number): Int32Array => Int32Array.from({ length: 300 }, (_, row) => row % names);

describe('the silhouette', () => {
  it('agrees with scikit-learn', () => {
    // scikit-learn 1.9.1: silhouette_score(clumps.astype(float64), arange(300) % 4) and % 3
    expect(silhouetteScore(clumps, 300, 5, byRow(4))).toBeCloseTo(0.6768365897625724, 12);
    expect(silhouetteScore(clumps, 300, 5, byRow(3))).toBeCloseTo(-0.012354121880451648, 12);
  });

  it('does not care what the clusters are called', () => {
    expect(silhouetteScore(clumps, 300, 5, byRow(4).map((name) => 100 - 7 * name))).toBe(silhouetteScore(clumps, 300, 5, byRow(4)));
  });

  it('gives a row alone in its cluster 0', () => {
    // Rows 0 and 1 have a = 1, b = 10 and 9; row 10 is alone: (0.9 + 8/9 + 0) / 3.
    expect(silhouetteScore(Float64Array.of(0, 1, 10), 3, 1, Int32Array.of(0, 0, 1))).toBeCloseTo((0.9 + 8 / 9) / 3, 12);
  });

  it('comes near from a sample, the same for the same seed', () => {
    const sampled = silhouetteScore(clumps, 300, 5, byRow(4), { sampleSize: 150, seed: 3 });
    expect(sampled).toBe(silhouetteScore(clumps, 300, 5, byRow(4), { sampleSize: 150, seed: 3 }));
    expect(sampled).not.toBe(silhouetteScore(clumps, 300, 5, byRow(4), { sampleSize: 150, seed: 4 }));
    expect(Math.abs(sampled - 0.6768)).toBeLessThan(0.02);
  });

  it('refuses labels that are no clustering', () => {
    expect(() => silhouetteScore(clumps, 300, 5, new Int32Array(300))).toThrow(/2 to rows - 1/);
    expect(() => silhouetteScore(clumps, 300, 5, byRow(300))).toThrow(RangeError);
    expect(() => silhouetteScore(clumps, 300, 5, new Int32Array(299))).toThrow(RangeError);
    expect(() => silhouetteScore(clumps, 300, 4, byRow(4))).toThrow(RangeError);
  });
});
