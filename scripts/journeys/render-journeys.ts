import type { JourneysFound } from '../../activities/journeys/contract.ts';
import { formatCount, formatMoney } from '../display/format-number.ts';
import { createPaint } from '../display/paint.ts';
import { renderTable } from '../display/render-table.ts';
import type { JourneyTables } from './read-journeys.ts';

const share = (of: number, all: number): string => (all === 0 ? '' : `${((of / all) * 100).toFixed(1)} %`);

/** A study of journeys for people: the funnel, what is lost where and why, how long steps take, and the carts that were left. */
export function renderJourneys({ found, funnel, stepTimes, dropRules }: JourneyTables & { readonly found: JourneysFound }, { color, currency }: { readonly color: boolean; readonly currency: string }): string {
  const paint = createPaint(color);
  const right = (title: string) => ({ title, right: true });
  const blocks = [
    paint.bold(`${found.shop}/${found.cycle}: ${formatCount(found.sessions)} visits in the ${found.days} days before ${found.asOf.slice(0, 10)}`),
    renderTable([{ title: '' }, { title: '' }, right('visits'), right('cart'), right('checkout'), right('bought')], funnel.map((row) => [row.dimension, row.value === 'all' ? '' : row.value, formatCount(row.sessions), share(row.carts, row.sessions), share(row.checkouts, row.sessions), share(row.purchases, row.sessions)])).join('\n'),
    [paint.bold('Where visits are lost'), ...(found.frictions.length === 0 ? ['  No place loses more than the others.'] : found.frictions.map((words) => `  ${words}`))].join('\n'),
    [paint.bold('What those who drop have in common'), ...(dropRules.length === 0 ? ['  Nothing that is not chance.'] : renderTable([{ title: 'at' }, { title: 'they come with' }, right('visits'), right('lost'), right('lift'), right('may be chance')], dropRules.map((rule) => [rule.step, rule.conditions, formatCount(rule.sessions), share(rule.rate, 1), rule.lift.toFixed(2), rule.falseDiscoveryRate < 0.0001 ? '< 0.01 %' : share(rule.falseDiscoveryRate, 1)])).map((line) => `  ${line}`))].join('\n'),
    [paint.bold('Time between steps, median'), ...renderTable([{ title: '' }, { title: '' }, right('visits'), right('seconds')], stepTimes.map((row) => [row.step, row.channel, formatCount(row.sessions), formatCount(row.secondsMedian)])).map((line) => `  ${line}`)].join('\n'),
  ];
  const { reminders } = found;
  blocks.push([
    paint.bold(`${formatCount(found.abandonedCarts)} customers left a cart`),
    ...(reminders === undefined ? ['  The cycle has no plan yet, so it is not known who gets a letter anyway.'] : [
      `  A reminder with “${reminders.offer}” would go to ${formatCount(reminders.toSend)}, ${formatCount(reminders.holdout)} held out, expected to cost ${formatMoney(reminders.expectedCost, currency)} (relation journeys.cart_recipients).`,
      ...reminders.leftOut.map(({ reason, customers }) => `  ${formatCount(customers)} left out: ${reason}`),
    ]),
  ].join('\n'));
  return blocks.join('\n\n');
}
