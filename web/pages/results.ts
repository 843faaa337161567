import { html } from 'hono/html';
import { sampleRatioMismatch } from '../../algorithms/index.ts';
import { unitOf } from '../../activities/feedback/report/report-numbers.ts';
import { chart } from '../parts/chart.ts';
import type { ConsolePage, PageInput } from '../parts/console-page.ts';
import { cyclePath, type Content } from '../parts/screen.ts';
import { table } from '../parts/table.ts';
import { tiles } from '../parts/tiles.ts';
import { readReport } from '../reads/read-report.ts';

type Effect = Readonly<Record<'metric' | 'arm' | 'segment', string> & Record<'treated' | 'control' | 'treated_mean' | 'control_mean' | 'difference' | 'lower' | 'upper' | 'p_value', number>>;

/** What a metric is called where its own name is no word. */
const metricNames: Readonly<Record<string, string>> = { revenue_corrected: 'revenue, corrected for earlier spend' };
const metricName = (metric: string): string => metricNames[metric] ?? metric;

/** Cycles of the picture over time. */
const shownWeeks = 12;

/** Results: what the letters did beside the holdout, by arm and segment, from week to week, and who came back. */
export const resultsPage: ConsolePage = {
  section: 'results', title: 'Results', charts: true,
  async show(input) {
    const { view, parts, screen: { t }, numbers } = input;
    const report = await readReport(parts.warehouse.lake, view);
    const effects = await view.rowsIf<Effect>(['outcomes.effects'], "select * from outcomes.effects order by list_position(['conversion', 'revenue', 'margin'], metric) nulls last, metric, segment <> 'all', segment, arm <> 'all', arm");
    const overall = effects.find((row) => row.metric === 'conversion' && row.arm === 'all' && row.segment === 'all');
    const why = report?.results.why ?? '';
    return html`<section class="card"><h2>${t('What the letters did')}</h2>${overall === undefined ? html`<p class="lead">${report === undefined ? t('Nothing is measured yet: the window of this cycle is still open, or nobody was mailed.') : t('No effect was measured: {why}.', { why: why || t('the groups are too small') })}</p>` : html`<p class="lead">${t('{mailed} of those who got a letter bought, {held} of those held out: {difference}, 95 % interval {lower} to {upper}.', { mailed: numbers.share(overall.treated_mean), held: numbers.share(overall.control_mean), difference: numbers.difference(overall.difference, 'share'), lower: numbers.difference(overall.lower, 'share'), upper: numbers.difference(overall.upper, 'share') })}</p>${overall.lower > 0 ? '' : html`<p>${overall.upper < 0 ? t('The letters did harm: the whole interval is below zero.') : t('The interval holds zero: this week does not show that the letters did anything.')}</p>`}`}
${await ratio(input)}${intervals(input, effects)}</section>
${await guardrails(input)}${await funnel(input)}${await weeks(input)}${await retention(input)}${await comebacks(input)}${await prediction(input)}${await unchanged(input)}`;
  },
};

function intervals({ screen: { t, root }, view, settings, numbers }: PageInput, effects: readonly Effect[]): Content | string {
  if (effects.length === 0) return '';
  const word = (row: Effect): string => [row.arm === 'all' ? t('all arms') : t('arm {arm}', { arm: row.arm }), row.segment === 'all' ? t('everybody') : row.segment].join(', ');
  return html`${[...new Set(effects.map(({ metric }) => metric))].map((metric) => {
    const rows = effects.filter((row) => row.metric === metric);
    const unit = unitOf(metric, {});
    const scale = unit === 'share' ? 100 : 1;
    return html`<h3>${t(metricName(metric))}</h3>${chart({
      kind: 'intervals', unit: unit === 'share' ? 'points' : unit === 'money' ? { money: settings.currency } : 'decimal',
      rows: rows.map((row) => ({ name: word(row), middle: row.difference * scale, lower: row.lower * scale, upper: row.upper * scale })),
    }, { says: t('Difference in {metric} between those who got a letter and those held out, with 95 % intervals.', { metric: t(metricName(metric)) }), height: rows.length > 6 ? 420 : rows.length > 3 ? 320 : 240 })}
<details><summary>${t('The numbers as a table')}</summary>${table({
      caption: `${t('Effects')}: ${t(metricName(metric))}`, empty: '', columns: [{ label: t('arm'), kind: 'name' }, { label: t('segment'), kind: 'name' }, { label: t('mailed'), kind: 'n' }, { label: t('held out'), kind: 'n' }, { label: t('mean mailed'), kind: 'n' }, { label: t('mean held out'), kind: 'n' }, { label: t('difference'), kind: 'n' }, { label: t('95 % interval'), kind: 'n' }, { label: 'p', kind: 'n' }],
      rows: rows.map((row) => [row.arm === 'all' ? t('all arms') : row.arm, row.segment === 'all' ? t('everybody') : row.segment, { text: numbers.count(row.treated), value: row.treated }, { text: numbers.count(row.control), value: row.control }, { text: numbers.metric(row.treated_mean, unit), value: row.treated_mean }, { text: numbers.metric(row.control_mean, unit), value: row.control_mean }, { text: numbers.difference(row.difference, unit), value: row.difference }, `${numbers.difference(row.lower, unit)} – ${numbers.difference(row.upper, unit)}`, { text: numbers.pValue(row.p_value), value: row.p_value }]),
    })}</details>`;
  })}<p><a href="${root}/api/cycles/${view.shop}/${view.cycle}/relations/outcomes.effects?format=csv">${t('All as CSV')}</a></p>`;
}

