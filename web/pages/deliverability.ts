import { html } from 'hono/html';
import { chart } from '../parts/chart.ts';
import type { ConsolePage } from '../parts/console-page.ts';
import { pager, pageNumber, pageSize } from '../parts/pager.ts';
import { cyclePath } from '../parts/screen.ts';
import { table } from '../parts/table.ts';
import { tiles } from '../parts/tiles.ts';
import { readBounces, readDomains, readSuppressionReasons, readSuppressions } from '../reads/read-deliverability.ts';

/** Deliverability: what arrived by domain, what came back, and who must not be written to. */
export const deliverabilityPage: ConsolePage = {
  section: 'deliverability', title: 'Deliverability', charts: true,
  async show({ view, parts, screen, screen: { t, mask }, numbers, query }) {
    const page = pageNumber(query('page'));
    const domains = await readDomains(parts.ledger, view);
    const bounces = await readBounces(parts.ledger, view);
    const reasons = await readSuppressionReasons(parts.ledger, view.shop);
    const suppressed = await readSuppressions(parts.ledger, view.shop, pageSize + 1, (page - 1) * pageSize);
    const sum = (name: 'sends' | 'arrived' | 'soft' | 'hard' | 'complained'): number => domains.reduce((total, row) => total + row[name], 0);
    const sends = sum('sends');
    const share = (value: number, of: number): string => (of === 0 ? '–' : numbers.share(value / of));
    return html`<section class="card"><h2>${t('This cycle’s letters')}</h2>${sends === 0 ? html`<p class="quiet">${t('No letter of this cycle was sent.')}</p>` : html`${tiles([
      { label: t('sent'), value: numbers.count(sends) }, { label: t('arrived'), value: share(sum('arrived'), sends), note: numbers.count(sum('arrived')) },
      { label: t('came back'), value: share(sum('soft') + sum('hard'), sends), note: t('{hard} for good', { hard: numbers.count(sum('hard')) }) }, { label: t('complaints'), value: share(sum('complained'), sends), note: numbers.count(sum('complained')) },
    ])}${chart({ kind: 'bars', labels: domains.slice(0, 12).map(({ domain }) => domain), values: domains.slice(0, 12).map(({ sends: all, arrived }) => (all === 0 ? 0 : Number((arrived / all).toFixed(4)))), unit: 'share' }, { says: t('Share of letters that arrived, by domain.'), height: 240 })}
${table({
      caption: t('By domain'), empty: '', columns: [{ label: t('domain'), kind: 'name' }, { label: t('sent'), kind: 'n' }, { label: t('arrived'), kind: 'n' }, { label: t('came back for now'), kind: 'n' }, { label: t('came back for good'), kind: 'n' }, { label: t('complaints'), kind: 'n' }, { label: t('not settled'), kind: 'n' }],
      rows: domains.map((row) => [row.domain, { text: numbers.count(row.sends), value: row.sends }, { text: `${numbers.count(row.arrived)} · ${share(row.arrived, row.sends)}`, value: row.arrived }, { text: numbers.count(row.soft), value: row.soft }, { text: numbers.count(row.hard), value: row.hard }, { text: numbers.count(row.complained), value: row.complained }, { text: numbers.count(row.open), value: row.open }]),
    })}`}</section>
<section class="card"><h2>${t('What came back')}</h2>${table({
      caption: t('Bounces and complaints'), empty: t('Nothing came back.'), columns: [{ label: t('customer'), kind: 'name' }, { label: t('state'), kind: 'name' }, { label: t('code'), kind: 'n' }, { label: t('the relay’s words') }, { label: t('when'), kind: 'name' }],
      rows: bounces.map((row) => [html`<a href="${cyclePath(screen, view, `customers/${encodeURIComponent(row.customerId)}`)}">${row.customerId}</a>`, t(row.state.replaceAll('_', ' ')), row.code === null ? '–' : String(row.code), mask.words(row.text) || '–', { text: numbers.time(row.at.toISOString()), value: row.at.toISOString() }]),
    })}</section>
<section class="card"><h2>${t('Who must not be written to')}</h2>${table({
      caption: t('Suppression by reason'), empty: t('Nobody is suppressed.'), columns: [{ label: t('reason'), kind: 'name' }, { label: t('by') }, { label: t('addresses'), kind: 'n' }, { label: t('latest'), kind: 'name' }],
      rows: reasons.map((row) => [row.reason, row.source, { text: numbers.count(row.addresses), value: row.addresses }, { text: numbers.time(row.latest.toISOString()), value: row.latest.toISOString() }]),
    })}${suppressed.length === 0 ? '' : html`<details${page > 1 ? html` open` : ''}><summary>${t('The addresses')}</summary>${table({
      caption: t('Suppressed addresses'), empty: '', columns: [{ label: t('address'), kind: 'name' }, { label: t('reason') }, { label: t('by') }, { label: t('when'), kind: 'name' }],
      rows: suppressed.slice(0, pageSize).map((row) => [row.address === null ? t('erased') : mask.address(row.address), row.reason, row.source, { text: numbers.time(row.at.toISOString()), value: row.at.toISOString() }]),
    })}${pager(screen, cyclePath(screen, view, 'deliverability'), {}, page, suppressed.length > pageSize)}</details>`}</section>`;
  },
};
