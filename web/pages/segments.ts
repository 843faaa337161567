import { html } from 'hono/html';
import { AgglomerativeClustering, PCA } from '../../algorithms/index.ts';
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
${await plane(input, segments)}${await neighbourhoods(input, segments)}${await habits(input, segments)}${await rules(input, segments)}${await alike(input, segments)}${await migration(input, segments)}${await curve(input)}`;
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

/** The same customers laid out so that those who are alike lie together (UMAP), where shop.yaml asks for it. */
async function neighbourhoods({ view, screen: { t }, screen, numbers }: PageInput, segments: readonly Summary[]): Promise<Content | string> {
  const rows = await view.rowsIf<{ customer_id: string; segment: number; x: number; y: number }>(['segments.neighbourhoods'], `select customer_id, segment, x, y from segments.neighbourhoods order by hash(customer_id), customer_id limit ${shownPoints}`);
  if (rows.length === 0) return '';
  const places = segments.map(({ segment }) => segment);
  return html`<section class="card"><h2>${t('Who is like whom')}</h2><p>${t('A picture by neighbourhoods (UMAP): who lies together is alike; distances between far groups say little.')}</p>${chart({
    kind: 'scatter', names: segments.map(({ name }) => name), axes: ['', ''], link: cyclePath(screen, view, 'customers/'),
    points: rows.map((row) => [Number(row.x.toFixed(2)), Number(row.y.toFixed(2)), places.indexOf(row.segment), row.customer_id]),
  }, { says: t('{points} customers by their neighbourhoods, coloured by segment.', { points: numbers.count(rows.length) }), height: 520 })}</section>`;
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

/** How a person can tell the segments apart: rules that a short decision tree found, and how well they do. */
async function rules({ view, screen: { t }, numbers }: PageInput, segments: readonly Summary[]): Promise<Content | string> {
  const rows = await view.rowsIf<{ segment: number; rule: string; precision: number; recall: number }>(['segments.descriptions'], 'select segment, rule, precision, recall from segments.descriptions order by segment');
  if (rows.length === 0) return '';
  const name = (segment: number): string => segments.find((one) => one.segment === segment)?.name ?? String(segment);
  const words = (rule: string): string => rule.replaceAll(/[a-z][a-z0-9]*(?:_[a-z0-9]+)+|\b(?:frequency|monetary)\b/g, (feature) => t(featureName(feature)));
  return html`<section class="card"><h2>${t('How to tell them apart')}</h2><p>${t('Rules in the shop’s own units. Precision: of those a rule fits, the share that is in the segment. Recall: of the segment, the share that the rule finds.')}</p>${table({
    caption: t('Rules of the segments'), empty: '', columns: [{ label: t('segment'), kind: 'name' }, { label: t('rule') }, { label: t('precision'), kind: 'n' }, { label: t('recall'), kind: 'n' }],
    rows: rows.map((row) => [name(row.segment), html`<ul class="rule">${row.rule.split(/;\s*(?:or\s+)?/).map((part) => html`<li>${words(part)}</li>`)}</ul>`, { text: numbers.share(row.precision), value: row.precision }, { text: numbers.share(row.recall), value: row.recall }]),
  })}</section>`;
}

/** Which segments are most alike: their centres joined upwards, the nearest first. */
async function alike({ view, screen: { t }, numbers }: PageInput, segments: readonly Summary[]): Promise<Content | string> {
  const centres = await view.rowsIf<{ segment: number; centre: number }>(['segments.centres'], 'select segment, centre from segments.centres order by segment, feature');
  const known = segments.filter(({ segment }) => centres.some((row) => row.segment === segment));
  const columns = centres.length / Math.max(known.length, 1);
  if (known.length < 3 || !Number.isInteger(columns)) return '';
  const { left, right, heights } = (await new AgglomerativeClustering({ nClusters: 1, linkage: 'average' }).fit(Float64Array.from(centres, ({ centre }) => centre), known.length, columns)).dendrogram;
  // Leaves stand in the order in which the unions meet them, so that no lines cross.
  const members = (cluster: number): number[] => (cluster < known.length ? [cluster] : [...members(left[cluster - known.length]!), ...members(right[cluster - known.length]!)]);
  const order = members(known.length + heights.length - 1);
  const place = (cluster: number): number => (cluster < known.length ? order.indexOf(cluster) : (place(left[cluster - known.length]!) + place(right[cluster - known.length]!)) / 2);
  const height = (cluster: number): number => (cluster < known.length ? 0 : Number(heights[cluster - known.length]!.toFixed(3)));
  const names = (cluster: number): string => members(cluster).map((member) => known[member]!.name).join(', ');
  const merges = Array.from(heights, (_, merge) => merge);
  return html`<section class="card"><h2>${t('Which are alike')}</h2>${chart({
    kind: 'dendrogram', leaves: order.map((member) => known[member]!.name),
    unions: merges.map((merge) => [place(left[merge]!), height(left[merge]!), place(right[merge]!), height(right[merge]!), height(known.length + merge)] as const),
  }, { says: t('Segments joined from the most alike to the least, by the mean distance of their centres in standard deviations.'), height: known.length > 6 ? 320 : 240 })}
