import { html } from 'hono/html';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import { readDemand } from '../../activities/forecast/read-demand.ts';
import { chart } from '../parts/chart.ts';
import type { ConsolePage } from '../parts/console-page.ts';
import { cyclePath } from '../parts/screen.ts';
import { table } from '../parts/table.ts';
import { tiles } from '../parts/tiles.ts';

/** Days behind the forecast that the picture shows. */
const shownDays = 56;

type Day = { readonly day: string; readonly sold: number | null; readonly forecast: number | null; readonly lower: number | null; readonly upper: number | null };

/** Demand: what will be asked for by category or product, with intervals; what to order and what to clear. */
export const demandPage: ConsolePage = {
  section: 'demand', title: 'Demand', charts: true,
  async show({ view, screen, screen: { t, root }, numbers, query }) {
    const asked = query('of') ?? '';
    const tables = await readDemand({ has: (relation) => view.has(relation), rows: (sql) => view.rows(sql) });
    if (tables === undefined) return html`<div class="card"><p>${t('Demand was not forecast for this cycle yet. Run npm run forecast, or keep it on a schedule of its own.')}</p></div>`;
    const categories = [...new Set(tables.categories.map(({ category }) => category))];
    const isProduct = asked !== '' && !categories.includes(asked);
    const [kind, of] = isProduct ? ['product_id', asked] as const : ['category', asked === '' ? categories[0] ?? '' : asked] as const;
    const days = await view.rows<Day>(`
      with known as (select day, sum(units) as sold from demand.daily_sales where ${kind} = ${quoteLiteral(of)} group by day),
      ahead as (select day, forecast, lower, upper from ${isProduct ? 'demand.product_days' : 'demand.category_days'} where ${kind} = ${quoteLiteral(of)}),
      first as (select min(day) as day from ahead),
      calendar as (select unnest(generate_series(first.day - interval ${shownDays} day, first.day - interval 1 day, interval 1 day))::date as day from first)
      select day::varchar as day, coalesce(sold, 0) as sold, null as forecast, null as lower, null as upper from calendar left join known using (day)
      union all select day::varchar, null, forecast, lower, upper from ahead order by day`);
    const [score] = await view.rows<{ products: number; mase: number | null; naive: number | null }>('select count(*) as products, avg(mase::decimal(18, 6)) as mase, avg(naive_mase::decimal(18, 6)) as naive from demand.models');
    const states = new Map((await view.rows<{ state: string; products: number }>('select state, count(*) as products from demand.stock group by state')).map(({ state, products }) => [state, products]));
    const stateOf = (state: string): string => numbers.count(states.get(state) ?? 0);
    const units = (value: number | null) => ({ text: value === null ? '–' : numbers.decimal(value, 1), value: value ?? -1 });
    const [model] = isProduct ? await view.rows<{ model: string; mase: number | null }>(`select model, mase from demand.models where product_id = ${quoteLiteral(of)}`) : [];
    const path = cyclePath(screen, view, 'demand');
    const csv = (relation: string) => html`<a href="${root}/api/cycles/${view.shop}/${view.cycle}/relations/${relation}?format=csv">CSV</a>`;
    const product = (id: string, title: string | null) => html`<a href="${path}?of=${encodeURIComponent(id)}">${id}</a>${title === null ? '' : html`<br><small>${title}</small>`}`;
    return html`<section class="card">${tiles([
      { label: t('products forecast'), value: numbers.count(score?.products ?? 0) },
      { label: t('scaled error (MASE)'), value: numbers.decimal(score?.mase ?? Number.NaN, 3), note: t('{naive} by last week again', { naive: numbers.decimal(score?.naive ?? Number.NaN, 3) }) },
      { label: t('out of stock'), value: stateOf('out') }, { label: t('to be ordered'), value: stateOf('short') }, { label: t('slow'), value: stateOf('slow') }, { label: t('too much'), value: stateOf('over') },
    ])}</section>
<section class="card"><h2>${t('What will be asked for')}</h2>
<form class="tools" method="get" action="${path}"><label>${t('Category or product id')} <input name="of" list="demand-of" value="${of}" maxlength="100"></label><datalist id="demand-of">${categories.map((category) => html`<option value="${category}"></option>`)}</datalist><button>${t('Show')}</button>${csv(isProduct ? 'demand.product_days' : 'demand.category_days')}</form>
${days.some(({ forecast }) => forecast !== null) ? html`${chart({
    kind: 'lines', unit: 'decimal', labels: days.map(({ day }) => day),
    series: [{ name: t('sold'), values: days.map(({ sold }) => sold) }, { name: t('expected'), values: days.map(({ forecast }) => forecast) }, { name: t('at least'), values: days.map(({ lower }) => lower) }, { name: t('at most'), values: days.map(({ upper }) => upper) }],
  }, { says: t('Units of {of} a day: sold in the eight weeks before, expected in the weeks ahead, with the interval.', { of }) })}${model === undefined ? '' : html`<p class="quiet">${t('Model: {model}, scaled error {mase} in its backtest.', { model: model.model, mase: numbers.decimal(model.mase ?? Number.NaN, 3) })}</p>`}` : html`<p class="quiet">${t('Nothing of {of} has sold, so nothing is forecast.', { of })}</p>`}
${table({
    caption: t('Units by week'), empty: t('Nothing has sold yet.'), captioned: true,
    columns: [{ label: t('category'), kind: 'name' }, { label: t('week from'), kind: 'name' }, { label: t('expected'), kind: 'n' }, { label: t('at least'), kind: 'n' }, { label: t('at most'), kind: 'n' }],
    rows: tables.categories.map((row) => [row.category, row.week, units(row.forecast), units(row.lower), units(row.upper)]),
  })}
${table({
    caption: t('Units by region and week'), empty: t('Nothing has sold yet.'), captioned: true,
    columns: [{ label: t('region'), kind: 'name' }, { label: t('week from'), kind: 'name' }, { label: t('expected'), kind: 'n' }, { label: t('at least'), kind: 'n' }, { label: t('at most'), kind: 'n' }],
    rows: tables.regions.map((row) => [row.region, row.week, units(row.forecast), units(row.lower), units(row.upper)]),
  })}</section>
<section class="card"><h2>${t('To order')}</h2>
${table({
    caption: t('To order'), empty: t('Nothing: stock is enough, or not known.'),
    columns: [{ label: t('product'), kind: 'name' }, { label: t('stock'), kind: 'n' }, { label: t('a day'), kind: 'n' }, { label: t('up to'), kind: 'n' }, { label: t('order'), kind: 'n' }],
    rows: tables.order.map((row) => [product(row.productId, row.title), units(row.stock), units(row.dailyDemand), units(row.orderUpTo), units(row.toOrder)]),
  })}</section>
<section class="card"><h2>${t('To clear')}</h2>
${table({
    caption: t('To clear'), empty: t('Nothing is slow or too much.'),
    columns: [{ label: t('product'), kind: 'name' }, { label: t('because'), kind: 'name' }, { label: t('stock'), kind: 'n' }, { label: t('lasts days'), kind: 'n' }, { label: t('days unsold'), kind: 'n' }, { label: t('money bound'), kind: 'n' }],
    rows: tables.clear.map((row) => [product(row.productId, row.title), row.state === 'slow' ? t('slow') : t('too much'), units(row.stock), units(row.coverDays), units(row.daysWithoutSale), { text: row.moneyTiedUp === null ? '–' : numbers.money(row.moneyTiedUp), value: row.moneyTiedUp ?? -1 }]),
  })}<p class="tools">${csv('demand.stock')}</p></section>
${tables.deliveries.length === 0 ? '' : html`<section class="card"><h2>${t('Deliveries of the first week')}</h2>
${table({
    caption: t('Deliveries of the first week'), empty: '',
    columns: [{ label: t('depot'), kind: 'name' }, { label: t('tour'), kind: 'n' }, { label: t('regions'), kind: 'name' }, { label: t('units'), kind: 'n' }, { label: t('kilometres'), kind: 'n' }],
    rows: tables.deliveries.map((row) => [row.depot, row.tour, row.regions, units(row.units), units(row.kilometres)]),
  })}</section>`}`;
  },
};
