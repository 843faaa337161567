import { expect, test } from 'vitest';
import { renderReport } from '../../activities/feedback/report/render-report.ts';
import { exampleReport } from './report-example.ts';

const journeys = { sessions: 1_000, carts: 400, checkouts: 250, purchases: 180, frictions: ['With device <b>phone</b>, 14.8 % fail at the payment.'], abandonedCarts: 31 };
const risk = { payments: 1_200, alerts: 50, suspects: 12, quality: { scorer: 'boosted trees', averagePrecision: 0.262, lower: 0.2, upper: 0.33, alerts: 72, precision: 0.4, saved: 912.5 } };

test('a report has a section for each study that was made, and escapes what comes from data', () => {
  const html = renderReport({ ...exampleReport, studies: { journeys, risk } });
  for (const words of ['<section id="journeys"', 'href="#risk"', '18.0 %', '&lt;b&gt;phone', '31 customers left a cart', 'boosted trees', '0.262 [0.2, 0.33]', '€912.50']) expect(html).toContain(words);
});

test('and none for what was not studied', () => {
  const html = renderReport({ ...exampleReport, studies: { journeys: null, risk: { ...risk, quality: null } } });
  expect(html).not.toContain('id="journeys"');
  expect(html).toContain('Too little is labelled');
  expect(renderReport(exampleReport)).not.toContain('id="risk"');
});
