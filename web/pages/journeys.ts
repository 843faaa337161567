import { html } from 'hono/html';
import { chart } from '../parts/chart.ts';
import type { ConsolePage } from '../parts/console-page.ts';
import { cyclePath } from '../parts/screen.ts';
import { table } from '../parts/table.ts';
import { tiles } from '../parts/tiles.ts';

type Funnel = { readonly dimension: string; readonly value: string; readonly sessions: number; readonly carts: number; readonly checkouts: number; readonly purchases: number; readonly lost_at_payment: number; readonly conversion: number };
type Path = { readonly from_step: string; readonly to_step: string; readonly sessions: number; readonly share: number };
type Friction = { readonly kind: string; readonly words: string; readonly cost: number };
type Rule = { readonly step: string; readonly conditions: string; readonly sessions: number; readonly rate: number; readonly lift: number; readonly false_discovery_rate: number };
type Time = { readonly step: string; readonly channel: string; readonly sessions: number; readonly seconds_quarter: number; readonly seconds_median: number; readonly seconds_three_quarters: number };

/** Journeys: the funnel, how people go, where they are lost and what that costs, and the carts that were left. */
export const journeysPage: ConsolePage = {
  section: 'journeys', title: 'Journeys', charts: true,
  async show({ view, screen, screen: { t, root }, numbers, settings }) {
    if (!view.has('journeys.funnel')) return html`<div class="card"><p>${t('Nobody has studied the visits of this cycle yet: npm run journeys -- {shop}/{cycle}', { shop: view.shop, cycle: view.cycle })}</p></div>`;
    const funnel = await view.rows<Funnel>("select * from journeys.funnel order by list_position(['all', 'channel', 'device', 'segment'], dimension), sessions desc, value");
    const paths = await view.rows<Path>('select * from journeys.paths order by sessions desc, from_step, to_step');
    const frictions = await view.rows<Friction>('select kind, words, cost from journeys.frictions');
    const rules = await view.rows<Rule>("select step, conditions, sessions, rate, lift, false_discovery_rate from journeys.drop_rules qualify row_number() over (partition by step order by p_value, conditions) <= 8 order by list_position(['payment', 'checkout', 'cart', 'view'], step), p_value, conditions");
    const times = await view.rows<Time>('select * from journeys.step_times order by place, channel');
    const [carts] = await view.rows<{ carts: number; value: number | null }>('select count(*) as carts, sum(cart_value)::double as value from journeys.abandoned_carts');
    const reminders = await view.rowsIf<{ decision: string; customers: number }>(['journeys.cart_recipients'], 'select decision, count(*) as customers from journeys.cart_recipients group by decision');
    const all = funnel.find(({ dimension }) => dimension === 'all');
    const share = (of: number, among: number): string => (among === 0 ? '–' : numbers.share(of / among));
    const count = (value: number) => ({ text: numbers.count(value), value });
    const steps = [...new Set(paths.flatMap((path) => [path.from_step, path.to_step]))];
    const word = (name: string): string => name.replaceAll('_', ' ');
    return html`<section class="card"><h2>${t('From the visit to the order')}</h2>${all === undefined ? html`<p class="quiet">${t('There was no visit.')}</p>` : html`${tiles([
      { label: t('visits'), value: numbers.count(all.sessions) }, { label: t('put something into a cart'), value: share(all.carts, all.sessions), note: numbers.count(all.carts) },
      { label: t('began to check out'), value: share(all.checkouts, all.sessions), note: numbers.count(all.checkouts) }, { label: t('bought'), value: share(all.purchases, all.sessions), note: numbers.count(all.purchases) },
    ])}${chart({ kind: 'bars', labels: [t('visits'), t('cart'), t('checkout'), t('bought')], values: [all.sessions, all.carts, all.checkouts, all.purchases], unit: 'count' }, { says: t('Visits by the step they reached, in the {days} days before the cycle.', { days: settings.journeys.days }), height: 240 })}
${table({
      caption: t('Funnel by channel, device and segment'), empty: '', columns: [{ label: t('of'), kind: 'name' }, { label: '', kind: 'name' }, { label: t('visits'), kind: 'n' }, { label: t('cart'), kind: 'n' }, { label: t('checkout'), kind: 'n' }, { label: t('bought'), kind: 'n' }, { label: t('lost at the payment'), kind: 'n' }],
      rows: funnel.map((row) => [t(row.dimension), row.value === 'all' ? '' : t(row.value), count(row.sessions), { text: share(row.carts, row.sessions), value: row.carts }, { text: share(row.checkouts, row.sessions), value: row.checkouts }, { text: share(row.purchases, row.sessions), value: row.purchases }, count(row.lost_at_payment)]),
    })}`}</section>
<section class="card"><h2>${t('Where visits are lost')}</h2>${frictions.length === 0 ? html`<p>${t('No place loses more than the others.')}</p>` : html`<ul>${frictions.map((friction) => html`<li><strong>${friction.kind === 'fault' ? t('Fault') : t('Difference')}</strong> ${friction.words}</li>`)}</ul>`}
<p class="quiet">${t('A place is told when it loses more than others beyond chance, beside visitors of the same kind. The places of a step do not overlap, so their costs may be added.')}</p>
${table({
      caption: t('What those who drop have in common'), captioned: true, empty: t('Nothing that is not chance.'), columns: [{ label: t('at'), kind: 'name' }, { label: t('they come with') }, { label: t('visits'), kind: 'n' }, { label: t('lost'), kind: 'n' }, { label: t('lift'), kind: 'n' }, { label: t('may be chance'), kind: 'n' }],
      rows: rules.map((rule) => [t(rule.step), rule.conditions, count(rule.sessions), { text: numbers.share(rule.rate), value: rule.rate }, { text: numbers.decimal(rule.lift, 2), value: rule.lift }, { text: rule.false_discovery_rate < 0.001 ? '< 0.1 %' : numbers.share(rule.false_discovery_rate), value: rule.false_discovery_rate }]),
    })}</section>
<section class="card"><h2>${t('How people go')}</h2>${chart({
      kind: 'flow', from: steps.map(word), to: steps.map(word), groups: steps.map(word), flows: paths.map((path) => [steps.indexOf(path.from_step), steps.indexOf(path.to_step), path.sessions] as const),
    }, { says: t('From each step to the next one; a run of the same step counts once.'), height: 420 })}
${table({
      caption: t('From step to step'), empty: '', columns: [{ label: t('from'), kind: 'name' }, { label: t('to'), kind: 'name' }, { label: t('times'), kind: 'n' }, { label: t('share'), kind: 'n' }],
      rows: paths.map((path) => [word(path.from_step), word(path.to_step), count(path.sessions), { text: numbers.share(path.share), value: path.share }]),
    })}
${table({
      caption: t('Time between steps, in seconds'), captioned: true, empty: t('Nobody has come from one step to the next.'), columns: [{ label: t('step'), kind: 'name' }, { label: t('channel'), kind: 'name' }, { label: t('visits'), kind: 'n' }, { label: t('a quarter by'), kind: 'n' }, { label: t('half by'), kind: 'n' }, { label: t('three quarters by'), kind: 'n' }],
      rows: times.map((row) => [row.step, row.channel, count(row.sessions), count(row.seconds_quarter), count(row.seconds_median), count(row.seconds_three_quarters)]),
    })}</section>
<section class="card"><h2>${t('Carts that were left')}</h2>${tiles([
      { label: t('customers'), value: numbers.count(carts?.carts ?? 0) }, { label: t('value'), value: numbers.money(carts?.value ?? 0) },
      { label: t('would get a reminder'), value: numbers.count(reminders.find(({ decision }) => decision === 'send')?.customers ?? 0) }, { label: t('held out'), value: numbers.count(reminders.find(({ decision }) => decision === 'holdout')?.customers ?? 0) },
    ])}<p class="quiet">${t('By the campaign’s own rules of consent, budget and holdout; who gets its letter gets no reminder.')} <a href="${root}/api/cycles/${view.shop}/${view.cycle}/relations/journeys.abandoned_carts?format=csv">CSV</a> · <a href="${cyclePath(screen, view, 'campaigns')}">${t('Campaigns')}</a></p></section>`;
  },
};