/** Whether the split into mailed and held out is what the settings say; when not, no effect can be believed. */
async function ratio({ view, settings, screen: { t }, numbers }: PageInput): Promise<Content | string> {
  const share = settings.campaign.holdout_share;
  const [row] = await view.rowsIf<{ mailed: number; held: number }>(['plan.recipients'], "select count_if(decision = 'send') as mailed, count_if(decision = 'holdout') as held from plan.recipients");
  if (row === undefined || share <= 0 || share >= 1 || row.mailed + row.held === 0) return '';
  const { pValue } = sampleRatioMismatch([row.mailed, row.held], [1 - share, share]);
  return html`<p class="${pValue < 0.001 ? 'warn' : 'quiet'}">${pValue < 0.001 ? t('Sample ratio mismatch: {held} of {all} are held out where {share} should be ({p}). Look for the cause before you believe an effect.', { held: numbers.count(row.held), all: numbers.count(row.mailed + row.held), share: numbers.share(share), p: numbers.pValue(pValue) }) : t('The split is as planned: {held} of {all} held out, {share} wanted ({p}).', { held: numbers.count(row.held), all: numbers.count(row.mailed + row.held), share: numbers.share(share), p: numbers.pValue(pValue) })}</p>`;
}

/** What would have stopped an arm, and how far from it each arm was. */
async function guardrails({ view, screen: { t }, numbers }: PageInput): Promise<Content | string> {
  const rows = await view.rowsIf<{ guardrail: string; arm: string; value: number; lower: number; upper: number; limit: number; tripped: boolean }>(['outcomes.guardrails'], 'select guardrail, arm, value, lower, upper, "limit", tripped from outcomes.guardrails order by guardrail, arm');
  if (rows.length === 0) return '';
  const say = (name: string, value: number): string => (/revenue|margin/.test(name) ? numbers.difference(value, 'money') : numbers.share(value));
  const tripped = rows.filter((row) => row.tripped);
  return html`<section class="card"><h2>${t('Guardrails')}</h2><p class="${tripped.length === 0 ? 'quiet' : 'warn'}">${tripped.length === 0 ? t('None was touched: no arm had to stop.') : t('Touched by {arms}: these arms stop.', { arms: [...new Set(tripped.map(({ arm }) => arm))].join(', ') })}</p>${table({
    caption: t('Guardrails'), empty: '', columns: [{ label: t('guardrail'), kind: 'name' }, { label: t('arm') }, { label: t('value'), kind: 'n' }, { label: t('95 % interval'), kind: 'n' }, { label: t('limit'), kind: 'n' }, { label: t('touched') }],
    rows: rows.map((row) => [t(row.guardrail), row.arm, { text: say(row.guardrail, row.value), value: row.value }, `${say(row.guardrail, row.lower)} – ${say(row.guardrail, row.upper)}`, say(row.guardrail, row.limit), row.tripped ? t('yes') : t('no')]),
  })}</section>`;
}

