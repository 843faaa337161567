import { html } from 'hono/html';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import { chart } from '../parts/chart.ts';
import type { PageInput } from '../parts/console-page.ts';
import { featureName } from '../parts/feature-name.ts';
import { cyclePath, type Content } from '../parts/screen.ts';
import { table } from '../parts/table.ts';
import { tiles } from '../parts/tiles.ts';
import { readContact } from '../reads/read-contact.ts';

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const shownOrders = 12;

type Person = { readonly given_name: string | null; readonly email: string | null; readonly signed_up_at: string | null; readonly interests: string | null; readonly consent: string | null };
type Profile = { readonly [name: string]: string | number | null };

/** One customer on a page: who it is, habits and interests, segment with reasons, scores, what was decided and why, mails, coupons, consent, and where each number is from. Undefined where there is no such customer. */
export async function customerProfile(input: PageInput, id: string): Promise<Content | undefined> {
  const { view, screen: { t, mask }, numbers } = input;
  const is = `where customer_id = ${quoteLiteral(id)}`;
  const [person] = await view.rowsIf<Person>(['snapshot.customers'], `select given_name, email, signed_up_at, interests, consent from snapshot.customers ${is}`);
  const [profile] = await view.rowsIf<Profile>(['features.profiles'], `select * from features.profiles ${is}`);
  if (person === undefined && profile === undefined) return undefined;
  const interests = await view.rowsIf<{ category: string; share: number }>(['features.interests'], `select category, share from features.interests ${is} order by rank limit 8`);
  const brands = await view.rowsIf<{ brand: string; share: number }>(['features.brands'], `select brand, share from features.brands ${is} order by rank limit 5`);
  const favourites = await view.rowsIf<{ title: string; times: number }>(['features.favourite_products'], `select title, times from features.favourite_products ${is} order by rank limit 5`);
  const orders = await view.rowsIf<{ order_id: string; ordered_at: string; items: number; revenue: number; channel: string | null; is_return: boolean }>(['features.orders'], `select order_id, ordered_at, items, revenue, channel, is_return from features.orders ${is} order by ordered_at desc, order_id limit ${shownOrders}`);
  const text = (name: string): string => (profile?.[name] === null || profile?.[name] === undefined ? '–' : String(profile[name]));
  const number = (name: string): number => Number(profile?.[name] ?? Number.NaN);
  const weekday = weekdays[number('favourite_weekday') - 1];

  return html`<section class="card"><h2>${t('Who it is')}</h2>${tiles([
    { label: t('name'), value: mask.name(person?.given_name ?? null) || '–' },
    { label: t('address'), value: mask.address(person?.email ?? null) || '–' },
    { label: t('age'), value: text('age') },
    { label: t('place'), value: [text('city'), text('country')].filter((part) => part !== '–').join(', ') || '–' },
    { label: t('language'), value: text('locale') },
    { label: t('customer since'), value: person?.signed_up_at ? numbers.wallDay(person.signed_up_at) : '–' },
  ])}</section>
${await membership(input, id)}
${await decision(input, id)}
<section class="card"><h2>${t('Habits')}</h2>${profile === undefined ? html`<p class="quiet">${t('No order yet, so there are no habits.')}</p>` : html`${tiles([
    { label: t('spend'), value: numbers.money(number('monetary')), note: t('{orders} orders', { orders: numbers.count(number('frequency')) }) },
    { label: t('average order'), value: numbers.money(number('average_order_value')), note: t('{items} items', { items: numbers.decimal(number('items_per_order'), 1) }) },
    { label: t('last order'), value: t('{days} days ago', { days: numbers.count(number('recency_days')) }), note: Number.isFinite(number('gap_mean_days')) && profile['gap_mean_days'] !== null ? t('usually every {days} days', { days: numbers.count(number('gap_mean_days')) }) : '' },
    { label: t('buys most on'), value: weekday === undefined ? '–' : t(weekday), note: t('{share} on weekends', { share: numbers.share(number('weekend_share')) }) },
    { label: t('buys most by'), value: text('favourite_channel'), note: t('{share} in the evening', { share: numbers.share(number('evening_share')) }) },
    ...(profile['typical_hour'] === null || profile['typical_hour'] === undefined ? [] : [{ label: t('usual time of day'), value: t('about {hour} o’clock', { hour: numbers.count(number('typical_hour')) }), note: t('largest order {value}', { value: numbers.money(number('largest_order_value')) }) }]),
    { label: t('with a discount'), value: numbers.share(number('discount_share')), note: t('{share} returned', { share: numbers.share(number('return_share')) }) },
    { label: t('R F M'), value: `${text('recency_score')} ${text('frequency_score')} ${text('monetary_score')}`, note: t('5 is best') },
    { label: t('visits in 30 days'), value: numbers.count(number('sessions_30d')), note: t('{views} views, {carts} carts', { views: numbers.count(number('views_30d')), carts: numbers.count(number('carts_30d')) }) },
  ])}`}
${orders.length === 0 ? '' : table({
    caption: t('Latest orders'), captioned: true, empty: '', columns: [{ label: t('order'), kind: 'name' }, { label: t('day'), kind: 'name' }, { label: t('items'), kind: 'n' }, { label: t('revenue'), kind: 'n' }, { label: t('channel') }],
    rows: orders.map((row) => [row.order_id, { text: numbers.wallDay(row.ordered_at), value: row.ordered_at }, { text: numbers.count(row.items), value: row.items }, { text: numbers.money(row.revenue), value: row.revenue }, row.is_return ? t('return') : row.channel ?? '–']),
  })}</section>
<section class="card"><h2>${t('Interests')}</h2>${interests.length === 0 ? html`<p class="quiet">${t('None is known yet.')}</p>` : chart({ kind: 'bars', labels: interests.map(({ category }) => category), values: interests.map(({ share }) => Number(share.toFixed(4))), unit: 'share' }, { says: t('Share of spend by category: {list}', { list: interests.map(({ category, share }) => `${category} ${numbers.share(share)}`).join(', ') }), height: interests.length > 3 ? 240 : 160 })}
${person?.interests ? html`<p>${t('Said so themselves: {interests}', { interests: person.interests })}</p>` : ''}${brands.length === 0 ? '' : html`<p>${t('Brands: {list}', { list: brands.map(({ brand, share }) => `${brand} ${numbers.share(share)}`).join(', ') })}${profile?.['price_tier'] ? html` · ${t('Price: {tier}', { tier: t(String(profile['price_tier'])) })}` : ''}</p>`}${favourites.length === 0 ? '' : html`<h3>${t('Favourite products')}</h3><ul>${favourites.map(({ title, times }) => html`<li>${title} <span class="quiet">${t('{times}×', { times })}</span></li>`)}</ul>`}</section>
${await social(input, id)}
${await contact(input, id, person)}
${lineage(input, id)}`;
}

