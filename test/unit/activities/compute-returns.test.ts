import { describe, expect, test } from 'vitest';
import { computeReturns, programmeReturn, type CustomerReturn } from '../../../activities/evaluate/compute-returns.ts';

const customer = (arm: string, margin: number, segment = 'Loyal'): CustomerReturn => ({ arm, segment, margin, mailed: arm !== 'holdout' });

describe('what letters brought', () => {
  // scipy.stats.ttest_ind([8, 12, 10, 14], [6, 8, 4, 6], equal_var=False): difference 5, confidence_interval(0.95) 1.08939 to 8.91061
  const rows = [...[8, 12, 10, 14].map((margin) => customer('A', margin)), ...[6, 8, 4, 6].map((margin) => customer('holdout', margin))];

  test('is the difference to the holdout times the customers assigned, with its interval, against what the letters cost', () => {
    const [all, ...more] = computeReturns(rows, 0.5);
    expect(all).toMatchObject({ scope: 'arm', name: 'all', letters: 4, incrementalMargin: 20, cost: 2, roi: 9 });
    expect(all!.lower).toBeCloseTo(4 * 1.08939, 3);
    expect(all!.upper).toBeCloseTo(4 * 8.91061, 3);
    expect(all!.roiLower).toBeCloseTo((4 * 1.08939 - 2) / 2, 3);
    expect(more.map(({ scope, name }) => [scope, name])).toEqual([['segment', 'Loyal']]);
  });

  test('is told by arm and by segment, and not at all where nobody is there to compare with', () => {
    const told = computeReturns([...rows, customer('B', 3), customer('B', 5), customer('A', 1, 'New'), customer('A', 2, 'New'), customer('holdout', 2, 'New')], 0.1);
    expect(told.map(({ scope, name }) => `${scope} ${name}`)).toEqual(['arm all', 'arm A', 'arm B', 'segment Loyal']);
  });

  test('has no ROI where letters cost nothing', () => expect(computeReturns(rows, 0)[0]!.roi).toBeNaN());
});

describe('what the programme brought', () => {
  test('is the margin of a customer and cycle more than in the permanent holdout, times the customers and cycles of the programme', () => {
    const rows = [{ held: false, cycles: 4, margin: 40 }, { held: false, cycles: 4, margin: 32 }, { held: false, cycles: 2, margin: 18 }, { held: true, cycles: 4, margin: 20 }, { held: true, cycles: 4, margin: 24 }];
    const told = programmeReturn(rows, 6, 1)!;
    // 90 / 10 - 44 / 8 = 3.5, times 10
    expect(told).toMatchObject({ scope: 'programme', letters: 6, cost: 6 });
    expect(told.incrementalMargin).toBeCloseTo(35, 9);
    expect(told.roi).toBeCloseTo(29 / 6, 9);
    expect(told.lower).toBeLessThan(35);
    expect(programmeReturn(rows.slice(0, 4), 6, 1)).toBeUndefined();
  });
});