async function funnel({ view, screen: { t }, numbers }: PageInput): Promise<Content | string> {
  const rows = await view.rowsIf<Record<'customers' | 'opened' | 'clicked' | 'bought' | 'redeemed' | 'unsubscribed' | 'revenue', number> & { readonly arm: string }>(['outcomes.customers'], "select case when decision = 'send' then arm else 'holdout' end as arm, count(*) as customers, count_if(opened) as opened, count_if(clicked) as clicked, count_if(converted) as bought, count_if(redeemed) as redeemed, count_if(unsubscribed) as unsubscribed, sum(revenue::decimal(18, 4))::double as revenue from outcomes.customers group by all order by count_if(decision <> 'send') > 0, arm");
  if (rows.length === 0) return '';
  const cell = (value: number, of: number): { readonly text: string; readonly value: number } => ({ text: `${numbers.count(value)} · ${numbers.share(of === 0 ? Number.NaN : value / of)}`, value });
  return html`<section class="card"><h2>${t('From the letter to the order')}</h2>${table({
    caption: t('Funnel by arm'), empty: '', columns: [{ label: t('arm'), kind: 'name' }, { label: t('customers'), kind: 'n' }, { label: t('opened'), kind: 'n' }, { label: t('clicked'), kind: 'n' }, { label: t('bought'), kind: 'n' }, { label: t('redeemed'), kind: 'n' }, { label: t('unsubscribed'), kind: 'n' }, { label: t('revenue'), kind: 'n' }],
    rows: rows.map((row) => [row.arm === 'holdout' ? t('held out') : row.arm, { text: numbers.count(row.customers), value: row.customers }, cell(row.opened, row.customers), cell(row.clicked, row.customers), cell(row.bought, row.customers), cell(row.redeemed, row.customers), cell(row.unsubscribed, row.customers), { text: numbers.money(row.revenue), value: row.revenue }]),
  })}<p class="quiet">${t('Opens and clicks by programs that scan mail are not counted.')}</p></section>`;
}

async function weeks({ view, parts, screen, screen: { t }, numbers }: PageInput): Promise<Content | string> {
  const cycles = screen.cycles.filter(({ shop, cycle }) => shop === view.shop && cycle <= view.cycle).map(({ cycle }) => cycle).sort().slice(-shownWeeks);
  const measured = (await Promise.all(cycles.map(async (cycle) => {
    const report = await readReport(parts.warehouse.lake, { shop: view.shop, cycle });
    const overall = report?.results.effects.find((row) => row.metric === 'conversion' && row.arm === 'all' && row.segment === 'all');
    return overall === undefined ? [] : [{ cycle, ...overall }];
  }))).flat();
  if (measured.length < 2) return '';
  return html`<section class="card"><h2>${t('From week to week')}</h2>${chart({ kind: 'intervals', unit: 'points', rows: measured.map(({ cycle, difference, lower, upper }) => ({ name: cycle, middle: difference * 100, lower: lower * 100, upper: upper * 100 })) }, { says: t('Difference in the share who bought, by cycle, with 95 % intervals.'), height: 240 })}
<details><summary>${t('The numbers as a table')}</summary>${table({ caption: t('From week to week'), empty: '', columns: [{ label: t('cycle'), kind: 'name' }, { label: t('difference'), kind: 'n' }, { label: t('95 % interval'), kind: 'n' }], rows: measured.map((row) => [html`<a href="${cyclePath(screen, { shop: view.shop, cycle: row.cycle }, 'results')}">${row.cycle}</a>`, { text: numbers.difference(row.difference, 'share'), value: row.difference }, `${numbers.difference(row.lower, 'share')} – ${numbers.difference(row.upper, 'share')}`]) })}</details></section>`;
}