/** Why the customer is in its segment: its distance to each centre, and the features that hold it there. */
async function membership({ view, screen: { t }, numbers }: PageInput, id: string): Promise<Content | string> {
  if (!view.has('segments.memberships', 'segments.centres', 'segments.summaries', 'features.matrix')) return '';
  const is = `where customer_id = ${quoteLiteral(id)}`;
  const [row] = await view.rows<Record<string, number | string | boolean | null>>(`select matrix.*, memberships.segment as own_segment from features.matrix join segments.memberships using (customer_id) ${is}`);
  if (row === undefined) return html`<section class="card"><h2>${t('Segment')}</h2><p class="quiet">${t('None: segments are made of customers who have ordered.')}</p></section>`;
  const centres = await view.rows<{ segment: number; name: string; feature: string; centre: number }>('select centres.segment, summaries.name, feature, centre from segments.centres join segments.summaries using (segment) order by segment, feature');
  const value = (feature: string): number => Number(row[feature] ?? 0);
  const distances = [...new Set(centres.map(({ segment }) => segment))].map((segment) => {
    const own = centres.filter((centre) => centre.segment === segment);
    return { segment, name: own[0]!.name, distance: Math.hypot(...own.map(({ feature, centre }) => value(feature) - centre)) };
  }).sort((a, b) => a.distance - b.distance);
  const own = distances.find(({ segment }) => segment === row['own_segment']);
  const next = distances.find(({ segment }) => segment !== row['own_segment']);
  if (own === undefined) return '';
  const [scores] = await view.rowsIf<{ probability: number; will_buy: boolean; reasons: string | null }>(['segments.predictions'], `select * from segments.predictions ${is}`);
  const [worth] = await view.rowsIf<{ p_alive: number | null; expected_purchases_90d: number | null; clv_1y: number | null }>(['features.lifetime_value'], `select p_alive, expected_purchases_90d, clv_1y from features.lifetime_value ${is}`);
  const features = centres.filter(({ segment }) => segment === own.segment).map(({ feature, centre }) => {
    const other = centres.find((candidate) => candidate.segment === next?.segment && candidate.feature === feature)?.centre ?? 0;
    // How much nearer this feature brings the customer to its own centre than to the next one.
    return { feature, centre, value: value(feature), pull: (value(feature) - other) ** 2 - (value(feature) - centre) ** 2 };
  }).sort((a, b) => b.pull - a.pull);
  const reasons = features.filter(({ pull }) => pull > 0).slice(0, 3).map(({ feature }) => t(featureName(feature)));
  return html`<section class="card"><h2>${t('Segment and scores')}</h2>${tiles([
    { label: t('segment'), value: own.name, note: t('distance {distance}', { distance: numbers.decimal(own.distance) }) },
    ...(next === undefined ? [] : [{ label: t('next nearest'), value: next.name, note: t('distance {distance}', { distance: numbers.decimal(next.distance) }) }]),
    ...(scores === undefined ? [] : [{ label: t('buys within the window'), value: numbers.share(scores.probability), note: scores.will_buy ? t('counts as a likely buyer') : t('does not count as a likely buyer') }]),
    ...(worth === undefined || worth.clv_1y === null ? [] : [{ label: t('worth in a year'), value: numbers.money(worth.clv_1y), note: t('{orders} orders expected in 90 days', { orders: numbers.decimal(worth.expected_purchases_90d ?? Number.NaN, 1) }) }, { label: t('still a customer'), value: numbers.share(worth.p_alive ?? Number.NaN), note: t('probability') }]),
  ])}${scores?.reasons ? html`<p>${t('Why this probability: {reasons}.', { reasons: scores.reasons.split(/,\s*/).map((reason) => `${reason.startsWith('-') ? '−' : '+'} ${t(featureName(reason.replace(/^[+-]/, '')))}`).join(', ') })}</p>` : ''}<p>${reasons.length === 0 ? t('It lies between two segments; no feature decides.') : t('What puts it there rather than in the next segment: {reasons}.', { reasons: reasons.join(', ') })}</p>
<details><summary>${t('The numbers as a table')}</summary>${table({
    caption: t('Standard deviations from the average customer'), empty: '', columns: [{ label: t('feature'), kind: 'name' }, { label: t('this customer'), kind: 'n' }, { label: t('centre of the segment'), kind: 'n' }],
    rows: features.map((one) => [t(featureName(one.feature)), { text: numbers.decimal(one.value), value: one.value }, { text: numbers.decimal(one.centre), value: one.centre }]),
  })}</details></section>`;
}

