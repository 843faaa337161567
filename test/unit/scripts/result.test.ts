import { expect, test } from 'vitest';
import { renderResult } from '../../../scripts/display/render-result.ts';
import type { CycleResult } from '../../../workflows/cycle-result.ts';

const tally = { planned: 0, claimed: 0, handedOver: 3, delivered: 4100, softBounced: 0, hardBounced: 12, failed: 0, suppressed: 2, complained: 0, inDoubt: 0 };
const plan = { campaign: 'demo/2026-W48/weekly', toSend: 4115, holdout: 480, leftOut: [{ reason: 'no consent', customers: 405 }], hash: 'abc', offers: [{ segment: 'loyal big spenders', offer: 'Free delivery', customers: 1204, cost: 610.5 }, { segment: 'new', offer: 'Ten per cent off', customers: 2911, cost: 1000 }], budget: 2000, expectedCost: 1610.5 };
const effect = { metric: 'conversion', arm: 'all', segment: 'all', treated: 4115, control: 480, treatedMean: 0.0812, controlMean: 0.06, difference: 0.0212, lower: -0.0018, upper: 0.0442, pValue: 0.07 };
const effects = [effect, { ...effect, metric: 'revenue', difference: -1.5, lower: -4, upper: 1, pValue: 0.0001 }, { ...effect, segment: 'new' }];
const result: CycleResult = {
  shop: 'demo', cycle: '2026-W48', asOf: '2026-11-23T00:00:00.000Z', outcome: 'finished', steps: [], warnings: [], relations: {}, silhouette: 0.3125,
  segments: [{ segment: 0, name: 'new', customers: 3000, averageSpend: 20, averageOrders: 1, averageRecencyDays: 12.4 }, { segment: 1, name: 'loyal big spenders', customers: 1250, averageSpend: 1234.5, averageOrders: 8.25, averageRecencyDays: 9 }],
  campaign: { plan, decision: 'approved', by: 'quickstart', dispatch: tally },
  evaluation: { measured: true, why: '', figures: [] },
  decisions: [{ id: 'd1', kind: 'offer_share', subject: 'new', words: 'Offer share of new from 0.50 to 0.60', evidence: 'lift +2.1 points' }],
};

test('a result reads from segments to the next place to look', () => {
  expect(renderResult(result, { currency: 'EUR', color: false, effects, truth: { conversion: 0.019 }, places: [{ label: 'report', where: 'lake/report.html' }, { label: 'outbox', where: 'var/outbox' }] })).toBe(`Segments (silhouette 0.313)
  segment             customers    spend each  orders each  days since last
  loyal big spenders      1,250  1,234.50 EUR          8.3                9
  new                     3,000     20.00 EUR          1.0               12

Campaign demo/2026-W48/weekly
  segment             offer             customers  expected cost
  loyal big spenders  Free delivery         1,204     610.50 EUR
  new                 Ten per cent off      2,911   1,000.00 EUR
  expected cost 1,610.50 EUR of a budget of 2,000.00 EUR; 480 held out; approved by quickstart
  405 left out: no consent
  4,100 mails delivered, 3 accepted by the relay, 12 bounced, 2 suppressed

Lift against the holdout
  metric      arm  mailed  held out     lift       95 % interval       p  true effect
  conversion  all  0.0812    0.0600  +0.0212  −0.0018 to +0.0442   0.070      +0.0190
  revenue     all  0.0812    0.0600  −1.5000  −4.0000 to +1.0000  <0.001

What the next cycle does differently
  Offer share of new from 0.50 to 0.60
    because lift +2.1 points

Where to look next
  report  lake/report.html
  outbox  var/outbox`);
});

test('what was not reached is left out, and what could not be measured says why', () => {
  const text = renderResult({ ...result, segments: undefined, campaign: undefined, decisions: undefined, evaluation: { measured: false, why: 'nobody was mailed', figures: [] } }, { currency: 'EUR', color: false, places: [] });
  expect(text).toBe('Lift\n  not measured: nobody was mailed');
});