async function retention({ view, screen: { t }, numbers }: PageInput): Promise<Content | string> {
  const cells = await view.rowsIf<{ first_month: string; months_since: number; customers: number; share: number }>(['outcomes.retention'], 'select strftime(first_month, \'%Y-%m\') as first_month, months_since, customers, share from outcomes.retention order by first_month, months_since');
  if (cells.length === 0) return '';
  const cohorts = [...new Set(cells.filter((cell) => cell.months_since > 0).map((cell) => cell.first_month))].slice(-18);
  const months = [...new Set(cells.map((cell) => cell.months_since))].sort((a, b) => a - b).slice(0, 19);
  const shareOf = (cohort: string, month: number): number | undefined => cells.find((cell) => cell.first_month === cohort && cell.months_since === month)?.share;
  return html`<section class="card"><h2>${t('Who comes back')}</h2><p>${t('Share of the customers who first bought in a month that bought again so many months later.')}</p>
${chart({ kind: 'heat', columns: months.filter((month) => month > 0).map(String), rows: cohorts, unit: 'share', cells: cohorts.flatMap((cohort, row) => months.filter((month) => month > 0).flatMap((month, column) => { const share = shareOf(cohort, month); return share === undefined ? [] : [[column, row, Number(share.toFixed(4))] as const]; })) }, { says: t('Retention by month of the first order; the same numbers are in the table.'), height: 420 })}
<details><summary>${t('The numbers as a table')}</summary>${table({
    caption: t('Retention'), empty: '', sortable: false, columns: [{ label: t('first order'), kind: 'name' }, { label: t('customers'), kind: 'n' }, ...months.filter((month) => month > 0).map((month) => ({ label: `+${month}`, kind: 'n' as const }))],
    rows: cohorts.map((cohort) => [cohort, numbers.count(cells.find((cell) => cell.first_month === cohort)?.customers ?? 0), ...months.filter((month) => month > 0).map((month) => { const share = shareOf(cohort, month); return share === undefined ? '' : numbers.share(share); })]),
  })}</details></section>`;
}

/** How soon customers buy again, and which segments came back this time. */
async function comebacks({ view, screen: { t }, numbers }: PageInput): Promise<Content | string> {
  const rates = await view.rowsIf<{ days: number; watched: number; rate: number; lower: number; upper: number }>(['outcomes.repeat_rates'], 'select days, watched, rate, lower, upper from outcomes.repeat_rates order by days');
  const segments = await view.rowsIf<{ name: string; customers: number; active_before: number; came_back: number; share: number }>(['outcomes.segment_retention', 'segments.summaries'], 'select name, r.customers, active_before, came_back, share from outcomes.segment_retention as r join segments.summaries using (segment) order by segment');
  if (rates.length === 0 && segments.length === 0) return '';
  return html`<section class="card"><h2>${t('How soon they buy again')}</h2>${rates.length === 0 ? '' : chart({ kind: 'intervals', unit: 'percent', rows: rates.map(({ days, rate, lower, upper }) => ({ name: t('within {days} days', { days }), middle: rate * 100, lower: lower * 100, upper: upper * 100 })) }, { says: t('Share of first buyers who bought again, with 95 % intervals; those who are not watched that long count as far as they are (Kaplan and Meier).'), height: 240 })}
${table({
    caption: t('Who bought this time, by segment'), captioned: true, empty: '', columns: [{ label: t('segment'), kind: 'name' }, { label: t('customers'), kind: 'n' }, { label: t('bought in the window'), kind: 'n' }, { label: t('share'), kind: 'n' }],
    rows: segments.map((row) => [row.name, { text: numbers.count(row.customers), value: row.customers }, { text: numbers.count(row.came_back), value: row.came_back }, { text: numbers.share(row.share), value: row.share }]),
  })}</section>`;
}

async function prediction({ view, screen: { t }, numbers }: PageInput): Promise<Content | string> {
  const rows = await view.rowsIf<{ cycle: string; customers: number; auc: number; precision: number; recall: number }>(['outcomes.prediction_quality'], 'select cycle, customers, auc, precision, recall from outcomes.prediction_quality order by cycle');
  const last = rows.at(-1);
  if (last === undefined) return '';
  return html`<section class="card"><h2>${t('Were the predictions right')}</h2>${tiles([
    { label: 'AUC', value: numbers.decimal(last.auc, 3), note: t('0.5 is chance, 1 is perfect') },
    { label: t('likely buyers who bought'), value: numbers.share(last.precision) }, { label: t('buyers who were foreseen'), value: numbers.share(last.recall) },
  ])}</section>`;
}

async function unchanged({ view, screen: { t } }: PageInput): Promise<Content | string> {
  const rows = await view.rowsIf<{ kind: string; words: string; evidence: string }>(['feedback.decisions'], "select kind, words, evidence from feedback.decisions order by kind = 'no_change', id");
  if (rows.length === 0) return '';
  return html`<section class="card"><h2>${t('What follows from it')}</h2><ul class="plain">${rows.map((row) => html`<li><strong>${row.kind === 'no_change' ? t('No change because: {words}', { words: row.words }) : row.words}</strong><br><span class="quiet">${row.evidence}</span></li>`)}</ul></section>`;
}