type Planned = { readonly decision: string; readonly why: string; readonly arm: string | null; readonly offer: string | null; readonly probability: number | null; readonly expected_cost: number | null; readonly expected_revenue: number | null };

async function decision({ view, screen, screen: { t }, numbers }: PageInput, id: string): Promise<Content | string> {
  const [planned] = await view.rowsIf<Planned>(['plan.recipients'], `select decision, why, arm, offer, probability, expected_cost, expected_revenue from plan.recipients where customer_id = ${quoteLiteral(id)}`);
  if (planned === undefined) return '';
  const verdicts: Readonly<Record<string, string>> = { send: t('gets a letter'), holdout: t('is held out'), none: t('gets no letter') };
  const [outcome] = await view.rowsIf<{ orders: number; revenue: number }>(['outcomes.customers'], `select orders, revenue from outcomes.customers where customer_id = ${quoteLiteral(id)}`);
  return html`<section class="card"><h2>${t('Why this decision')}</h2><p><strong>${verdicts[planned.decision] ?? planned.decision}</strong>: ${planned.why}.</p>${tiles([
    ...(planned.arm === null ? [] : [{ label: t('arm'), value: planned.arm }]),
    ...(planned.offer === null ? [] : [{ label: t('offer of the segment'), value: planned.offer }]),
    ...(planned.expected_revenue === null ? [] : [{ label: t('expected revenue'), value: numbers.money(planned.expected_revenue), note: t('offer costs {cost}', { cost: numbers.money(planned.expected_cost ?? Number.NaN) }) }]),
    ...(outcome === undefined ? [] : [{ label: t('what then happened'), value: t('{orders} orders', { orders: numbers.count(outcome.orders) }), note: numbers.money(outcome.revenue) }]),
  ])}${planned.decision === 'send' ? html`<p><a href="${cyclePath(screen, view, `letters/${encodeURIComponent(id)}`)}">${t('The letter')}</a></p>` : ''}</section>`;
}

