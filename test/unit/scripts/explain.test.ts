import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isMadeOf } from '../../../scripts/explain/applied-rules.ts';
import type { Explanation } from '../../../scripts/explain/explanation.ts';
import { renderExplanation } from '../../../scripts/explain/render-explanation.ts';

const explanation: Explanation = {
  shop: 'tea', cycle: '2026-W10', customer: 'c1', asOf: '2026-03-02T00:00:00.000Z', version: '0.1.0',
  profile: [{ name: 'orders', value: 12, from: 'features.profiles.frequency' }],
  segment: {
    segment: 2, name: 'Champions', distance: 0.51234, next: { segment: 0, name: 'Loyal regulars', distance: 1.9 }, rule: { text: 'frequency > 8.5', precision: 0.91, recall: 0.8 },
    reasons: [{ feature: 'frequency', figure: 12, standardised: 1.5, ownCentre: 1.25, nextCentre: 0, weight: 2.1875 }],
  },
  scores: [{ name: 'buys within 7 days', value: 0.09012, from: 'segments.predictions.probability' }, { name: 'counts as a likely buyer', value: false, from: 'segments.predictions.will_buy' }],
  rules: [{ among: 'the segment', antecedent: 'Tea', consequent: 'Bowl', confidence: 0.25, lift: 3.5, baskets: 40, bought: false }],
  plan: [{ name: 'arm', value: null, from: 'plan.recipients.arm' }], outcome: [],
  lineage: [
    { relation: 'segments.predictions', fingerprint: '0123456789abcdef', rows: 40, recipe: 'predict-purchases 2', parameters: { days: 7, seed: 1 }, inputs: ['snapshot.order_lines'], manifest: 'same' },
    { relation: 'snapshot.order_lines', fingerprint: 'fedcba9876543210', rows: 90, recipe: 'sql/snapshot/order_lines.sql', parameters: {}, inputs: [], manifest: 'other fingerprint', source: { by: 'shops/tea/sources/order_lines.sql', files: [{ file: 'orders/2026-01.csv', rows: 3 }, { file: 'products.csv' }] } },
  ],
};

test('an explanation reads from the segment down to the files', () => {
  expect(renderExplanation(explanation, { color: false })).toBe(`c1 in tea/2026-W10, which knows what happened before 2026-03-02, by version 0.1.0

Profile
  orders  12  features.profiles.frequency

Segment: Champions
  0.512 from its centre, 1.900 from the next, Loyal regulars (segments.memberships, segments.centres)
  the segment is told by: frequency > 8.5 (precision 0.91, recall 0.80; segments.descriptions)
  what puts it there  figure  standardised  own centre  next centre  weight
  frequency               12         1.500       1.250        0.000   2.188

Scores
  buys within 7 days        0.0901  segments.predictions.probability
  counts as a likely buyer  no      segments.predictions.will_buy

Rules that apply to what was bought
  who buys  also buys  confidence  lift  baskets  among
  Tea       Bowl            0.250  3.50       40  the segment  not bought yet

Plan
  arm  –  plan.recipients.arm

Where it is from
  segments.predictions  0123456789ab  40 rows  predict-purchases 2 (days 7, seed 1)
    of snapshot.order_lines
  snapshot.order_lines  fedcba987654  90 rows  sql/snapshot/order_lines.sql  [manifest: other fingerprint]
    from shops/tea/sources/order_lines.sql: orders/2026-01.csv (3 of this customer), products.csv`);
});

test('who has no segment, and to whom no rule applies, is told so', () => {
  const { segment: _, ...rest } = explanation;
  const text = renderExplanation({ ...rest, rules: [], asOf: null, version: null }, { color: false });
  expect(text).toContain('Segment\n  none: segments are made of customers who have ordered');
  expect(text).toContain('Rules that apply to what was bought\n  none');
  expect(text.split('\n')[0]).toBe('c1 in tea/2026-W10');
});

test('a rule applies where all its items were bought, whatever their names hold', () => {
  const known = new Set(['Tea', 'Salt + Pepper', 'Pepper']);
  expect(isMadeOf('Tea + Salt + Pepper', known)).toBe(true);
  expect(isMadeOf('Salt + Pepper', known)).toBe(true);
  expect(isMadeOf('Tea + Salt', known)).toBe(false);
  expect(isMadeOf('Salt', known)).toBe(false);
  const item = fc.stringMatching(/^[A-Za-z+ ]{1,8}$/);
  fc.assert(fc.property(fc.array(item, { minLength: 1, maxLength: 3 }), fc.array(item), (bought, more) => isMadeOf(bought.join(' + '), new Set([...bought, ...more]))));
});
