import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import { openAlerts } from '../../gateways/ledger/risk-alerts.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';

/** What must never run: a product's title and a customer's name, as strangers may write them. */
export const hostileTitle = '<script>alert(1)</script><img src=x onerror=alert(2)>';
export const hostileName = '"><svg onload=alert(3)>';

const features = ['average_order_value', 'frequency', 'monetary', 'orders_90d', 'recency_days', 'sessions_30d', 'tenure_days'] as const;
const segments = ['Newcomers', 'Lost', 'Loyal regulars', 'Champions', 'Slipping away'] as const;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** A number between 0 and 1 that follows from the customer and a word. */
const draw = (word: string): string => `(hash(customer_id || '${word}') % 1000000)::double / 1000000`;
const domains = "['mail.example', 'post.example', 'inbox.example', 'letters.example']";

/** Every relation that a page reads, with the columns of a real cycle. `shift` makes one week differ from the next. */
function relations(customers: number, shift: number): Readonly<Record<string, string>> {
  const everybody = `select 'C' || lpad(i::varchar, 7, '0') as customer_id, i from range(1, ${customers + 1}) as all_customers(i)`;
  const segmentOf = `(hash(customer_id || 'segment' || case when hash(customer_id) % 9 = 0 then '${shift}' else '' end) % ${segments.length})::integer`;
  const numbersOf = `${draw('recency')} * 400 as recency_days, (1 + floor(${draw('orders')} * 20))::double as frequency, round(20 + ${draw('spend')} * 1500, 2) as monetary, 40 + ${draw('basket')} * 60 as average_order_value, 1.0 + ${draw('items')} * 3 as items_per_order, 100 + ${draw('tenure')} * 500 as tenure_days, 10 + ${draw('gap')} * 90 as gap_mean_days, ${draw('variation')} as gap_variation, 3.0 as distinct_products, 2.0 as distinct_categories, ${draw('discount')} * 0.3 as discount_share, ${draw('return')} * 0.1 as return_share, 0.5 as web_share, 0.3 as app_share, 0.2 as store_share, ${draw('weekend')} as weekend_share, ${draw('evening')} as evening_share, floor(${draw('recent')} * 4) as orders_90d, ${draw('revenue')} * 200 as revenue_90d, floor(${draw('views')} * 30) as views_30d, 1.0 as searches_30d, 2.0 as carts_30d, floor(${draw('visits')} * 9) as sessions_30d, null::double as cart_abandon_share`;
  const nameOf = `[${segments.map(literal).join(', ')}][${segmentOf} + 1]`;
  return {
    'snapshot.customers': `select i as position, customer_id, case when i % 50 = 0 then null else 'person.' || i || '@' || ${domains}[i % 4 + 1] end as email, case when i = 3 then ${literal(hostileName)} else ['Ada', 'Paul', '丽', 'Noémie'][i % 4 + 1] end as given_name, date '1980-01-01' + (i % 9000)::integer as birth_date, 'female' as gender, 'Berlin' as city, 'Berlin' as region, 'DE' as country, ['en', 'zh-CN'][i % 2 + 1] as locale, 'Europe/Berlin' as time_zone, timestamp '2025-06-01' + interval (i % 400) day as signed_up_at, 'kitchen' as interests, case when i % 11 = 0 then 'denied' else 'granted' end as consent from (${everybody})`,
    'snapshot.tallies': "select * from (values ('customers', 5025, 5000, 25), ('order_lines', 51110, 50624, 486)) as tallies(table_name, read, kept, quarantined)",
    'snapshot.audit_findings': "select * from (values ('days-without-orders', 'warn', 'Two days have no order at all.', 2)) as findings(audit, severity, message, rows)",
    'snapshot.quarantine': `select 'customers' as table_name, '/data/customers.csv' as source_file, i as source_line, i as position, case when i % 3 = 0 then 'birth_date is not a date' else 'the line has fewer columns than the header' end as reason, 'C' || i || ',person.' || i || '@mail.example,' || ${literal(hostileTitle)} as line from range(1, 60) as refused(i)`,
    'features.profiles': `select customer_id, 30 + (i % 40) as age, 'female' as gender, 'Berlin' as city, 'Berlin' as region, 'DE' as country, 'en' as locale, 'Europe/Berlin' as time_zone, 1 + i % 5 as recency_score, 1 + i % 4 as frequency_score, 1 + i % 3 as monetary_score, 1 + i % 7 as favourite_weekday, 'kitchen' as favourite_category, 0.6 as favourite_category_share, 'web' as favourite_channel, ${numbersOf} from (${everybody})`,
    'features.customers': `select customer_id, ${numbersOf} from (${everybody})`,
    'features.customers_earlier': `select customer_id, ${numbersOf} from (${everybody})`,
    'features.matrix': `select customer_id, true as in_fit, ${features.map((feature) => `(${draw(`m-${feature}`)} - 0.5) * 2 + (${segmentOf} - 2) * ${(features.indexOf(feature) % 3) - 1} as ${feature}`).join(', ')} from (${everybody})`,
    'features.preprocessing': `select feature, true as used, '' as why, 3 as imputed, 120 as outliers, 1.0 as fill, 0.0 as lower, 9.0 as upper, 5.0 as mean, 2.0 as scale from (values ${features.map((feature) => `('${feature}')`).join(', ')}) as all_features(feature)`,
    'features.interests': `select customer_id, rank, ['kitchen', 'tea', 'paper'][rank] as category, [0.6, 0.3, 0.1][rank] as share from (${everybody}), range(1, 4) as ranks(rank)`,
    'features.favourite_products': `select customer_id, 1 as rank, 'P00001' as product_id, ${literal(hostileTitle)} as title, 3 as times from (${everybody})`,
    'features.orders': `select customer_id, 'O' || customer_id || '-' || n as order_id, timestamp '2026-01-05 10:00:00' + interval (n * 37) day as ordered_at, n = 3 as is_return, 'web' as channel, 2 as lines, 3::decimal(18, 3) as items, 40::decimal(18, 4) as gross, 0::decimal(18, 4) as discount, (30 + n)::decimal(18, 4) as revenue from (${everybody}), range(1, 5) as orders(n)`,
    'segments.memberships': `select customer_id, ${segmentOf} as segment, ${draw('distance')} * 3 as distance from (${everybody})`,
    'segments.summaries': `select ${segmentOf} as segment, any_value(${nameOf}) as name, 'champion, loyal' as traits, count(*) as customers, 100.0 as average_recency_days, 4.5 as average_orders, 420.5 as average_spend, 61.2 as average_order_value, 300.0 as average_tenure_days, 0.05 as average_discount_share from (${everybody}) group by 1`,
    'segments.centres': `select segment, feature, (segment - 2) * ((feature_at % 3) - 1)::double as centre from range(0, ${segments.length}) as all_segments(segment), (values ${features.map((feature, at) => `('${feature}', ${at})`).join(', ')}) as all_features(feature, feature_at)`,
    'segments.k_curve': "select * from (values (3, false, 190.0, 0.21, 0.7, 8), (4, false, 160.0, 0.24, 0.8, 9), (5, true, 150.0, 0.27, 0.9, 12), (6, false, 140.0, 0.25, null, 10)) as curve(clusters, chosen, inertia, silhouette, stability, votes)",
    'segments.neighbourhoods': `select customer_id, ${segmentOf} as segment, ${draw('umap-x')} + ${segmentOf} as x, ${draw('umap-y')} as y from (${everybody})`,
    'segments.descriptions': `select segment, 'tenure_days ≤ 246 and monetary > 465; or frequency > 8.5' as rule, 0.917 as precision, 0.937 as recall from range(0, ${segments.length}) as all_segments(segment)`,
    'segments.migration': `select was.segment as previous_segment, now.segment, (40 + 7 * was.segment + now.segment)::bigint as customers from range(0, ${segments.length}) as was(segment), range(0, ${segments.length}) as now(segment) where (was.segment + now.segment) % 2 = 0 union all select null, 0, 12`,
    'segments.matches': `select segment, case when segment < 4 then segment end as previous_segment, 0.61 as similarity, 0.42 as adjusted_rand from range(0, ${segments.length}) as all_segments(segment)`,
    'features.selection': `select feature, feature_at < 5 as used, 'stayed' as change, case when feature_at < 5 then 'says much about who buys' else 'Spend stands for it' end as why, 0.02 as missing_share, 0.05 + feature_at * 0.01 as information, 0.1 as coefficient, 0.9 as stability, case when feature_at >= 5 then 'monetary' end as rival, case when feature_at >= 5 then 0.97 end as correlation from (values ${features.map((feature, at) => `('${feature}', ${at})`).join(', ')}) as all_features(feature, feature_at)`,
    'features.drift': `select feature, 0.02 * (feature_at + 1) as psi, 0.03 as ks, 0.2 as p_value, feature_at = 6 as shifted from (values ${features.map((feature, at) => `('${feature}', ${at})`).join(', ')}) as all_features(feature, feature_at)`,
    'features.brands': `select customer_id, rank, [${literal(hostileTitle)}, 'Hof'][rank] as brand, [0.7, 0.3][rank] as share from (${everybody}), range(1, 3) as ranks(rank)`,
    'features.social': `select customer_id, 7 as activities, 2 as posts, 1 as reviews, 4 as following, 9 as followers, 3 as mentions_received, 4.5 as rating_mean, 0.4 as sentiment, 12 as days_since_active from (${everybody})`,
    'features.lifetime_value': `select customer_id, 0.8 as p_alive, 1.2 as expected_purchases_90d, 140.5 as clv_1y from (${everybody})`,
    'outcomes.guardrails': "select * from (values ('unsubscribes and complaints', 'A', 0.005, 0.003, 0.009, 0.05, false), ('revenue against the holdout', 'A', 6.4, 1.25, 11.55, 0.0, true)) as guardrails(guardrail, arm, value, lower, upper, \"limit\", tripped)",
    'outcomes.repeat_rates': "select * from (values (30, 2829, 0.4, 0.39, 0.42), (90, 1741, 0.6, 0.59, 0.62)) as rates(days, watched, rate, lower, upper)",
    'outcomes.segment_retention': `select segment, 300 as customers, 200 as active_before, 90 as came_back, 0.3 as share from range(0, ${segments.length}) as all_segments(segment)`,
    'segments.rules': `select case when i = 1 then ${literal(hostileTitle)} else 'Tea No. ' || i end as antecedent, 'Bowl No. ' || (i % 7) as consequent, 30 + i as baskets, 0.001 * i as support, 0.1 + 0.01 * i as confidence, 20.0 - i * 0.3 as lift, 0.001 as leverage, 1.1 as conviction from range(1, 60) as rules(i)`,
    'segments.predictions': `select customer_id, ${draw('buys')} * 0.4 as probability, ${draw('buys')} > 0.5 as will_buy, '-orders_90d, +frequency' as reasons from (${everybody})`,
    'plan.recipients': `select customer_id, case when i % 50 = 0 or i % 11 = 0 then 'none' when i % 10 = 0 then 'holdout' else 'send' end as decision, case when i % 50 = 0 then 'no address' when i % 11 = 0 then 'no consent to marketing mail' when i % 10 = 0 then 'held out, to measure what the mail does' else 'segment ' || ${nameOf} || ' gets 20 % to come back' end as why, case when i % 50 = 0 or i % 11 = 0 then null when i % 10 = 0 then 'holdout' else ['A', 'B'][i % 2 + 1] end as arm, case when i % 50 = 0 then null else 'person.' || i || '@' || ${domains}[i % 4 + 1] end as address, case when i = 3 then ${literal(hostileName)} else ['Ada', 'Paul', '丽', 'Noémie'][i % 4 + 1] end as given_name, 'en' as locale, ${segmentOf} as segment, ${nameOf} as segment_name, '20 % to come back' as offer, 'percentage' as offer_kind, 20.0 as offer_value, 'kitchen' as favourite_category, ${literal(hostileTitle)} as product_1, 'Bowl No. 2' as product_2, 'Pan No. 3' as product_3, ${draw('buys')} * 0.4 as probability, 0.3 as expected_cost, 3.2 as expected_revenue from (${everybody})`,
    'demand.daily_sales': "select 'P0000' || (1 + i % 3) as product_id, 'kitchen' as category, date '2026-11-01' + (i % 29)::integer as day, 1.0 + i % 5 as units from range(0, 87) as sold(i)",
    'demand.product_days': "select 'P0000' || (1 + i // 28) as product_id, date '2026-11-30' + (i % 28)::integer as day, 3.4 as forecast, 1.2 as lower, 5.6 as upper from range(0, 84) as ahead(i)",
    'demand.category_days': "select 'kitchen' as category, date '2026-11-30' + i::integer as day, 10.2 as forecast, 6.1 as lower, 14.3 as upper from range(0, 28) as ahead(i)",
    'demand.category_weeks': "select 'kitchen' as category, date '2026-11-30' + (7 * i)::integer as week, 71.4 as forecast, 52.0 as lower, 90.8 as upper from range(0, 4) as ahead(i)",
    'demand.region_weeks': "select 'Berlin' as region, date '2026-11-30' + (7 * i)::integer as week, 71.4 as forecast, null::double as lower, null::double as upper from range(0, 4) as ahead(i)",
    'demand.models': "select 'P0000' || i as product_id, 'kitchen' as category, 'regular' as kind, 'ETS(A,N,A)' as model, 0.83 as mase, 1.04 as naive_mase from range(1, 4) as models(i)",
    'demand.stock': `select 'P0000' || i as product_id, ${literal(hostileTitle)} as title, 'kitchen' as category, (10 * (i - 1))::integer as stock, date '2026-11-20' as last_sold_on, 10 as days_without_sale, 3.4 as daily_demand, 55.5 as order_up_to, 46.0 as to_order, 120.5 as cover_days, 90.0 as money_tied_up, ['out', 'short', 'over'][i] as state from range(1, 4) as products(i)`,
    'demand.deliveries': "select 'Kassel' as depot, 1 as tour, 1 as place, 'Berlin' as region, 71.4 as units, 71.4 as load, 512.3 as kilometres",
    'sends.sends': `select 'k' || i as key, customer_id, 'A' as arm from (${everybody}) where i < 10`,
    'outcomes.effects': "select * from (values ('conversion', 'all', 'all', 3813.0, 477.0, 0.149, 0.084, 0.065, 0.035, 0.0897, 0.0001), ('conversion', 'A', 'all', 2345.0, 477.0, 0.1446, 0.0839, 0.0607, 0.029, 0.087, 0.0004), ('conversion', 'B', 'all', 1468.0, 477.0, 0.156, 0.0839, 0.0721, -0.012, 0.1, 0.004), ('revenue', 'all', 'all', 3813.0, 477.0, 10.06, 5.9, 4.16, -0.5, 8.8, 0.08)) as effects(metric, arm, segment, treated, control, treated_mean, control_mean, difference, lower, upper, p_value)",
    'outcomes.customers': `select customer_id, case when i % 10 = 0 then 'holdout' else ['A', 'B'][i % 2 + 1] end as arm, 0 as segment, 'Lost' as segment_name, case when i % 10 = 0 then 'holdout' else 'send' end as decision, 0.1 as probability, i % 3 as orders, i % 3 > 0 as converted, (i % 3) * 20.0 as revenue, (i % 3) * 8.0 as margin, i % 7 = 0 as redeemed, i % 2 = 0 as opened, i % 5 = 0 as clicked, i % 90 = 0 as unsubscribed, false as complained from (${everybody})`,
    'outcomes.retention': "select (date '2026-01-01' + to_months(cohort::integer))::date as first_month, month as months_since, 160 as customers, (160 / (month + 1))::bigint as active, 1.0 / (month + 1) as share from range(0, 8) as cohorts(cohort), range(0, 9) as months(month) where cohort + month < 9",
    'outcomes.prediction_quality': "select * from (values ('2026-W48', 4831.0, 690.0, 0.18, 0.668, 0.82, 0.36, 0.32, 0.34)) as quality(cycle, customers, positives, threshold, auc, accuracy, precision, recall, f1)",
    'identities.persons': `select customer_id, 'p-' || case when i = 2 then 1 else i end as person_id, case when i < 3 then 2 else 1 end as records, case when i < 3 then 'key' else 'alone' end as kind, 1.0 as probability, 'the same device' as why from (${everybody})`,
    'identities.people': `select 'p-' || i as person_id, i % 3 = 0 as is_omnichannel from (${everybody}) where i <> 2`,
    'identities.review': "select * from (values ('C0000003', 'C0000004', 0.87, 'birth date the same, city nearly the same; but given name different')) as pairs(customer_id, other_customer_id, probability, why)",
    'identities.attribution': "select * from (values ('mail', 299.0, 53.0, 242.9, 414.2, 0.252, 346.0, 236.0, 434.0), ('web', 1122.0, 1190.0, 1120.4, 1004.6, 0.61, null, null, null)) as channels(channel, first_touch, last_touch, linear, markov, removal_effect, experiment, experiment_lower, experiment_upper)",
    'identities.offers': `select 'p-' || i as person_id, customer_id, 'offer' as decision, false as is_at_odds from (${everybody})`,
    'identities.app_push': `select customer_id, '20 % to come back' as offer, 'CODE-' || i as coupon_code from (${everybody})`,
    'identities.till': `select 'card-' || i as loyalty_card, '20 % to come back' as offer, 'CODE-' || i as coupon_code from (${everybody})`,
    'feedback.decisions': "select * from (values ('demo/2026-W49/offer-share', 'offer_share', 'share of the arms', 'Arm A gets 20 % of the recipients instead of 63 %.', 'A: 339 of 2345 bought', 'thompson-share 1', '{}'), ('demo/2026-W49/no-change', 'no_change', 'offers', 'the evidence is too thin', 'p = .4', 'hold 1', '{}')) as decisions(id, kind, subject, words, evidence, rule, value)",
  };
}