/** What the customer does where others see it. */
async function social({ view, screen: { t }, numbers }: PageInput, id: string): Promise<Content | string> {
  const [row] = await view.rowsIf<Record<'activities' | 'posts' | 'reviews' | 'following' | 'followers' | 'mentions_received', number> & Record<'rating_mean' | 'sentiment' | 'days_since_active', number | null>>(['features.social'], `select activities, posts, reviews, following, followers, mentions_received, rating_mean, sentiment, days_since_active from features.social where customer_id = ${quoteLiteral(id)}`);
  if (row === undefined) return '';
  return html`<section class="card"><h2>${t('Social')}</h2>${tiles([
    { label: t('activities'), value: numbers.count(row.activities), note: row.days_since_active === null ? '' : t('latest {days} days ago', { days: numbers.count(row.days_since_active) }) },
    { label: t('posts and reviews'), value: numbers.count(row.posts + row.reviews), note: row.rating_mean === null ? '' : t('rates {stars} of 5', { stars: numbers.decimal(row.rating_mean, 1) }) },
    { label: t('followers'), value: numbers.count(row.followers), note: t('follows {count}', { count: numbers.count(row.following) }) },
    { label: t('mentioned by others'), value: numbers.count(row.mentions_received) },
    ...(row.sentiment === null ? [] : [{ label: t('tone'), value: row.sentiment > 0.1 ? t('friendly') : row.sentiment < -0.1 ? t('critical') : t('neutral'), note: numbers.decimal(row.sentiment) }]),
  ])}</section>`;
}

async function contact({ view, parts, screen: { t, mask }, numbers }: PageInput, id: string, person: Person | undefined): Promise<Content> {
  const { sends, consents, suppression } = await readContact(parts.ledger, { shop: view.shop, customerId: id, address: person?.email ?? '' });
  return html`<section class="card"><h2>${t('Mails and coupons')}</h2>${table({
    caption: t('Mails'), empty: t('No mail was planned for this customer yet.'),
    columns: [{ label: t('cycle'), kind: 'name' }, { label: t('arm') }, { label: t('offer') }, { label: t('state'), kind: 'name' }, { label: t('what they did') }, { label: t('coupon'), kind: 'name' }],
    rows: sends.map((send) => [send.cycle, send.arm, send.offer, t(send.state.replaceAll('_', ' ')), send.touches.map((touch) => t(touch)).join(', ') || '–', send.coupon === null ? '–' : `${mask.hides ? '…' : send.coupon}${send.redeemedAt === null ? '' : `, ${t('redeemed')}`}`]),
  })}</section>
<section class="card"><h2>${t('Consent')}</h2><p>${t('In the shop’s data: {consent}.', { consent: person?.consent ?? t('unknown') })}${suppression === undefined ? '' : html` <strong>${t('The address is suppressed: {reason}.', { reason: suppression })}</strong>`}</p>${consents.length === 0 ? '' : table({
    caption: t('What they said since'), empty: '', columns: [{ label: t('when'), kind: 'name' }, { label: t('purpose') }, { label: t('state') }, { label: t('by') }],
    rows: consents.map((row) => [numbers.time(row.at.toISOString()), row.purpose, t(row.state), row.source]),
  })}</section>`;
}

function lineage({ view, screen: { t, root } }: PageInput, id: string): Content {
  const names = ['snapshot.customers', 'features.profiles', 'features.interests', 'features.brands', 'features.habits', 'features.social', 'features.lifetime_value', 'segments.memberships', 'segments.predictions', 'plan.recipients', 'outcomes.customers'].filter((name) => view.has(name));
  return html`<section class="card"><h2>${t('Where it comes from')}</h2><details><summary>${t('Relations and their fingerprints')}</summary>${table({
    caption: t('Relations'), empty: '', columns: [{ label: t('relation'), kind: 'name' }, { label: t('fingerprint') }],
    rows: names.map((name) => [html`<a href="${root}/api/cycles/${view.shop}/${view.cycle}/relations/${name}?format=json&amp;limit=10">${name}</a>`, html`<code>${view.ref(name)?.fingerprint.slice(0, 24) ?? ''}</code>`]),
  })}</details><p class="quiet">${t('The way of each number down to the shop’s files:')} <code>npm run explain -- ${view.shop}/${view.cycle} ${id}</code></p></section>`;
}
