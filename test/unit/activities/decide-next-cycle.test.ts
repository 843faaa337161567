import { describe, expect, test } from 'vitest';
import { decideNextCycle, type FeedbackEvidence } from '../../../activities/feedback/decide-next-cycle.ts';

const evidence: FeedbackEvidence = {
  shop: 'demo', cycle: '2026-W48', share: 0.5, bounds: { minimum: 0.2, maximum: 0.8 }, usualDifference: 0.02, notMeasured: '', predictionAuc: 0.8, cycles: 2, tripped: [], reversals: [],
  arms: [{ arm: 'A', customerCycles: 2000, conversions: 300 }, { arm: 'B', customerCycles: 2000, conversions: 200 }], difference: { difference: 0.05, variance: 0.0001 },
  features: [{ feature: 'frequency', coefficient: 0.4 }, { feature: 'recency_days', coefficient: -0.3 }, { feature: 'tenure_days', coefficient: 0.2 }, { feature: 'monetary', coefficient: 0.1 }, { feature: 'discount_share', coefficient: 0.01 }],
};
const decide = (more: Partial<FeedbackEvidence>) => decideNextCycle({ ...evidence, ...more });
const taken = (subject: string) => [{ id: 'demo/2026-W47/offer-share/undone-1', subject, words: 'mara took back: Arm A gets 80 %.' }];

describe('the share of the arms', () => {
  test('moves to the better arm, within the bounds of shop.yaml, and says on what evidence', () => {
    const [decision] = decide({});
    expect(decision).toMatchObject({ id: 'demo/2026-W48/offer-share', kind: 'offer_share', value: { arm: 'A', share: 0.8 }, words: 'Arm A gets 80 % of the recipients instead of 50 %.' });
    expect(decision!.evidence).toContain('A: 300 bought in 2000 customer-cycles; B: 200 bought in 2000 customer-cycles, over 2 cycles; difference +5.00 points, always-valid 95 % interval +1.');
    expect(decide({ difference: { difference: -0.05, variance: 0.0001 } })[0]).toMatchObject({ value: { arm: 'A', share: 0.2 } });
  });

  test.each([
    { name: 'nothing was measured', more: { notMeasured: 'nobody was mailed', arms: [] }, words: 'because nobody was mailed' },
    { name: 'there is one arm', more: { arms: evidence.arms.slice(0, 1), difference: undefined }, words: 'There is one arm' },
    { name: 'the arms may be alike', more: { difference: { difference: 0.02, variance: 0.0001 } }, words: 'because the arms may still be alike' },
    { name: 'it is there already', more: { share: 0.8 }, words: 'because the evidence would move it by less than 5 %' },
    { name: 'an arm is too small', more: { difference: undefined }, words: 'too few customers' },
    { name: 'a person took the last move back', more: { reversals: taken('share of the arms') }, words: 'because a person decided so: mara took back' },
    { name: 'an arm is stopped', more: { share: 0 }, words: 'Arm A stays stopped' },
    { name: 'both arms broke a guardrail', more: { tripped: [{ arm: 'A', words: 'one' }, { arm: 'B', words: 'two' }] }, words: 'a person must change the letters' },
  ])('stays when $name, and says so', ({ more, words }) => {
    const [decision] = decide(more);
    expect(decision).toMatchObject({ kind: 'no_change', value: null });
    expect(decision!.words).toContain(words);
  });

  test('leaves nothing to an arm that broke a guardrail, whatever it sells and whatever a person took back before', () => {
    const words = '8.0 % of those who got arm A unsubscribed';
    expect(decide({ tripped: [{ arm: 'A', words }], reversals: taken('share of the arms') })[0]).toMatchObject({ kind: 'offer_share', value: { arm: 'A', share: 0 }, words: 'Arm A gets nobody: it went over a guardrail.', evidence: words });
    expect(decide({ tripped: [{ arm: 'B', words }] })[0]).toMatchObject({ value: { arm: 'A', share: 1 } });
    expect(decide({ tripped: [{ arm: 'B', words }], share: 1 })[0]).toMatchObject({ kind: 'no_change', words: 'Arm B stays stopped.' });
  });
});

describe('the features', () => {
  test('lose the one that says nothing about who buys', () => {
    expect(decide({})[1]).toMatchObject({ kind: 'feature_list', value: { features: ['frequency', 'recency_days', 'tenure_days', 'monetary'] } });
  });

  test.each([
    { name: 'the prediction is too weak', more: { predictionAuc: 0.55 }, words: 'too weak' },
    { name: 'every feature says something', more: { features: evidence.features.slice(0, 4) }, words: 'says something' },
    { name: 'four are left', more: { features: evidence.features.slice(1) }, words: 'fewest' },
    { name: 'a person took the last change back', more: { reversals: taken('features of the segmentation') }, words: 'because a person decided so' },
  ])('stay when $name', ({ more, words }) => {
    expect(decide(more)[1]!.kind).toBe('no_change');
    expect(decide(more)[1]!.words).toContain(words);
  });
});
