import { html } from 'hono/html';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import { actionForm, byField } from '../parts/action-form.ts';
import { chart } from '../parts/chart.ts';
import type { ConsolePage } from '../parts/console-page.ts';
import { pager, pageNumber } from '../parts/pager.ts';
import { cyclePath, type Content } from '../parts/screen.ts';
import { table } from '../parts/table.ts';
import { tiles } from '../parts/tiles.ts';
import { readAttribution, readIdentityCounts, readOpenReviews, type OpenReview } from '../reads/read-identities.ts';

/** Each pair has a form of its own: more than this is more than a person decides on at once. */
const shownPairs = 20;

interface Facts extends Record<string, string | null> {
  readonly customer_id: string;
  readonly given_name: string | null;
  readonly birth_date: string | null;
  readonly email: string | null;
  readonly city: string | null;
}

/** Identities: which customer records are one person, pairs to decide on, one offer in every channel, and which touches led to orders. */
export const identitiesPage: ConsolePage = {
  section: 'identities', title: 'Identities', charts: true,
  async show({ view, parts, screen, screen: { t, mask, root }, numbers, query }) {
    const counts = await readIdentityCounts(view);
    if (counts === undefined) return html`<div class="card"><p>${t('The people of this cycle were not resolved yet. Run npm run identities, or keep it on a schedule of its own.')}</p></div>`;
    const page = pageNumber(query('page'));
    const reviews = await readOpenReviews(view, parts.ledger, shownPairs + 1, (page - 1) * shownPairs);
    const shown = reviews.slice(0, shownPairs);
    const ids = [...new Set(shown.flatMap(({ customerId, otherCustomerId }) => [customerId, otherCustomerId]))];
    const facts = new Map((ids.length === 0 ? [] : await view.rowsIf<Facts>(['snapshot.customers'], `select customer_id::varchar as customer_id, given_name, birth_date::varchar as birth_date, email, city from snapshot.customers where customer_id in (${ids.map(quoteLiteral).join(', ')})`)).map((row) => [row.customer_id, row]));
    const attribution = await readAttribution(view);
    const [offers] = await view.rowsIf<{ people: number; odds: number }>(['identities.offers'], "select count(distinct person_id) filter (decision = 'offer') as people, count(distinct person_id) filter (is_at_odds) as odds from identities.offers");
    const path = cyclePath(screen, view, 'identities');
    const who = (id: string): Content => {
      const known = facts.get(id);
      const said = known === undefined ? [] : [mask.name(known.given_name), mask.words(known.birth_date), mask.address(known.email), known.city ?? ''].filter((text) => text !== '');
      return html`<a href="${cyclePath(screen, view, `customers/${encodeURIComponent(id)}`)}">${id}</a>${said.length === 0 ? '' : html`<br><small>${said.join(' · ')}</small>`}`;
    };
    // What was said can be said otherwise until it counts, and after.
    const decide = ({ customerId, otherCustomerId, said }: OpenReview, at: number): Content => html`${said === null ? '' : html`<p>${said.verdict === 'same' ? t('One person') : t('Two people')} · ${said.by}</p>`}${actionForm(screen, 'marketer', `${path}/review`, html`<input type="hidden" name="one" value="${customerId}"><input type="hidden" name="other" value="${otherCustomerId}">${byField(screen, `by-${at}`)}<button name="verdict" value="same">${t('One person')}</button><button name="verdict" value="different" class="quiet">${t('Two people')}</button>`)}`;
    const csv = (relation: string): string => `${root}/api/cycles/${view.shop}/${view.cycle}/relations/${relation}?format=csv`;
    const decimal = (value: number) => ({ text: numbers.count(Math.round(value)), value });
    return html`<section class="card"><h2>${t('People behind the records')}</h2>${tiles([
      { label: t('people'), value: numbers.count(counts.persons), note: t('in {records} customer records', { records: numbers.count(counts.records) }) },
      { label: t('joined by a key'), value: numbers.count(counts.byKey), note: t('card, account, address or device') }, { label: t('joined by evidence'), value: numbers.count(counts.byEvidence), note: t('all fields together') },
      { label: t('joined by a person'), value: numbers.count(counts.byPeople) }, { label: t('online and in the store'), value: numbers.count(counts.omnichannel) },
    ])}</section>
<section class="card"><h2>${t('Pairs to decide on')}</h2>${table({
      caption: t('Pairs to decide on'), empty: t('Every pair is surely one person or surely two.'), sortable: false,
      columns: [{ label: t('record') }, { label: t('record') }, { label: t('one person'), kind: 'n' }, { label: t('why') }, { label: t('decision') }],
      rows: shown.map((pair, at) => [who(pair.customerId), who(pair.otherCustomerId), { text: numbers.share(pair.probability), value: pair.probability }, pair.why, decide(pair, at)]),
    })}${pager(screen, path, {}, page, reviews.length > shownPairs)}<p class="quiet">${t('What is decided counts when the people are resolved the next time.')}</p></section>
<section class="card"><h2>${t('Which touches led to orders')}</h2>${attribution.length === 0 ? '' : chart({ kind: 'bars', labels: attribution.map(({ channel }) => t(channel)), values: attribution.map(({ markov }) => Math.round(markov)), unit: 'count' }, { says: t('Orders credited to each channel by its removal effect.'), height: 240 })}${table({
      caption: t('Orders by channel and way of crediting'), empty: t('No touch and no order in these days.'),
      columns: [{ label: t('channel'), kind: 'name' }, { label: t('first touch'), kind: 'n' }, { label: t('last touch'), kind: 'n' }, { label: t('every touch alike'), kind: 'n' }, { label: t('Markov chain'), kind: 'n' }, { label: t('lost without it'), kind: 'n' }, { label: t('experiment'), kind: 'n' }],
      rows: attribution.map((row) => [t(row.channel), decimal(row.first), decimal(row.last), decimal(row.linear), decimal(row.markov), { text: numbers.share(row.removalEffect), value: row.removalEffect }, row.experiment === null ? '–' : { text: t('{orders} ({lower} to {upper})', { orders: numbers.count(Math.round(row.experiment)), lower: numbers.count(Math.round(row.lower ?? Number.NaN)), upper: numbers.count(Math.round(row.upper ?? Number.NaN)) }), value: row.experiment }]),
    })}<p class="quiet">${t('Credits say who was there; the experiment, letters against the holdout, says what they did. Where the two differ, the experiment is right.')}</p></section>
${offers === undefined ? '' : html`<section class="card"><h2>${t('One offer in every channel')}</h2>${tiles([
      { label: t('people with an offer'), value: numbers.count(offers.people) }, { label: t('in the app'), value: numbers.count(view.ref('identities.app_push')?.rows ?? 0) }, { label: t('cards at the till'), value: numbers.count(view.ref('identities.till')?.rows ?? 0) },
      { label: t('mailed and held out'), value: numbers.count(offers.odds), note: t('the letter counts') },
    ])}<p class="tools"><a href="${csv('identities.app_push')}">${t('For the app as CSV')}</a><a href="${csv('identities.till')}">${t('For the till as CSV')}</a></p></section>`}`;
  },
};
