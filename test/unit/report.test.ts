import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CycleReport } from '../../activities/feedback/report/cycle-report.ts';
import { renderReport } from '../../activities/feedback/report/render-report.ts';
import { reportNumbers, unitOf } from '../../activities/feedback/report/report-numbers.ts';
import { exampleReport } from './report-example.ts';

/** What a reader sees: no tags, no style, references as characters. */
const seen = (html: string): string => html.replace(/<style>[\s\S]*?<\/style>/, '').replace(/<[^>]+>/g, ' ').replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replace(/\s+/g, ' ');
const withText = (value: unknown, text: string): unknown => {
  if (typeof value === 'string') return text;
  if (Array.isArray(value)) return value.map((item) => withText(item, text));
  return value !== null && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withText(item, text)])) : value;
};

describe('the report', () => {
  const html = renderReport(exampleReport);

  test.each([
    '4,812', '3,408', '379 held out', '3,352', '+€1.31', '[+€0.18, +€2.44]', 'p = .023', '+3.82 pp', 'p < .001', // found
    'The last cycle was 2026-W48', 'share of 0.4 instead of 0.5', // earlier
    '61,204', '60,511', '693', 'negative quantity (402)', 'not readable as a date (291)', 'social, payments', 'orders_before_sign_up', '37 rows', '214', '97', // data
    '0.413', '€612.40', '11.3', '14.2', '1,630', '33.9 %', // segments
    'stability 0.871', 'orders > 8 and recency_days <= 30', '91.4 %', '87.3 %', // descriptions
    'within 7 days', 'logistic (used)', '0.812 [0.794, 0.829]', '0.803 [0.785, 0.821]', 'area under the ROC curve', 'recency days 0.0412', // prediction
    'Iron casserole, 24 cm', '34.1 %', '1.8 %', '4.72 ×', // rules
    '€4,712.50', '€6,000.00', '78.5 %', 'Approved by Mara', 'no consent', '611', 'hard bounced', '€1,890.50', // campaign
    '1,411 42.1 %', '402 12.0 %', '131 3.9 %', '29 0.9 %', '517 opens and clicks by programs', // funnel
    '95 % interval', '−€1.10', '[−€2.14, −€0.06]', '€7.85 of 3,408', '€6.54 of 379', 'arm B', 'p = .125', '0.612', '81.4 %', // results
    'share 0.3 instead of 0.4', 'Silhouette 0.413, above the gate', // decisions
    '3.2 s', '1 min 12 s', '468,325 rows', // steps
    'snapshot.order_lines', '1.2 MB', 'c0ffee11d2a94b77', '40.8 kB', // lineage
  ])('shows %s', (figure) => {
    expect(seen(html)).toContain(figure);
  });

  test('loads nothing, runs nothing, and says so by a policy that fits its one style sheet', () => {
    expect(html).not.toMatch(/<script|<link|<img|\sstyle=|\son\w+=|https?:\/\/|url\(|@import/i);
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
    expect(html).toContain(`style-src &#39;sha256-${createHash('sha256').update(style).digest('base64')}&#39;`);
    expect(html.match(/<style>/g)).toHaveLength(1);
  });

  test('is the same for the same cycle', () => {
    expect(renderReport(exampleReport)).toBe(html);
  });

  test('draws an interval that leaves out zero as a filled mark and one that does not as a hollow one', () => {
    // Six effects, and the two points of the calibration.
    expect(html.match(/class="point sure"/g)).toHaveLength(8);
    expect(html.match(/class="point"/g)).toHaveLength(2);
  });

  test('tells the overall effect of a metric first', () => {
    const text = seen(html);
    expect(text.indexOf('all mailed')).toBeLessThan(text.indexOf('arm A'));
  });
});

describe('hostile text', () => {
  test('in any field stays text', () => {
    const hostile = '</style></title><script>alert(1)</script><img src=x onerror=alert(1)>"\'&';
    const given = withText(exampleReport, hostile) as CycleReport;
    const html = renderReport({ ...given, currency: 'EUR', timeZone: 'Europe/Berlin', outcome: { ...given.outcome, state: 'completed' } });
    expect(html).not.toMatch(/<script|<img/);
    expect(html.match(/<\/style>/g)).toHaveLength(1);
    expect(seen(html)).toContain(hostile);
  });

  test('of any kind opens no tag', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      const html = renderReport({ ...exampleReport, rules: [{ ...exampleReport.rules[0]!, left: `${text}<evil>` }] });
      expect(html).not.toContain('<evil>');
      expect(html).toContain('&lt;evil&gt;');
    }), { numRuns: 30 });
  });
});

describe('a cycle that did less', () => {
  const bare: CycleReport = {
    ...exampleReport, outcome: { state: 'not_approved', words: 'Nobody approved the campaign.' }, earlier: { previousCycle: null, decisionsInForce: [] }, rules: [], campaign: null,
    data: { tallies: [], leftOut: [], findings: [] }, segmentation: { segments: [], silhouette: Number.NaN, stability: Number.NaN, features: [], carriedOver: true, descriptions: [] }, prediction: null, decisions: [], steps: [], lineage: [],
    results: { measured: false, why: 'nobody was mailed.', from: null, to: null, effects: [], confidence: 0.95, units: {} },
  };

  test('says what is not there instead of showing zeros', () => {
    const text = seen(renderReport(bare));
    for (const words of ['first cycle', 'Every audit passed', 'carried over', 'Nothing to learn from yet', 'No pair was frequent enough', 'No campaign was planned', 'Not measured, because nobody was mailed.', 'None was made', 'not approved']) expect(text).toContain(words);
    expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  test('draws an effect without an interval without one', () => {
    const effects = [{ ...exampleReport.results.effects[0]!, lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY, pValue: Number.NaN }];
    const html = renderReport({ ...exampleReport, results: { ...exampleReport.results, effects } });
    expect(html).not.toMatch(/NaN|Infinity/);
    expect(html).not.toContain('class="whisker"');
  });
});

describe('numbers', () => {
  const numbers = reportNumbers({ currency: 'EUR', timeZone: 'Europe/Berlin' });

  test('carry their unit', () => {
    expect(numbers.share(0.0005)).toBe('0.1 %');
    expect(numbers.difference(-0.01, 'share')).toBe('−1.00 pp');
    expect(numbers.money(1_234_567.8)).toBe('€1,234,568');
    expect(numbers.seconds(0.042)).toBe('0.04 s');
    expect(numbers.seconds(59.7)).toBe('1 min 00 s');
    expect(numbers.bytes(999)).toBe('999 B');
    expect(numbers.bytes(0)).toBe('0 B');
    expect(numbers.pValue(1)).toBe('p = 1.000');
    expect(numbers.time('2026-11-30T00:00:00Z')).toBe('30 Nov 2026, 01:00');
    expect(numbers.wallTime('2026-11-30T00:00:00Z')).toBe('30 Nov 2026, 00:00');
    expect(numbers.wallDay('2026-11-30T23:59:00Z')).toBe('30 Nov 2026');
    expect(numbers.count(Number.NaN)).toBe('–');
  });

  test('of a metric are read by what the report says, else by its name', () => {
    expect(unitOf('revenue', {})).toBe('money');
    expect(unitOf('conversion', {})).toBe('share');
    expect(unitOf('orders', {})).toBe('number');
    expect(unitOf('revenue', { revenue: 'number' })).toBe('number');
    expect(unitOf('constructor', {})).toBe('number');
  });
});
