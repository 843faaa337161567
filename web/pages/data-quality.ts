import { html } from 'hono/html';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import { chart } from '../parts/chart.ts';
import type { ConsolePage, PageInput } from '../parts/console-page.ts';
import { featureName } from '../parts/feature-name.ts';
import { pager, pageNumber, pageSize } from '../parts/pager.ts';
import { cyclePath, type Content } from '../parts/screen.ts';
import { table } from '../parts/table.ts';

const shownLetters = 240;

/** Data quality: what was read and kept, what the audits found, and every refused line with its reason. */
export const dataQualityPage: ConsolePage = {
  section: 'data', title: 'Data quality', charts: true,
  async show(input) {
    const { view, screen: { t }, numbers, settings } = input;
    const tallies = await view.rowsIf<{ table_name: string; read: number; kept: number; quarantined: number }>(['snapshot.tallies'], 'select table_name, read, kept, quarantined from snapshot.tallies order by table_name');
    if (tallies.length === 0) return html`<div class="card"><p>${t('This cycle has read nothing yet. The step collect does.')}</p></div>`;
    const findings = await view.rowsIf<{ audit: string; severity: string; message: string; rows: number }>(['snapshot.audit_findings'], 'select audit, severity, message, rows from snapshot.audit_findings order by severity, audit');
    const gate = settings.gates.maximum_quarantined_share;
    return html`<section class="card"><h2>${t('What was read')}</h2><p>${t('Every line read is kept or quarantined with its reason. A table of which more than {gate} is refused holds the cycle.', { gate: numbers.share(gate) })}</p>${table({
      caption: t('Lines by table'), empty: '', columns: [{ label: t('table'), kind: 'name' }, { label: t('read'), kind: 'n' }, { label: t('kept'), kind: 'n' }, { label: t('refused'), kind: 'n' }, { label: t('share refused'), kind: 'n' }],
      rows: tallies.map((row) => { const share = row.read === 0 ? 0 : row.quarantined / row.read; return [row.table_name, { text: numbers.count(row.read), value: row.read }, { text: numbers.count(row.kept), value: row.kept }, { text: numbers.count(row.quarantined), value: row.quarantined }, { text: numbers.share(share), value: share }]; }),
    })}</section>
<section class="card"><h2>${t('Audits')}</h2>${table({
      caption: t('Audit findings'), empty: t('Every audit passed.'), columns: [{ label: t('audit'), kind: 'name' }, { label: t('severity') }, { label: t('rows'), kind: 'n' }, { label: t('what to do') }],
      rows: findings.map((row) => [row.audit.replaceAll('-', ' '), html`<span class="${row.severity === 'hold' ? 'hold' : 'warn'}">${t(row.severity)}</span>`, { text: numbers.count(row.rows), value: row.rows }, row.message]),
    })}</section>
${await quarantine(input)}${await treatment(input)}${await drift(input)}`;
  },
};

/** The whole line is in the export. */
const shortened = (line: string): string => (line.length > shownLetters ? `${line.slice(0, shownLetters)}…` : line);

