import { describe, expect, test } from 'vitest';
import { judgeFeatures, type FeaturesToJudge } from '../../../activities/preprocess/judge-features.ts';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';
import { shopSettingsSchema } from '../../../gateways/shop-folder/shop-settings.ts';

const rows = 1500;
const random = new SeededRandom(11);
const draw = (): Float64Array => Float64Array.from({ length: rows }, () => random.normal());
const [loud, quiet, noise, other] = [draw(), draw(), draw(), draw()];
const twin = loud.map((value, row) => value + 0.1 * noise[row]!);
const rare = Float64Array.from({ length: rows }, (_, row) => Number(row === 0));
/** Who buys follows from the loud feature, and less from the quiet one. */
const bought = Uint8Array.from(loud, (value, row) => Number(random.uniform() < 1 / (1 + Math.exp(1 - 1.5 * value - 0.6 * quiet[row]!))));

const candidates = ['loud', 'twin', 'quiet', 'noise', 'other', 'rare', 'unknown'];
const columns = [loud, twin, quiet, noise, other, rare, new Float64Array(rows)];
const given: FeaturesToJudge = {
  candidates, missingShares: [0, 0, 0.1, 0, 0, 0, 1], present: { columns, rows }, judged: { columns, rows, bought, by: 'who bought' },
  before: new Set(), takenOut: new Map(), seed: 1,
};
const { mode: _, candidates: __, ...floors } = shopSettingsSchema.shape.preprocess.parse({ feature_sets: [['a', 'b']], selection: { minimum_features: 2, maximum_features: 3 } }).selection;
const judge = (more: Partial<FeaturesToJudge> = {}, moreFloors: Partial<typeof floors> = {}) => Object.fromEntries(judgeFeatures({ ...given, ...more }, { ...floors, ...moreFloors }).map((row) => [row.feature, row]));
const used = (judged: ReturnType<typeof judge>): string[] => Object.values(judged).filter((row) => row.used).map(({ feature }) => feature);

describe('the choice of features', () => {
  test('takes what tells who bought, once, and says of every other why not', () => {
    const judged = judge();
    expect(used(judged)).toEqual(['loud', 'quiet']);
    expect(judged['loud']!.why).toMatch(/^among the features that tell most about who bought on 100 % of 50 resamples$/);
    expect(judged['twin']).toMatchObject({ used: false, rival: 'loud', why: expect.stringMatching(/^loud tells nearly the same \(correlation 0\.99\)$/) as string });
    expect(judged['noise']!.why).toBe('tells too little about who bought');
    expect(judged['rare']!.why).toBe('nearly every customer has the same');
    expect(judged['unknown']!.why).toBe('no customer has it');
    expect(judged['loud']!.information!).toBeGreaterThan(judged['quiet']!.information!);
    expect(judged['loud']!.coefficient!).toBeGreaterThan(judged['quiet']!.coefficient!);
  });

  test('leaves out what a decision took out, and lets its twin stand in', () => {
    const judged = judge({ takenOut: new Map([['loud', 'demo/2026-W48/feature-list']]) });
    expect(used(judged)).toEqual(['twin', 'quiet']);
    expect(judged['loud']).toMatchObject({ used: false, takenOutBy: 'demo/2026-W48/feature-list', why: 'taken out by decision demo/2026-W48/feature-list' });
  });

  test('leaves out what too few customers have', () => {
    expect(judge({ missingShares: [0, 0, 0.9, 0, 0, 0, 1] })['quiet']!.why).toBe('90 % of the customers do not have it');
  });

  test('keeps within the fewest and the most', () => {
    const few = judge({}, { minimum_features: 4, maximum_features: 4 });
    expect(used(few)).toHaveLength(4);
    expect(Object.values(few).filter(({ why }) => why.startsWith('one of the 4 that a segmentation is made of at least'))).toHaveLength(2);
    const most = judge({}, { minimum_information: 1e-9, minimum_stability: 0.51, minimum_features: 2, maximum_features: 2 });
    expect(used(most)).toEqual(['loud', 'quiet']);
    expect(Object.values(most).every(({ used: isUsed, why }) => isUsed || why !== '')).toBe(true);
  });

  test('lets go less easily of what was used before', () => {
    const faintly = { judged: { ...given.judged!, bought: Uint8Array.from(loud, (value, row) => Number(random.uniform() < 1 / (1 + Math.exp(1 - 1.5 * value - 0.15 * quiet[row]!)))) } };
    const { stability } = judge(faintly)['quiet']!;
    expect([stability! > 0.5, stability! < 0.95]).toEqual([true, true]);
    const justAbove = { minimum_stability: stability! + 0.05, minimum_information: 10, minimum_features: 1 };
    const kept = judge({ ...faintly, before: new Set(['quiet']) }, justAbove)['quiet']!;
    expect([judge(faintly, justAbove)['quiet']!.used, kept.used]).toEqual([false, true]);
    expect(kept.why).toMatch(/, and used before$/);
  });

  test('goes by how customers differ where nobody bought', () => {
    const judged = judge({ judged: undefined }, { maximum_features: 3 });
    expect(used(judged)).toHaveLength(3);
    expect(judged['loud']!.stability).toBeUndefined();
    expect(Object.values(judged).every((row) => !row.used || row.why.startsWith('customers differ in it'))).toBe(true);
  });

  test('is the same for the same seed', () => {
    expect(judge()).toEqual(judge());
  });
});