/** Writes two finished cycles of the shop `demo`, 2026-W48 and 2026-W49, with every relation that a page reads. */
export async function makeExampleLake(warehouse: Warehouse, { customers }: { readonly customers: number }): Promise<void> {
  for (const [at, cycle] of ['2026-W48', '2026-W49'].entries()) {
    const folder = { shop: 'demo', cycle };
    const session = await warehouse.open({});
    try {
      for (const [name, sql] of Object.entries(relations(customers, at))) await session.materialise(folder, { name, sql, external: 'example' });
    } finally {
      await session.close();
    }
    const place = join(warehouse.lake, 'demo', cycle);
    await mkdir(place, { recursive: true });
    await writeFile(join(place, 'report.html'), `<p>report of ${cycle}</p>`);
    await writeFile(join(place, 'report.json'), JSON.stringify({
      outcome: { state: 'completed', words: `+6.51 points <b>in</b> ${cycle}` }, asOf: '2026-11-30T00:00:00.000Z', madeAt: '2026-11-30T10:00:00.000Z', version: '0.1.0', steps: [{ name: 'collect', seconds: 2, rows: 400 }, { name: 'campaign', seconds: 30, rows: 3800 }],
      results: { measured: true, why: '', from: '2026-11-30T00:00:00.000Z', to: '2026-12-07T00:00:00.000Z', effects: [{ metric: 'conversion', arm: 'all', segment: 'all', difference: 0.065 + at / 100, lower: 0.035, upper: 0.09 }] },
    }));
  }
}