async function quarantine({ view, screen, screen: { t, mask, root }, numbers, query }: PageInput): Promise<Content> {
  const names = ['snapshot.quarantine'] as const;
  const reasons = await view.rowsIf<{ table_name: string; reason: string; rows: number }>(names, 'select table_name, reason, count(*) as rows from snapshot.quarantine group by all order by rows desc, table_name, reason');
  const asked = query('table');
  const reason = query('reason');
  const page = pageNumber(query('page'));
  const path = cyclePath(screen, view, 'data');
  const conditions = [...(asked === undefined ? [] : [`table_name = ${quoteLiteral(asked)}`]), ...(reason === undefined ? [] : [`reason = ${quoteLiteral(reason)}`])];
  const lines = await view.rowsIf<{ table_name: string; source_file: string | null; source_line: number | null; reason: string; line: string | null }>(names, `select table_name, source_file, source_line, reason, line from snapshot.quarantine ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`} order by table_name, source_file, source_line, position limit ${pageSize + 1} offset ${(page - 1) * pageSize}`);
  const kept = { ...(asked === undefined ? {} : { table: asked }), ...(reason === undefined ? {} : { reason }) };
  return html`<section class="card" id="quarantine"><h2>${t('Quarantine')}</h2>${reasons.length === 0 ? html`<p class="quiet">${t('No line was refused.')}</p>` : html`${chart({ kind: 'bars', labels: reasons.slice(0, 10).map((row) => `${row.table_name}: ${row.reason}`), values: reasons.slice(0, 10).map(({ rows }) => rows), unit: 'count' }, { says: t('Refused lines by table and reason.'), height: 320 })}
${table({
    caption: t('Reasons'), empty: '', columns: [{ label: t('table'), kind: 'name' }, { label: t('reason') }, { label: t('lines'), kind: 'n' }],
    rows: reasons.map((row) => [row.table_name, html`<a href="${path}?${new URLSearchParams({ table: row.table_name, reason: row.reason }).toString()}#quarantine">${row.reason}</a>`, { text: numbers.count(row.rows), value: row.rows }]),
  })}
<h3>${reason === undefined ? t('The lines') : `${asked ?? ''}: ${reason}`}</h3>${table({
    caption: t('Refused lines'), empty: t('No line was refused for this reason.'), sortable: false, columns: [{ label: t('table'), kind: 'name' }, { label: t('file') }, { label: t('line'), kind: 'n' }, { label: t('reason'), kind: 'name' }, { label: t('what it says') }],
    rows: lines.slice(0, pageSize).map((row) => [row.table_name, (row.source_file ?? '–').split('/').slice(-2).join('/'), row.source_line === null ? '–' : String(row.source_line), row.reason, html`<code class="line">${shortened(mask.words(row.line)) || '–'}</code>`]),
  })}${pager(screen, path, kept, page, lines.length > pageSize)}<p><a href="${root}/api/cycles/${view.shop}/${view.cycle}/relations/snapshot.quarantine?format=csv">${t('All as CSV')}</a></p>`}</section>`;
}

async function treatment({ view, screen: { t }, numbers }: PageInput): Promise<Content | string> {
  const rows = await view.rowsIf<{ feature: string; used: boolean; why: string; imputed: number; outliers: number; mean: number | null; scale: number | null }>(['features.preprocessing'], 'select feature, used, why, imputed, outliers, mean, scale from features.preprocessing order by feature');
  if (rows.length === 0) return '';
  return html`<section class="card"><h2>${t('How features were treated')}</h2>${table({
    caption: t('Features of the segmentation'), empty: '', columns: [{ label: t('feature'), kind: 'name' }, { label: t('filled in'), kind: 'n' }, { label: t('outliers'), kind: 'n' }, { label: t('mean'), kind: 'n' }, { label: t('standard deviation'), kind: 'n' }, { label: t('used') }],
    rows: rows.map((row) => [t(featureName(row.feature)), { text: numbers.count(row.imputed), value: row.imputed }, { text: numbers.count(row.outliers), value: row.outliers }, { text: numbers.decimal(row.mean ?? Number.NaN), value: row.mean ?? 0 }, { text: numbers.decimal(row.scale ?? Number.NaN), value: row.scale ?? 0 }, row.used ? t('yes') : row.why || t('no')]),
  })}</section>`;
}

/** How far each feature's mean moved in a week, in standard deviations of the week before: the plainest sign of drift. */
async function drift({ view, screen: { t }, numbers }: PageInput): Promise<Content | string> {
  if (!view.has('features.customers', 'features.customers_earlier', 'features.preprocessing')) return '';
  const features = (await view.rows<{ feature: string }>('select feature from features.preprocessing order by feature')).map(({ feature }) => feature).filter((feature) => /^[a-z][a-z0-9_]*$/.test(feature));
  if (features.length === 0) return '';
  const select = (relation: string): string => `select ${features.map((feature) => `avg(${feature}) as ${feature}, stddev_samp(${feature}) as ${feature}__spread`).join(', ')} from ${relation}`;
  const [now] = await view.rows<Record<string, number | null>>(select('features.customers'));
  const [before] = await view.rows<Record<string, number | null>>(select('features.customers_earlier'));
  const rows = features.map((feature) => {
    const [is, was, spread] = [Number(now?.[feature] ?? Number.NaN), Number(before?.[feature] ?? Number.NaN), Number(before?.[`${feature}__spread`] ?? Number.NaN)];
    return { feature, is, was, moved: spread > 0 ? (is - was) / spread : 0 };
  });
  return html`<section class="card"><h2>${t('Drift')}</h2><p>${t('Means of this cycle beside a week before. More than 0.2 standard deviations in a week deserves a look.')}</p>${table({
    caption: t('Drift'), empty: '', columns: [{ label: t('feature'), kind: 'name' }, { label: t('a week before'), kind: 'n' }, { label: t('now'), kind: 'n' }, { label: t('moved by'), kind: 'n' }],
    rows: rows.map((row) => [t(featureName(row.feature)), { text: numbers.decimal(row.was), value: row.was }, { text: numbers.decimal(row.is), value: row.is }, { text: html`<span class="${Math.abs(row.moved) > 0.2 ? 'warn' : ''}">${numbers.decimal(row.moved, 3)}</span>`, value: row.moved }]),
  })}</section>`;
}
