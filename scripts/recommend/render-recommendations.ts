import type { JudgedFigure, RecommendFound } from '../../activities/recommend/contract.ts';
import { formatCount } from '../display/format-number.ts';
import { createPaint } from '../display/paint.ts';
import { renderTable } from '../display/render-table.ts';

/** One product of a customer's list. */
export interface ListedProduct extends Readonly<Record<string, string | number | null>> {
  readonly rank: number;
  readonly product_id: string;
  readonly title: string | null;
  readonly method: string;
  readonly reason: string;
}

const right = (title: string) => ({ title, right: true });
const figure = ({ value, low, high }: JudgedFigure): string => (Number.isNaN(value) ? '–' : `${value.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`);

/** What recommending came to, for people. */
export function renderRecommendations(found: Omit<RecommendFound, 'relations'>, list: readonly ListedProduct[] | undefined, { color }: { readonly color: boolean }): string {
  const paint = createPaint(color);
  const why = found.used === 'blend' ? `filled by ${found.blend.map(({ method, weight }) => `${method} ${weight}`).join(', ')}` : 'filled by popularity: no blend of the others foretold more beyond chance';
  return [
    paint.bold(`${found.shop}/${found.cycle}: lists of ${formatCount(found.customers)} customers out of ${formatCount(found.products)} products, ${why}`),
    ...(found.judged.length === 0 ? ['  Too little was bought to judge the methods by.'] : [
      `  Judged on what ${formatCount(found.judgedCustomers)} customers bought for the first time later, mean and 95 % interval:`,
      ...renderTable([{ title: '' }, right('NDCG'), right('recall'), right('precision'), right('MAP'), right('novelty, bits'), right('coverage')], found.judged.map((row) => [`${row.method}${row.isUsed ? ' (used)' : ''}`, figure(row.ndcg), figure(row.recall), figure(row.precision), figure(row.averagePrecision), row.novelty.value.toFixed(2), `${(row.coverage * 100).toFixed(1)} %`])).map((line) => `  ${line}`),
    ]),
    ...(list === undefined ? [] : list.length === 0 ? ['', 'No such customer has a list.'] : ['', ...renderTable([right('rank'), { title: 'product' }, { title: '' }, { title: 'by' }, { title: 'why' }], list.map((row) => [String(row.rank), row.product_id, row.title ?? '', row.method, row.reason]))]),
  ].join('\n');
}
