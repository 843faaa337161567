import { html } from 'hono/html';
import { chart } from '../parts/chart.ts';
import type { ConsolePage } from '../parts/console-page.ts';
import { pager, pageNumber } from '../parts/pager.ts';
import { cyclePath } from '../parts/screen.ts';
import { table } from '../parts/table.ts';

const orders = { lift: 'lift desc', confidence: 'confidence desc', baskets: 'baskets desc', antecedent: 'antecedent' } as const;
type Order = keyof typeof orders;

const shownRules = 50;
/** More links than this are a ball of wool. */
const drawnRules = 60;

type Rule = { readonly antecedent: string; readonly consequent: string; readonly baskets: number; readonly support: number; readonly confidence: number; readonly lift: number };

/** Baskets: what is bought together, as rules to sort and as a network. */
export const basketsPage: ConsolePage = {
  section: 'baskets', title: 'Baskets', charts: true,
  async show({ view, screen, screen: { t, root }, numbers, query }) {
    const asked = query('sort') ?? '';
    const order: Order = Object.hasOwn(orders, asked) ? asked as Order : 'lift';
    const page = pageNumber(query('page'));
    const rules = await view.rowsIf<Rule>(['segments.rules'], `select antecedent, consequent, baskets, support, confidence, lift from segments.rules order by ${orders[order]}, antecedent, consequent limit ${shownRules + 1} offset ${(page - 1) * shownRules}`);
    if (rules.length === 0 && page === 1) {
      return html`<div class="card"><p>${view.has('segments.rules') ? t('No two products are bought together often enough. Lower analyse.rules.minimum_support or minimum_confidence in shop.yaml, or set level: category.') : t('This cycle has no rules yet. They come with the step analyse.')}</p></div>`;
    }
    const drawn = await view.rows<Rule>(`select antecedent, consequent, baskets, support, confidence, lift from segments.rules order by lift desc, antecedent, consequent limit ${drawnRules}`);
    const names = [...new Set(drawn.flatMap(({ antecedent, consequent }) => [antecedent, consequent]))];
    const path = cyclePath(screen, view, 'baskets');
    const heading = (name: Order, label: string) => ({ label, kind: name === 'antecedent' ? 'name' as const : 'n' as const });
    return html`<section class="card"><h2>${t('What is bought together')}</h2>
<p class="tools"><span>${t('Order by')}</span>${(Object.keys(orders) as Order[]).map((name) => html`<a href="${path}?sort=${name}"${name === order ? html` aria-current="true"` : ''}>${t(name === 'antecedent' ? 'product' : name === 'baskets' ? 'orders' : name)}</a>`)}<a href="${root}/api/cycles/${view.shop}/${view.cycle}/relations/segments.rules?format=csv">CSV</a></p>
${table({
    caption: t('Rules'), empty: t('There are no further rules.'),
    columns: [heading('antecedent', t('who buys')), { label: t('also buys'), kind: 'name' }, heading('baskets', t('orders')), heading('confidence', t('confidence')), heading('lift', t('lift')), { label: t('support'), kind: 'n' }],
    rows: rules.slice(0, shownRules).map((rule) => [rule.antecedent, rule.consequent, { text: numbers.count(rule.baskets), value: rule.baskets }, { text: numbers.share(rule.confidence), value: rule.confidence }, { text: numbers.decimal(rule.lift, 1), value: rule.lift }, { text: numbers.share(rule.support), value: rule.support }]),
  })}${pager(screen, path, { sort: order }, page, rules.length > shownRules)}
<p class="quiet">${t('Confidence: of the orders with the first product, the share that also has the second. Lift: how many times more often than by chance.')}</p></section>
<section class="card"><h2>${t('As a network')}</h2>${chart({
    kind: 'network',
    nodes: names.map((name) => ({ name, size: Math.max(...drawn.filter((rule) => rule.antecedent === name || rule.consequent === name).map(({ baskets }) => baskets)) })),
    links: drawn.map((rule) => [names.indexOf(rule.antecedent), names.indexOf(rule.consequent), Number(rule.lift.toFixed(2))] as const),
  }, { says: t('The {count} strongest rules: each line leads from a product to one that is bought with it, thicker where the lift is higher.', { count: drawn.length }), height: 520 })}</section>`;
  },
};
