import { html } from 'hono/html';
import { PCA } from '../../algorithms/index.ts';
import { chart } from '../parts/chart.ts';
import type { ConsolePage, PageInput } from '../parts/console-page.ts';
import { featureName } from '../parts/feature-name.ts';
import { cyclePath, type Content } from '../parts/screen.ts';
import { table } from '../parts/table.ts';
import { previousCycle } from '../reads/previous-cycle.ts';

/** Points that a picture can hold and an eye can tell apart. */
const shownPoints = 2_000;

type Summary = { readonly segment: number; readonly name: string; readonly traits: string; readonly customers: number; readonly average_recency_days: number; readonly average_orders: number; readonly average_spend: number; readonly average_order_value: number };

/** Segments: who they are, how large, where they lie, what sets them apart, and who moved since last week. */
export const segmentsPage: ConsolePage = {
  section: 'segments', title: 'Segments', charts: true,
  async show(input) {
    const { view, screen: { t }, screen, numbers } = input;
    if (!view.has('segments.summaries')) return html`<div class="card"><p>${t('This cycle has no segments yet. They come with the step analyse.')}</p></div>`;
    const segments = await view.rows<Summary>('select segment, name, traits, customers, average_recency_days, average_orders, average_spend, average_order_value from segments.summaries order by segment');
    const everybody = segments.reduce((sum, { customers }) => sum + customers, 0);
    return html`<section class="card"><h2>${t('Sizes')}</h2>
${chart({ kind: 'bars', labels: segments.map(({ name }) => name), values: segments.map(({ customers }) => customers), unit: 'count' }, { says: t('Customers in each segment: {list}', { list: segments.map(({ name, customers }) => `${name} ${numbers.count(customers)}`).join(', ') }), height: 240 })}
${table({
    caption: t('Segments'), empty: '',
    columns: [{ label: t('segment'), kind: 'name' }, { label: t('customers'), kind: 'n' }, { label: t('share'), kind: 'n' }, { label: t('spend each'), kind: 'n' }, { label: t('orders each'), kind: 'n' }, { label: t('average order'), kind: 'n' }, { label: t('days since last'), kind: 'n' }, { label: t('what stands out') }],
    rows: segments.map((row) => [
      html`<a href="${cyclePath(screen, view, `customers?segment=${row.segment}`)}">${row.name}</a>`,
      { text: numbers.count(row.customers), value: row.customers }, { text: numbers.share(row.customers / everybody), value: row.customers }, { text: numbers.money(row.average_spend), value: row.average_spend },
      { text: numbers.decimal(row.average_orders, 1), value: row.average_orders }, { text: numbers.money(row.average_order_value), value: row.average_order_value }, { text: numbers.count(row.average_recency_days), value: row.average_recency_days },
      row.traits.split(/[,;]\s*/).map((trait) => t(trait.replaceAll('_', ' '))).join(', '),
    ]),
  })}</section>
${await plane(input, segments)}${await habits(input, segments)}${await migration(input, segments)}${await curve(input)}`;
  },
};

async function plane({ view, screen: { t }, screen, numbers }: PageInput, segments: readonly Summary[]): Promise<Content | string> {
  if (!view.has('features.matrix', 'segments.memberships')) return '';
  const described = await view.rows<{ column_name: string }>('describe features.matrix');
  const features = described.map((row) => row.column_name).filter((name) => name !== 'customer_id' && name !== 'in_fit');
  const rows = await view.rows<Record<string, number> & { customer_id: never }>(`select matrix.*, memberships.segment from features.matrix join segments.memberships using (customer_id) order by hash(customer_id), customer_id limit ${shownPoints}`);
  const values = new Float64Array(rows.length * features.length);
  rows.forEach((row, at) => { features.forEach((feature, column) => { values[at * features.length + column] = row[feature] ?? 0; }); });
  if (rows.length < 2 || features.length < 2) return '';
  const pca = new PCA({ nComponents: 2 }).fit(values, rows.length, features.length);
  const coordinates = pca.transform(values, rows.length);
  const shares = pca.explainedVarianceRatio;
  const axis = (which: 0 | 1): string => features.map((feature, column) => [feature, pca.components[which * features.length + column]!] as const).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).slice(0, 2).map(([feature, weight]) => `${weight < 0 ? '−' : ''}${t(featureName(feature))}`).join(', ');
  const places = segments.map(({ segment }) => segment);
  return html`<section class="card"><h2>${t('Where customers lie')}</h2><p>${t('Each point is a customer. The two directions are those in which customers differ most; they hold {first} and {second} of all differences.', { first: numbers.share(shares[0]!), second: numbers.share(shares[1]!) })}</p>
${chart({
    kind: 'scatter', names: segments.map(({ name }) => name), axes: [axis(0), axis(1)], link: cyclePath(screen, view, 'customers/'),
    points: rows.map((row, at) => [Number(coordinates[at * 2]!.toFixed(2)), Number(coordinates[at * 2 + 1]!.toFixed(2)), places.indexOf(row['segment']!), row.customer_id as string]),
  }, { says: t('{points} of {customers} customers by their habits, coloured by segment. Draw a frame to choose, Ctrl and scroll to come closer, click a point to read the customer.', { points: numbers.count(rows.length), customers: numbers.count(segments.reduce((sum, { customers }) => sum + customers, 0)) }), height: 520 })}</section>`;
}

