import type { DemandFound } from '../../activities/forecast/contract.ts';
import { formatCount, formatMoney } from '../display/format-number.ts';
import { createPaint } from '../display/paint.ts';
import { renderTable } from '../display/render-table.ts';
import type { DemandTables } from '../../activities/forecast/read-demand.ts';

const units = (value: number | null): string => (value === null ? '–' : value < 10 ? value.toFixed(1) : formatCount(Math.round(value)));
const right = (title: string) => ({ title, right: true });

/** A forecast for people: what is expected, what to order, what does not sell. */
export function renderDemand({ found, categories, regions, order, clear, days, deliveries }: DemandTables & { readonly found: Omit<DemandFound, 'relations'> }, { color, currency }: { readonly color: boolean; readonly currency: string }): string {
  const paint = createPaint(color);
  const money = (value: number | null): string => (value === null ? '–' : formatMoney(value, currency));
  const weekly = (title: string, rows: readonly { readonly name: string; readonly week: string; readonly forecast: number; readonly lower: number | null; readonly upper: number | null }[]): string[] =>
    renderTable([{ title }, { title: 'week from' }, right('units'), right('at least'), right('at most')], rows.map((row) => [row.name, row.week, units(row.forecast), units(row.lower), units(row.upper)]));
  const block = (title: string, lines: readonly string[], empty: string): string => [paint.bold(title), ...(lines.length <= 1 ? [empty] : lines).map((line) => `  ${line}`)].join('\n');
  const { delivery } = found;
  return [
    paint.bold(`${found.shop}/${found.cycle}: ${formatCount(Math.round(found.expectedUnits))} units expected in the ${found.weeks} weeks from ${found.asOf.slice(0, 10)}`),
    [
      `${formatCount(found.products)} products in ${found.categories} categories${found.mase === null ? '' : `; scaled error of the backtest ${found.mase.toFixed(3)}, of the seasonal naive floor ${(found.naiveMase ?? Number.NaN).toFixed(3)}`}`,
      `models: ${found.models.map(({ model, products }) => `${model} ${formatCount(products)}`).join(', ') || 'none'}`,
      `stock: ${Object.entries(found.stock).map(([state, products]) => `${state} ${formatCount(products)}`).join(', ') || 'not known'}; slow and superfluous stock binds ${money(found.tiedUp)}`,
    ].map((line) => `  ${line}`).join('\n'),
    ...(days === undefined ? [] : [block('Days of the product', renderTable([{ title: 'day' }, right('units'), right('at least'), right('at most')], days.map((row) => [row.day, units(row.forecast), units(row.lower), units(row.upper)])), 'No such product has sold.')]),
    block('By category', weekly('category', categories.map((row) => ({ ...row, name: row.category }))), 'Nothing has sold yet.'),
    block('By region', weekly('region', regions.map((row) => ({ ...row, name: row.region }))), 'Nothing has sold yet.'),
    block('To order', renderTable([{ title: 'product' }, { title: '' }, right('stock'), right('a day'), right('up to'), right('order')], order.map((row) => [row.productId, row.title ?? '', formatCount(row.stock), units(row.dailyDemand), units(row.orderUpTo), formatCount(row.toOrder)])), 'Nothing: stock is enough, or not known.'),
    block('To clear', renderTable([{ title: 'product' }, { title: '' }, { title: 'because' }, right('stock'), right('lasts days'), right('unsold days'), right('binds')], clear.map((row) => [row.productId, row.title ?? '', row.state, formatCount(row.stock), units(row.coverDays), units(row.daysWithoutSale), money(row.moneyTiedUp)])), 'Nothing.'),
    ...(delivery === undefined ? [] : [block(`Deliveries of the first week: ${delivery.routes} tours, ${formatCount(Math.round(delivery.kilometres))} km${delivery.regionsLeftOut.length === 0 ? '' : `; no place is known of ${delivery.regionsLeftOut.join(', ')}`}`, renderTable([{ title: 'depot' }, { title: 'regions' }, right('units'), right('km')], deliveries.map((row) => [row.depot, row.regions, units(row.units), units(row.kilometres)])), 'Nothing to deliver.')]),
  ].join('\n\n');
}
