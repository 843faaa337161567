import { describe, expect, test } from 'vitest';
import { computeEffects, type CustomerOutcome } from '../../../activities/evaluate/compute-effects.ts';
import { windowOf } from '../../../activities/evaluate/shop-time.ts';

const group = (arm: string, customers: number, buyers: number): CustomerOutcome[] =>
  Array.from({ length: customers }, (_, place) => ({ arm, segment: place % 2 === 0 ? 'Loyal' : 'New', converted: place < buyers, revenue: place < buyers ? 10 : 0, margin: place < buyers ? 4 : 0, revenueBefore: (place * 7) % 50 }));

describe('effects', () => {
  const effects = computeEffects([...group('A', 100, 20), ...group('B', 100, 10), ...group('holdout', 100, 5)]);
  const find = (metric: string, arm: string, segment = 'all') => effects.find((effect) => effect.metric === metric && effect.arm === arm && effect.segment === segment);

  test('compare each arm, and all together, with the holdout', () => {
    expect(find('conversion', 'A')).toMatchObject({ treated: 100, control: 100, treatedMean: 0.2, controlMean: 0.05 });
    expect(find('conversion', 'A')!.difference).toBeCloseTo(0.15, 12);
    expect(find('conversion', 'all')).toMatchObject({ treated: 200, treatedMean: 0.15 });
    expect(find('revenue', 'B')).toMatchObject({ treatedMean: 1, controlMean: 0.5 });
    expect(find('conversion', 'all', 'Loyal')).toMatchObject({ treated: 100, control: 50 });
  });

  test('hold the difference between their bounds', () => {
    for (const { lower, difference, upper } of effects) expect(lower <= difference && difference <= upper).toBe(true);
  });

  test('in segments carry p-values for several comparisons, and only there', () => {
    const [loyal, recent] = [find('conversion', 'all', 'Loyal')!, find('conversion', 'all', 'New')!];
    expect(Math.min(loyal.adjustedPValue!, recent.adjustedPValue!)).toBeCloseTo(Math.min(1, 2 * Math.min(loyal.pValue, recent.pValue)), 12);
    expect(effects.filter(({ segment, adjustedPValue }) => segment === 'all' && adjustedPValue !== undefined)).toEqual([]);
  });

  test('of revenue are told once more with the luck of who spent much before taken out', () => {
    // The mailed arm happens to have the bigger spenders: half of what each spends is as before.
    const spenders = (arm: string, before: number, more: number): CustomerOutcome[] => Array.from({ length: 200 }, (_, place) => ({
      arm, segment: 'all of them', converted: true, margin: 0, revenueBefore: before + (place * 37) % 100, revenue: 0.5 * (before + (place * 37) % 100) + more + (place % 5),
    }));
    const both = computeEffects([...spenders('A', 20, 3), ...spenders('holdout', 0, 0)]);
    const of = (metric: string) => both.find((effect) => effect.metric === metric && effect.segment === 'all')!;
    expect(of('revenue').difference).toBeCloseTo(13, 9);
    expect(of('revenue_corrected').difference).toBeCloseTo(3, 1);
    expect(of('revenue_corrected').treatedMean - of('revenue_corrected').controlMean).toBeCloseTo(of('revenue_corrected').difference, 9);
    expect(of('revenue_corrected').upper - of('revenue_corrected').lower).toBeLessThan(0.2 * (of('revenue').upper - of('revenue').lower));
  });

  test('are not made up where nobody was held out', () => {
    expect(computeEffects(group('A', 10, 2))).toEqual([]);
  });
});

describe('the attribution window', () => {
  test('counts from when sending began, on the shop\'s wall clock, in a shop that runs in real time', () => {
    expect(windowOf({ asOf: '2026-11-23T00:00:00Z', openedAt: '2026-11-24T09:30:00Z', days: 7, dayLengthSeconds: 86_400, timeZone: 'Europe/Berlin' })).toEqual({ from: '2026-11-24T10:30:00Z', to: '2026-12-01T10:30:00.000Z' });
  });

  test('counts from as_of where days are compressed', () => {
    expect(windowOf({ asOf: '2026-11-23T00:00:00Z', openedAt: '2026-11-24T09:30:00Z', days: 7, dayLengthSeconds: 1, timeZone: 'Europe/Berlin' })).toEqual({ from: '2026-11-23T00:00:00Z', to: '2026-11-30T00:00:00.000Z' });
  });
});
