import { describe, expect, test } from 'vitest';
import { decideNextCycle, type FeedbackEvidence } from '../../../activities/feedback/decide-next-cycle.ts';

const evidence: FeedbackEvidence = {
  shop: 'demo', cycle: '2026-W48', share: 0.5, bounds: { minimum: 0.2, maximum: 0.8 }, notMeasured: '', predictionAuc: 0.8,
  arms: [{ arm: 'A', customers: 1000, buyers: 150 }, { arm: 'B', customers: 1000, buyers: 100 }],
  features: [{ feature: 'frequency', coefficient: 0.4 }, { feature: 'recency_days', coefficient: -0.3 }, { feature: 'tenure_days', coefficient: 0.2 }, { feature: 'monetary', coefficient: 0.1 }, { feature: 'discount_share', coefficient: 0.01 }],
};
const decide = (more: Partial<FeedbackEvidence>) => decideNextCycle({ ...evidence, ...more });

describe('feedback', () => {
  test('moves the share to the better arm, within the bounds of shop.yaml', () => {
    expect(decide({})[0]).toMatchObject({ id: 'demo/2026-W48/offer-share', kind: 'offer_share', value: { arm: 'A', share: 0.8 }, words: 'Arm A gets 80 % of the recipients instead of 50 %.' });
  });

  test.each([
    { name: 'nothing was measured', more: { notMeasured: 'nobody was mailed', arms: [] }, words: 'because nobody was mailed' },
    { name: 'there is one arm', more: { arms: evidence.arms.slice(0, 1) }, words: 'There is one arm' },
    { name: 'the arms are alike', more: { arms: evidence.arms.map((arm) => ({ ...arm, buyers: 100 })) }, words: 'keeps its share' },
  ])('leaves the share when $name, and says so', ({ more, words }) => {
    const [decision] = decide(more);
    expect(decision).toMatchObject({ kind: 'no_change', value: null });
    expect(decision!.words).toContain(words);
  });

  test('drops the one feature that says nothing about who buys', () => {
    expect(decide({})[1]).toMatchObject({ kind: 'feature_list', value: { features: ['frequency', 'recency_days', 'tenure_days', 'monetary'] } });
  });

  test.each([
    { name: 'the prediction is too weak', more: { predictionAuc: 0.55 }, words: 'too weak' },
    { name: 'every feature says something', more: { features: evidence.features.slice(0, 4) }, words: 'says something' },
    { name: 'four are left', more: { features: evidence.features.slice(1) }, words: 'fewest' },
  ])('leaves the features when $name', ({ more, words }) => {
    expect(decide(more)[1]!.kind).toBe('no_change');
    expect(decide(more)[1]!.words).toContain(words);
  });
});
