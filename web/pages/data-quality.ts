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
${await quarantine(input)}${await drift(input)}${await selection(input)}${await treatment(input)}`;
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

/** Which features could be chosen, which were, how they were judged, and what changed since the last cycle. */
async function selection({ view, screen: { t }, numbers }: PageInput): Promise<Content | string> {
  const rows = await view.rowsIf<{ feature: string; used: boolean; change: string | null; why: string; missing_share: number | null; information: number | null; coefficient: number | null; stability: number | null; rival: string | null; correlation: number | null }>(['features.selection'], 'select feature, used, change, why, missing_share, information, coefficient, stability, rival, correlation from features.selection order by used desc, information desc nulls last, feature');
  if (rows.length === 0) return '';
  const judged = rows.some(({ information, stability }) => information !== null || stability !== null);
  const score = (value: number | null): { readonly text: string; readonly value: number } => ({ text: value === null ? '–' : numbers.decimal(value, 3), value: value ?? -1 });
  return html`<section class="card"><h2>${t('Which features are used')}</h2><p>${t('{used} of {all} features make the segments.', { used: rows.filter(({ used }) => used).length, all: rows.length })} ${judged ? t('Information: what a feature says about who buys, in nats. Stability: the share of resamples on which it is among the best.') : t('The list in shop.yaml, and decisions about it, say which; nothing is scored then.')}</p>${table({
    caption: t('Which features are used'), empty: '',
    columns: [{ label: t('feature'), kind: 'name' }, { label: t('used') }, { label: t('change') }, { label: t('why') }, { label: t('without a value'), kind: 'n' }, ...(judged ? [{ label: t('information'), kind: 'n' as const }, { label: t('coefficient'), kind: 'n' as const }, { label: t('stability'), kind: 'n' as const }, { label: t('like') }] : [])],
    rows: rows.map((row) => [
      t(featureName(row.feature)), row.used ? t('yes') : t('no'), t(row.change ?? '–'), row.why, { text: row.missing_share === null ? '–' : numbers.share(row.missing_share), value: row.missing_share ?? -1 },
      ...(judged ? [score(row.information), score(row.coefficient), score(row.stability), row.rival === null ? '–' : `${t(featureName(row.rival))}${row.correlation === null ? '' : ` ${numbers.decimal(row.correlation)}`}`] : []),
    ]),
  })}</section>`;
}

/** How far each feature moved since the last cycle. */
async function drift({ view, screen: { t }, numbers }: PageInput): Promise<Content | string> {
  const rows = await view.rowsIf<{ feature: string; psi: number; ks: number; p_value: number; shifted: boolean }>(['features.drift'], 'select feature, psi, ks, p_value, shifted from features.drift order by psi desc, feature');
  if (rows.length === 0) return html`<section class="card"><h2>${t('Drift')}</h2><p class="quiet">${t('There is no earlier cycle to compare with. Next week this shows which features moved.')}</p></section>`;
  const shifted = rows.filter((row) => row.shifted);
  const drawn = rows.slice(0, 12);
  return html`<section class="card"><h2>${t('Drift')}</h2><p>${shifted.length === 0 ? t('No feature moved so far since the last cycle that it deserves a look.') : html`<span class="warn">${t('{count} features moved: {list}.', { count: shifted.length, list: shifted.map(({ feature }) => t(featureName(feature))).join(', ') })}</span>`}</p>
${chart({ kind: 'bars', labels: drawn.map(({ feature }) => t(featureName(feature))), values: drawn.map(({ psi }) => Number(psi.toFixed(4))), unit: 'decimal' }, { says: t('Population stability index since the last cycle: under 0.1 the same, over 0.25 another population.'), height: 320 })}
<details><summary>${t('The numbers as a table')}</summary>${table({
    caption: t('Drift'), empty: '', columns: [{ label: t('feature'), kind: 'name' }, { label: t('stability index'), kind: 'n' }, { label: t('Kolmogorov-Smirnov'), kind: 'n' }, { label: 'p', kind: 'n' }, { label: t('moved') }],
    rows: rows.map((row) => [t(featureName(row.feature)), { text: numbers.decimal(row.psi, 4), value: row.psi }, { text: numbers.decimal(row.ks, 4), value: row.ks }, { text: numbers.pValue(row.p_value), value: row.p_value }, row.shifted ? t('yes') : t('no')]),
  })}</details></section>`;
}