/** Fills the ledger with the letters of both cycles, what came back, consents, decisions and approvals. */
export async function fillExampleLedger(ledger: Ledger, { customers }: { readonly customers: number }): Promise<void> {
  const now = '2026-11-30T09:00:00.000Z';
  await openAlerts(ledger, { shop: 'demo', cycle: '2026-W49', now: new Date(now), alerts: ['Y1', 'Y2'].map((paymentId, place) => ({ paymentId, orderId: `O-${paymentId}`, customerId: 'C0000002', amount: 120.5, paidAt: '2026-11-29T10:00:00', score: 0.9 - place / 10, reasons: [`the address is in ${hostileTitle}, the bill in DE`] })) });
  for (const cycle of ['2026-W48', '2026-W49']) {
    const campaign = `demo/${cycle}/weekly`;
    await ledger.query('insert into campaigns (campaign, shop, cycle, hash, opened_at) values ($1, $2, $3, $4, $5::timestamptz)', [campaign, 'demo', cycle, 'hash-1', now]);
    await ledger.query(
      `insert into sends (key, shop, cycle, campaign, customer_id, address, locale, arm, segment, offer, page, variables, message_id, state, planned_at, updated_at)
       select md5($1 || i), 'demo', $2, $1, 'C' || lpad(i::text, 7, '0'), 'person.' || i || '@' || (array['mail.example', 'post.example', 'inbox.example', 'letters.example'])[i % 4 + 1], 'en', (array['A', 'B'])[i % 2 + 1], '1', '20 % to come back', i / 100, '{}', '<' || i || '@demo.example>', 'planned', $3::timestamptz, $3::timestamptz
       from generate_series(1, $4::integer) as i where i % 50 <> 0 and i % 11 <> 0 and i % 10 <> 0`,
      [campaign, cycle, now, customers],
    );
    await ledger.query("update sends set state = 'claimed' where campaign = $1", [campaign]);
    await ledger.query("update sends set relay_code = 550, relay_text = 'no such user', state = case when customer_id like '%99' then 'hard_bounced' when customer_id like '%98' then 'soft_bounced' else 'delivered' end where campaign = $1", [campaign]);
    await ledger.query("insert into approvals (campaign, hash, decision, by, comment, at) values ($1, 'hash-1', 'approved', 'Mara', 'looks good', $2::timestamptz)", [campaign, now]);
  }
  await ledger.query("insert into touches (send_key, kind, at, bot) select key, 'open', $1::timestamptz, false from sends where right(customer_id, 1) = '2'", [now]);
  await ledger.query("insert into coupons (code, send_key, campaign, customer_id, offer, kind, value, issued_at) select upper(left(key, 8)), key, campaign, customer_id, offer, 'percentage', 20, $1::timestamptz from sends where right(customer_id, 1) = '2'", [now]);
  await ledger.query("insert into suppressions (shop, address_hash, address, reason, source, suppressed_at) select 'demo', address_hash_of(address), address, 'hard bounce', 'relay', $1::timestamptz from sends where state = 'hard_bounced' on conflict do nothing", [now]);
  await ledger.query("insert into consents (shop, customer_id, purpose, state, at, source) values ('demo', 'C0000002', 'marketing', 'granted', $1::timestamptz, 'shop')", [now]);
  await ledger.query(
    `insert into decisions (id, shop, cycle, kind, subject, value, words, evidence, rule, actor, made_at) values
       ('d1', 'demo', '2026-W48', 'offer_share', 'arms', '{}', 'Arm A gets 63 % of the recipients instead of 50 %.', '"302 of 1868 bought"', 'thompson-share 1', 'feedback', $1::timestamptz),
       ('d2', 'demo', '2026-W49', 'offer_share', 'arms', '{}', 'Arm A gets 20 % of the recipients instead of 63 %.', '"339 of 2345 bought"', 'thompson-share 1', 'feedback', $1::timestamptz),
       ('d3', 'demo', '2026-W49', 'no_change', 'offers', '{}', 'the evidence is too thin', '"p = .4"', 'hold 1', 'feedback', $1::timestamptz)`,
    [now],
  );
}
