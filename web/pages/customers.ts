import { html } from 'hono/html';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { ConsolePage } from '../parts/console-page.ts';
import { pager, pageNumber, pageSize } from '../parts/pager.ts';
import { cyclePath } from '../parts/screen.ts';
import { table } from '../parts/table.ts';

const orders = { spend: 'monetary desc nulls last', orders: 'frequency desc nulls last', recent: 'recency_days asc nulls last', likely: 'probability desc nulls last', id: 'customer_id' } as const;
type Order = keyof typeof orders;
const words: Readonly<Record<Order, string>> = { spend: 'spend', orders: 'orders', recent: 'last order', likely: 'likely to buy', id: 'customer' };

type Found = { readonly customer_id: string; readonly given_name: string | null; readonly email: string | null; readonly segment_name: string | null; readonly monetary: number | null; readonly frequency: number | null; readonly recency_days: number | null; readonly probability: number | null };

/** `%` and `_` that were typed are themselves. */
const startsWith = (text: string): string => quoteLiteral(`${text.replace(/[\\%_]/g, '\\$&')}%`);

/** Customers: search by id, and for those who may see them by name and address. */
export const customersPage: ConsolePage = {
  section: 'customers', title: 'Customers', charts: false,
  async show({ view, screen, screen: { t, mask }, numbers, query }) {
    const search = (query('search') ?? '').trim();
    const asked = query('sort') ?? '';
    const order: Order = Object.hasOwn(orders, asked) ? asked as Order : 'spend';
    const segment = /^\d{1,4}$/.test(query('segment') ?? '') ? Number(query('segment')) : undefined;
    const page = pageNumber(query('page'));
    if (!view.has('snapshot.customers')) return html`<div class="card"><p>${t('This cycle has read no customers yet. They come with the step collect.')}</p></div>`;
    const segments = await view.rowsIf<{ segment: number; name: string }>(['segments.summaries'], 'select segment, name from segments.summaries order by segment');
    // A search by name or address would tell a viewer whose data it is.
    const conditions = [
      ...(search === '' ? [] : [`(customer_id ilike ${startsWith(search)} escape '\\'${mask.hides ? '' : ` or email ilike ${startsWith(search)} escape '\\' or given_name ilike ${startsWith(search)} escape '\\'`})`]),
      ...(segment === undefined ? [] : [`segment = ${segment}`]),
    ];
    const profiled = view.has('features.profiles');
    const analysed = view.has('segments.memberships', 'segments.summaries', 'segments.predictions');
    const found = await view.rows<Found>(`
with everybody as (${profiled ? 'select customer_id from features.profiles union select customer_id from snapshot.customers' : 'select customer_id from snapshot.customers'}),
known as (
  select customer_id, given_name, email, ${profiled ? 'monetary, frequency, recency_days' : 'null::double as monetary, null::double as frequency, null::double as recency_days'}, ${analysed ? 'memberships.segment, summaries.name as segment_name, probability' : 'null::integer as segment, null::varchar as segment_name, null::double as probability'}
  from everybody
  left join snapshot.customers using (customer_id)
  ${profiled ? 'left join features.profiles using (customer_id)' : ''}
  ${analysed ? 'left join segments.memberships using (customer_id) left join segments.summaries on summaries.segment = memberships.segment left join segments.predictions using (customer_id)' : ''}
)
select customer_id, given_name, email, segment_name, monetary, frequency, recency_days, probability from known
${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`}
order by ${orders[order]}, customer_id limit ${pageSize + 1} offset ${(page - 1) * pageSize}`);
    const path = cyclePath(screen, view, 'customers');
    const kept = { ...(search === '' ? {} : { search }), ...(segment === undefined ? {} : { segment: String(segment) }) };
    return html`<section class="card"><form class="filters" method="get" action="${path}" role="search">
<div><label for="search">${mask.hides ? t('Customer id begins with') : t('Id, name or address begins with')}</label><input id="search" name="search" type="search" value="${search}" maxlength="100" autocomplete="off"></div>
<div><label for="segment">${t('Segment')}</label><select id="segment" name="segment"><option value="">${t('all')}</option>${segments.map((one) => html`<option value="${one.segment}"${one.segment === segment ? html` selected` : ''}>${one.name}</option>`)}</select></div>
<div><label for="sort">${t('Order by')}</label><select id="sort" name="sort">${(Object.keys(orders) as Order[]).map((name) => html`<option value="${name}"${name === order ? html` selected` : ''}>${t(words[name])}</option>`)}</select></div>
<button>${t('Search')}</button></form></section>
<section class="card">${table({
    caption: t('Customers'), sortable: false,
    empty: search === '' && segment === undefined ? t('There are no customers.') : t('Nobody fits. Search by the beginning of an id, or choose another segment.'),
    columns: [{ label: t('customer'), kind: 'name' }, { label: t('name') }, { label: t('address') }, { label: t('segment'), kind: 'name' }, { label: t('spend'), kind: 'n' }, { label: t('orders'), kind: 'n' }, { label: t('days since last'), kind: 'n' }, { label: t('buys within the window'), kind: 'n' }],
    rows: found.slice(0, pageSize).map((row) => [
      html`<a href="${path}/${encodeURIComponent(row.customer_id)}">${row.customer_id}</a>`, mask.name(row.given_name), mask.address(row.email), row.segment_name ?? '–',
      row.monetary === null ? '–' : numbers.money(row.monetary), row.frequency === null ? '–' : numbers.count(row.frequency), row.recency_days === null ? '–' : numbers.count(row.recency_days), row.probability === null ? '–' : numbers.share(row.probability),
    ]),
  })}${pager(screen, path, { ...kept, sort: order }, page, found.length > pageSize)}</section>`;
  },
};
