import { expect, test } from 'vitest';
import { renderReport } from '../../activities/feedback/report/render-report.ts';
import { exampleReport } from './report-example.ts';

const journeys = { sessions: 1_000, carts: 400, checkouts: 250, purchases: 180, frictions: ['With device <b>phone</b>, 14.8 % fail at the payment.'], abandonedCarts: 31 };
const risk = { payments: 1_200, alerts: 50, suspects: 12, quality: { scorer: 'boosted trees', averagePrecision: 0.262, lower: 0.2, upper: 0.33, alerts: 72, precision: 0.4, saved: 912.5 } };

test('a report has a section for each study that was made, and escapes what comes from data', () => {
  const html = renderReport({ ...exampleReport, studies: { journeys, risk } });
  for (const words of ['<section id="journeys"', 'href="#risk"', '18.0 %', '&lt;b&gt;phone', '31 customers left a cart', 'boosted trees', '0.262 [0.2, 0.33]', '€912.50']) expect(html).toContain(words);
});

test('of demand too: what is expected, what is missing, what to clear', () => {
  const demand = { weeks: 4, categories: [{ category: 'tea <b>', units: 80.4, lower: 60, upper: 101 }, { category: 'new', units: 3, lower: null, upper: null }], mase: 0.813, naiveMase: 1.02, toOrder: 7, out: 2, toClear: [{ product: 'Pan', stock: 90, days: 526, money: 1_250.5 }], tiedUp: 3_000 };
  const html = renderReport({ ...exampleReport, studies: { demand, journeys: null, risk: null } });
  for (const words of ['<section id="demand"', 'tea &lt;b&gt;', '60 to 101', '0.813', '2 products are out of stock and 7 to be ordered', 'lasts 526 days, binds €1,250.50']) expect(html).toContain(words);
});

test('and none for what was not studied', () => {
  const html = renderReport({ ...exampleReport, studies: { journeys: null, risk: { ...risk, quality: null } } });
  expect(html).not.toContain('id="journeys"');
  expect(html).toContain('Too little is labelled');
  expect(renderReport(exampleReport)).not.toContain('id="risk"');
});
