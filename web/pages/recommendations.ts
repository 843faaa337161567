import { html } from 'hono/html';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { ConsolePage } from '../parts/console-page.ts';
import { cyclePath } from '../parts/screen.ts';
import { table } from '../parts/table.ts';

type Method = { readonly method: string; readonly is_used: boolean; readonly ndcg: number; readonly ndcg_low: number; readonly ndcg_high: number; readonly recall: number; readonly precision: number; readonly map: number; readonly novelty: number; readonly coverage: number };
type Listed = { readonly rank: number; readonly product: string; readonly method: string; readonly reason: string };
type Shown = { readonly product: string; readonly customers: number };

/** Products that are listed at once. */
const most = 25;

/** Recommendations: how well each method foretold later purchases, what is shown most, and a customer's list with its reasons. */
export const recommendationsPage: ConsolePage = {
  section: 'recommendations', title: 'Recommendations', charts: false,
  async show({ view, screen, screen: { t }, numbers, query }) {
    if (!view.has('recommendations.products')) return html`<div class="card"><p>${t('Nobody has made recommendations of this shop yet: npm run recommend -- {shop}', { shop: view.shop })}</p></div>`;
    const customer = (query('customer') ?? '').trim();
    const methods = await view.rowsIf<Method>(['recommendations.methods'], 'select method, is_used, ndcg, ndcg_low, ndcg_high, recall, precision, map, novelty, coverage from recommendations.methods order by ndcg desc, method');
    const list = customer === '' ? [] : await view.rowsIf<Listed>(['recommendations.products', 'snapshot.products'], `select rank, coalesce(title, product_id) as product, method, reason from recommendations.products left join snapshot.products using (product_id) where customer_id = ${quoteLiteral(customer)} order by rank`);
    const shown = await view.rowsIf<Shown>(['recommendations.products', 'snapshot.products'], `select coalesce(any_value(title), product_id) as product, count(*) as customers from recommendations.products left join snapshot.products using (product_id) group by product_id order by customers desc, product_id limit ${most}`);
    const figure = (value: number) => ({ text: numbers.decimal(value, 4), value });
    return html`<section class="card"><h2>${t('How well each method foretold later purchases')}</h2>${table({
      caption: t('Methods on purchases later than all they had seen'), empty: t('Too little was bought to judge the methods by.'), columns: [{ label: t('method'), kind: 'name' }, { label: 'NDCG@10', kind: 'n' }, { label: t('95 % interval'), kind: 'n' }, { label: t('recall'), kind: 'n' }, { label: t('precision'), kind: 'n' }, { label: 'MAP', kind: 'n' }, { label: t('novelty'), kind: 'n' }, { label: t('coverage'), kind: 'n' }],
      rows: methods.map((row) => [`${row.method}${row.is_used ? ` (${t('used')})` : ''}`, figure(row.ndcg), `${numbers.decimal(row.ndcg_low, 4)} – ${numbers.decimal(row.ndcg_high, 4)}`, figure(row.recall), figure(row.precision), figure(row.map), { text: numbers.decimal(row.novelty, 2), value: row.novelty }, { text: numbers.share(row.coverage), value: row.coverage }]),
    })}</section>
<section class="card"><h2>${t('A customer’s list')}</h2><form class="filters" method="get" action="${cyclePath(screen, view, 'recommendations')}"><label for="customer">${t('customer')}</label><input id="customer" name="customer" maxlength="200" value="${customer}"><button>${t('Show')}</button></form>
${customer === '' ? '' : table({
      caption: t('Products for {customer}', { customer }), empty: t('No such customer has a list.'), columns: [{ label: t('rank'), kind: 'n' }, { label: t('product'), kind: 'name' }, { label: t('method') }, { label: t('why') }],
      rows: list.map((row) => [{ text: numbers.count(row.rank), value: row.rank }, row.product, row.method, row.reason]),
    })}</section>
<section class="card"><h2>${t('What is shown most')}</h2>${table({
      caption: t('Products by the lists they are in'), empty: '', columns: [{ label: t('product'), kind: 'name' }, { label: t('customers'), kind: 'n' }], rows: shown.map((row) => [row.product, { text: numbers.count(row.customers), value: row.customers }]),
    })}</section>`;
  },
};