async function habits({ view, screen: { t }, numbers }: PageInput, segments: readonly Summary[]): Promise<Content | string> {
  const centres = await view.rowsIf<{ segment: number; feature: string; centre: number }>(['segments.centres'], 'select segment, feature, centre from segments.centres order by feature, segment');
  if (centres.length === 0) return '';
  const features = [...new Set(centres.map(({ feature }) => feature))];
  const cell = (segment: number, feature: string): number => centres.find((row) => row.segment === segment && row.feature === feature)?.centre ?? 0;
  return html`<section class="card"><h2>${t('What sets them apart')}</h2><p>${t('How far a segment lies from the average customer, in standard deviations.')}</p>
${chart({
    kind: 'heat', columns: features.map((feature) => t(featureName(feature))), rows: segments.map(({ name }) => name), unit: 'deviation', around: 0,
    cells: segments.flatMap(({ segment }, row) => features.map((feature, column) => [column, row, Number(cell(segment, feature).toFixed(2))] as const)),
  }, { says: t('Profile of each segment by feature; the same numbers are in the table.'), height: 320 })}
<details><summary>${t('The numbers as a table')}</summary>${table({
    caption: t('Standard deviations from the average customer'), empty: '', columns: [{ label: t('segment'), kind: 'name' }, ...features.map((feature) => ({ label: t(featureName(feature)), kind: 'n' as const }))],
    rows: segments.map(({ segment, name }) => [name, ...features.map((feature) => ({ text: numbers.decimal(cell(segment, feature)), value: cell(segment, feature) }))]),
  })}</details></section>`;
}

async function migration({ lake, view, screen: { t }, screen, numbers }: PageInput, segments: readonly Summary[]): Promise<Content | string> {
  const before = previousCycle(screen.cycles, view);
  const earlier = before === undefined ? undefined : await lake.view(view.shop, before);
  if (earlier === undefined || !earlier.has('segments.memberships', 'segments.summaries') || !view.has('segments.memberships')) {
    return html`<section class="card"><h2>${t('Who moved')}</h2><p class="quiet">${t('There is no earlier cycle to compare with. Next week this shows who changed segment.')}</p></section>`;
  }
  await view.beside(earlier, ['segments.memberships', 'segments.summaries']);
  const counted = await view.rows<{ was: string | null; now: string; customers: number }>(`
select was.name as was, now.name as now, count(*) as customers
from segments.memberships as present
join segments.summaries as now using (segment)
left join before.memberships as past using (customer_id)
left join before.summaries as was on was.segment = past.segment
group by all order by customers desc, was, now`);
  const flows = counted.map((row) => ({ pair: [row.was ?? t('not yet a customer'), row.now] as const, customers: row.customers }));
  const all = flows.reduce((sum, { customers }) => sum + customers, 0);
  const from = [...new Set(flows.map(({ pair }) => pair[0]))];
  const to = [...new Set(flows.map(({ pair }) => pair[1]))];
  const stayed = flows.filter(({ pair }) => pair[0] === pair[1]).reduce((sum, { customers }) => sum + customers, 0);
  return html`<section class="card"><h2>${t('Who moved')}</h2><p>${t('From {before} to {now}: {stayed} of {all} customers stayed in a segment of the same name.', { before: before!, now: view.cycle, stayed: numbers.count(stayed), all: numbers.count(all) })}</p>
${chart({ kind: 'flow', from, to, groups: segments.map(({ name }) => name), flows: flows.map(({ pair, customers }) => [from.indexOf(pair[0]), to.indexOf(pair[1]), customers] as const) }, { says: t('Customers by their segment in {before} and in {now}.', { before: before!, now: view.cycle }), height: 420 })}
<details><summary>${t('The numbers as a table')}</summary>${table({
    caption: t('Who moved'), empty: '', columns: [{ label: t('segment before'), kind: 'name' }, { label: t('segment now'), kind: 'name' }, { label: t('customers'), kind: 'n' }],
    rows: flows.map(({ pair, customers }) => [pair[0], pair[1], { text: numbers.count(customers), value: customers }]),
  })}</details></section>`;
}

async function curve({ view, screen: { t }, numbers }: PageInput): Promise<Content | string> {
  const tries = await view.rowsIf<{ clusters: number; inertia: number; silhouette: number }>(['segments.k_curve'], `select clusters, inertia, silhouette from segments.k_curve order by clusters`);
  if (tries.length === 0) return '';
  const best = tries.reduce((one, other) => (other.silhouette > one.silhouette ? other : one));
  return html`<section class="card"><h2>${t('How many segments')}</h2><p>${t('{clusters} segments are the most clearly separated: silhouette {silhouette}.', { clusters: best.clusters, silhouette: numbers.decimal(best.silhouette, 3) })}</p>
${chart({ kind: 'lines', labels: tries.map(({ clusters }) => String(clusters)), series: [{ name: t('silhouette'), values: tries.map(({ silhouette }) => Number(silhouette.toFixed(4))) }], unit: 'decimal' }, { says: t('Silhouette by number of segments; higher is clearer.'), height: 240 })}
<details><summary>${t('The numbers as a table')}</summary>${table({
    caption: t('How many segments'), empty: '', columns: [{ label: t('segments'), kind: 'n' }, { label: t('silhouette'), kind: 'n' }, { label: t('inertia'), kind: 'n' }],
    rows: tries.map((row) => [{ text: String(row.clusters), value: row.clusters }, { text: numbers.decimal(row.silhouette, 3), value: row.silhouette }, { text: numbers.count(row.inertia), value: row.inertia }]),
  })}</details></section>`;
}
