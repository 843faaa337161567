import { barRows } from './charts/bar-rows.ts';
import type { ReportStudies } from './cycle-report.ts';
import { markup, type Markup } from './markup.ts';
import type { ReportNumbers } from './report-numbers.ts';

/** Name and content of each study that there is. */
export function studySections({ demand, journeys, risk }: ReportStudies, numbers: ReportNumbers): readonly { readonly id: string; readonly title: string; readonly content: Markup }[] {
  const share = (of: number, all: number): string => (all > 0 ? numbers.share(of / all) : '');
  return [
    ...(demand === undefined || demand === null ? [] : [{
      id: 'demand', title: 'Demand', content: markup`${barRows('Units expected in the first week, by category', demand.categories.map(({ category, units, lower, upper }) => ({
        label: category, value: units, text: numbers.decimal(units, 0), ...(lower === null || upper === null ? {} : { note: `${numbers.decimal(lower, 0)} to ${numbers.decimal(upper, 0)}` }),
      })))}
<p>${numbers.count(demand.weeks)} weeks are forecast${demand.mase === null ? '' : `; scaled error of the backtest ${numbers.decimal(demand.mase, 3)}, of the seasonal naive floor ${numbers.decimal(demand.naiveMase ?? Number.NaN, 3)}`}. ${numbers.count(demand.out)} products are out of stock and ${numbers.count(demand.toOrder)} to be ordered. Slow and superfluous stock binds ${numbers.money(demand.tiedUp)}.</p>
${demand.toClear.length === 0 ? null : markup`<h3>To clear</h3><ul>${demand.toClear.map(({ product, stock, days, money }) => markup`<li>${product}: ${numbers.count(stock)} in stock${days === null ? ', not asked for' : `, lasts ${numbers.decimal(days, 0)} days`}${money === null ? '' : `, binds ${numbers.money(money)}`}</li>`)}</ul>`}`,
    }]),
    ...(journeys === null ? [] : [{
      id: 'journeys', title: 'Journeys', content: markup`${barRows('Visits by the step they reached', [
        { label: 'visits', value: journeys.sessions, text: numbers.count(journeys.sessions) }, { label: 'cart', value: journeys.carts, text: numbers.count(journeys.carts), note: share(journeys.carts, journeys.sessions) },
        { label: 'checkout', value: journeys.checkouts, text: numbers.count(journeys.checkouts), note: share(journeys.checkouts, journeys.sessions) }, { label: 'bought', value: journeys.purchases, text: numbers.count(journeys.purchases), note: share(journeys.purchases, journeys.sessions) },
      ])}
<h3>Where visits are lost</h3>${journeys.frictions.length === 0 ? markup`<p>No place loses more than the others.</p>` : markup`<ul>${journeys.frictions.map((words) => markup`<li>${words}</li>`)}</ul>`}
<p>${numbers.count(journeys.abandonedCarts)} customers left a cart.</p>`,
    }]),
    ...(risk === null ? [] : [{
      id: 'risk', title: 'Risk', content: markup`<p>Of ${numbers.count(risk.payments)} payments ${numbers.count(risk.alerts)} wait for a look; ${numbers.count(risk.suspects)} customers are under suspicion.</p>
${risk.quality === null ? markup`<p class="quiet">Too little is labelled to judge the scores by.</p>` : markup`<p>Scored by ${risk.quality.scorer}: average precision ${numbers.decimal(risk.quality.averagePrecision, 3)} [${numbers.decimal(risk.quality.lower, 3)}, ${numbers.decimal(risk.quality.upper, 3)}] on later payments. Of ${numbers.count(risk.quality.alerts)} alerts ${numbers.share(risk.quality.precision)} are right, and looking at them keeps ${numbers.money(risk.quality.saved)}.</p>`}`,
    }]),
  ];
}