<details><summary>${t('The numbers as a table')}</summary>${table({
    caption: t('Which are alike'), empty: '', sortable: false, columns: [{ label: t('these') }, { label: t('and these') }, { label: t('distance'), kind: 'n' }],
    rows: merges.map((merge) => [names(left[merge]!), names(right[merge]!), numbers.decimal(heights[merge]!)]),
  })}</details></section>`;
}

async function migration({ lake, view, screen: { t }, screen, numbers }: PageInput, segments: readonly Summary[]): Promise<Content | string> {
  const before = previousCycle(screen.cycles, view);
  const earlier = before === undefined ? undefined : await lake.view(view.shop, before);
  if (earlier === undefined || !earlier.has('segments.summaries') || !view.has('segments.migration')) {
    return html`<section class="card"><h2>${t('Who moved')}</h2><p class="quiet">${t('There is no earlier cycle to compare with. Next week this shows who changed segment.')}</p></section>`;
  }
  const names = new Map((await earlier.rows<{ segment: number; name: string }>('select segment, name from segments.summaries')).map(({ segment, name }) => [segment, name]));
  const counted = await view.rows<{ previous_segment: number | null; segment: number | null; customers: number }>('select previous_segment, segment, customers from segments.migration order by customers desc, previous_segment, segment');
  const matches = await view.rowsIf<{ segment: number; previous_segment: number | null; similarity: number; adjusted_rand: number }>(['segments.matches'], 'select segment, previous_segment, similarity, adjusted_rand from segments.matches order by segment');
  const flows = counted.map(({ previous_segment: was, segment: is, customers }) => ({
    was, is, customers, pair: [was === null ? t('not yet a customer') : names.get(was) ?? String(was), is === null ? t('no longer in a segment') : segments.find(({ segment }) => segment === is)?.name ?? String(is)] as const,
  }));
  const all = flows.reduce((sum, { customers }) => sum + customers, 0);
  const from = [...new Set(flows.map(({ pair }) => pair[0]))];
  const to = [...new Set(flows.map(({ pair }) => pair[1]))];
  const heir = new Map(matches.map((match) => [match.segment, match.previous_segment]));
  const stayed = flows.filter(({ was, is }) => was !== null && is !== null && heir.get(is) === was).reduce((sum, { customers }) => sum + customers, 0);
  const rand = matches[0]?.adjusted_rand;
  return html`<section class="card"><h2>${t('Who moved')}</h2><p>${t('From {before} to {now}: {stayed} of {all} customers stayed in the segment that continues theirs.', { before: before!, now: view.cycle, stayed: numbers.count(stayed), all: numbers.count(all) })}${rand === undefined ? '' : html` ${t('Agreement of both weeks beyond chance: {rand} (adjusted Rand index, 1 is the same).', { rand: numbers.decimal(rand) })}`}</p>
${chart({ kind: 'flow', from, to, groups: segments.map(({ name }) => name), flows: flows.map(({ pair, customers }) => [from.indexOf(pair[0]), to.indexOf(pair[1]), customers] as const) }, { says: t('Customers by their segment in {before} and in {now}.', { before: before!, now: view.cycle }), height: 420 })}
<details><summary>${t('The numbers as a table')}</summary>${table({
    caption: t('Who moved'), empty: '', columns: [{ label: t('segment before'), kind: 'name' }, { label: t('segment now'), kind: 'name' }, { label: t('customers'), kind: 'n' }],
    rows: flows.map(({ pair, customers }) => [pair[0], pair[1], { text: numbers.count(customers), value: customers }]),
  })}${matches.length === 0 ? '' : table({
    caption: t('Which segment continues which'), captioned: true, empty: '', columns: [{ label: t('segment now'), kind: 'name' }, { label: t('segment before'), kind: 'name' }, { label: t('common customers'), kind: 'n' }],
    rows: matches.map((match) => [segments.find(({ segment }) => segment === match.segment)?.name ?? '', match.previous_segment === null ? t('none: it is new') : names.get(match.previous_segment) ?? '', { text: numbers.share(match.similarity), value: match.similarity }]),
  })}</details></section>`;
}

async function curve({ view, screen: { t }, numbers }: PageInput): Promise<Content | string> {
  const tries = await view.rowsIf<{ clusters: number; chosen: boolean; inertia: number; silhouette: number; stability: number | null; votes: number }>(['segments.k_curve'], 'select clusters, chosen, inertia, silhouette, stability, votes from segments.k_curve order by clusters');
  const chosen = tries.find((one) => one.chosen);
  if (chosen === undefined) return '';
  const stable = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(4)));
  return html`<section class="card"><h2>${t('How many segments')}</h2><p>${t('{clusters} segments were chosen: silhouette {silhouette}, stability {stability}.', { clusters: chosen.clusters, silhouette: numbers.decimal(chosen.silhouette, 3), stability: chosen.stability === null ? '–' : numbers.decimal(chosen.stability, 3) })}</p>
${chart({ kind: 'lines', labels: tries.map(({ clusters }) => String(clusters)), series: [{ name: t('silhouette'), values: tries.map(({ silhouette }) => stable(silhouette)) }, ...(tries.some(({ stability }) => stability !== null) ? [{ name: t('stability'), values: tries.map(({ stability }) => stable(stability)) }] : [])], unit: 'decimal' }, { says: t('Silhouette (how well apart) and stability (how alike on other samples) by number of segments; higher is better.'), height: 240 })}
<details><summary>${t('The numbers as a table')}</summary>${table({
    caption: t('How many segments'), empty: '', columns: [{ label: t('segments'), kind: 'n' }, { label: t('silhouette'), kind: 'n' }, { label: t('stability'), kind: 'n' }, { label: t('inertia'), kind: 'n' }, { label: t('votes of the criteria'), kind: 'n' }, { label: t('chosen') }],
    rows: tries.map((row) => [{ text: String(row.clusters), value: row.clusters }, { text: numbers.decimal(row.silhouette, 3), value: row.silhouette }, { text: row.stability === null ? '–' : numbers.decimal(row.stability, 3), value: row.stability ?? 0 }, { text: numbers.count(row.inertia), value: row.inertia }, { text: numbers.count(row.votes), value: row.votes }, row.chosen ? t('yes') : '']),
  })}</details></section>`;
}
