import { join } from 'node:path';
import { LogisticRegression } from '../../algorithms/predict/logistic-regression.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { liveWeek, type GivenMail } from '../../simulator/live-week.ts';
import { dayOfWeek } from './living-shop.ts';
import type { WeekScore } from './score.ts';

export type Baseline = 'no mail' | 'same offer' | 'response model';

export interface BaselineInput {
  readonly warehouse: Warehouse;
  /** A copy of the seed's history, for this policy alone. */
  readonly folder: string;
  readonly weeks: number;
  readonly baseline: Baseline;
  readonly settings: ShopSettings;
  /** Of the catalogue: the one offer of this baseline. */
  readonly offer: ShopSettings['campaign']['offers'][number];
}

interface Customer {
  readonly customer: string;
  readonly email: string;
  readonly features: readonly number[];
}

/**
 * Lets a shop live by a policy that does not learn what letters cause. It mails whom the loop may mail (an order, consent, an address, nobody of the same
 * permanent holdout, nobody who unsubscribed), and no more of them a week: nobody; with one offer whoever the lot names; or with that offer those whom a logistic
 * regression holds likeliest to buy when mailed, learnt from everybody mailed before (the first week by lot).
 */
export async function runBaseline({ warehouse, folder, weeks, baseline, settings, offer }: BaselineInput): Promise<WeekScore[]> {
  const scores: WeekScore[] = [];
  const seen: { features: readonly number[]; bought: number }[] = [];
  for (let week = 0; week < weeks; week++) {
    const [from, to] = [dayOfWeek(week), dayOfWeek(week + 1)];
    await using session = await warehouse.open({});
    const audience = baseline === 'no mail' ? [] : await readAudience(session, folder, from, settings, week > 0);
    const mailed = (baseline === 'response model' && seen.length > 0 ? likeliest(audience, seen) : audience).slice(0, settings.campaign.maximum_recipients);
    const { margin, freeShippings, trueEffect } = await liveWeek({ folder, outbox: mailed.map(({ email }): GivenMail => ({ recipient: email, offer: { kind: offer.kind, value: offer.kind === 'free_shipping' ? 0 : offer.value }, couponCode: 'AAAA-AAAA' })), from, to });
    scores.push({ mailed: mailed.length, margin: margin - freeShippings * shippingCost(settings) - mailed.length * settings.campaign.cost_per_mail, trueEffect });
    if (baseline !== 'response model') continue;
    const buyers = new Set(await session.texts(`select distinct customer_id from read_csv(${quoteLiteral(join(folder, 'orders', `week-${from}.csv`))}, header = true, all_varchar = true) where customer_id is not null`));
    seen.push(...mailed.map(({ customer, features }) => ({ features, bought: Number(buyers.has(customer)) })));
  }
  return scores;
}

/** What an order for nothing costs to send, by the catalogue. */
export function shippingCost({ campaign }: ShopSettings): number {
  return campaign.offers.find(({ kind }) => kind === 'free_shipping')?.value ?? 0;
}

async function readAudience(session: WarehouseSession, folder: string, day: string, { seed, campaign }: ShopSettings, hasAnswers: boolean): Promise<Customer[]> {
  const file = (name: string): string => quoteLiteral(join(folder, name));
  const left = hasAnswers ? `select customer_id from read_parquet(${file('truth/responses-*.parquet')}) where unsubscribes` : 'select null::varchar as customer_id where false';
  const rows = await session.rows<{ customer: string; email: string; recency: number; orders: number; spent: number; discounted: number }>(`
    with orders as (
      select customer_id, max(ordered_at::timestamp) as last_at, count(distinct order_id) as orders, sum(quantity::double * unit_price::double - discount::double) as spent, avg((discount::double > 0)::integer) as discounted
      from read_csv(${file('orders/*.csv')}, header = true, all_varchar = true) where ordered_at < ${quoteLiteral(day)} group by customer_id
    )
    select customer_id as customer, email, ln(1 + date_diff('day', last_at, ${quoteLiteral(day)}::timestamp)) as recency, ln(1 + orders) as orders, ln(1 + spent) as spent, discounted
    from read_csv(${file('customers.csv')}, header = true, all_varchar = true) inner join orders using (customer_id)
    where consent = 'granted' and email is not null and (md5_number_lower('holdout:' || ${seed} || ':' || customer_id) % 1000000)::double / 1000000 >= ${campaign.holdout_share}
      and customer_id not in (${left})
    qualify row_number() over (partition by lower(email) order by customer_id) = 1
    order by md5_number_lower('lot:' || ${seed} || ':' || ${quoteLiteral(day)} || ':' || customer_id), customer_id`);
  return rows.map(({ customer, email, recency, orders, spent, discounted }) => ({ customer, email, features: [recency, orders, spent, discounted] }));
}

function likeliest(audience: readonly Customer[], seen: readonly { readonly features: readonly number[]; readonly bought: number }[]): Customer[] {
  const columns = seen[0]!.features.length;
  const model = new LogisticRegression().fit(Float64Array.from(seen.flatMap(({ features }) => features)), seen.length, columns, Uint8Array.from(seen, ({ bought }) => bought));
  const chances = model.predictProbability(Float64Array.from(audience.flatMap(({ features }) => features)), audience.length);
  return audience.map((customer, row) => ({ customer, chance: chances[row]! })).sort((a, b) => b.chance - a.chance || (a.customer.customer < b.customer.customer ? -1 : 1)).map(({ customer }) => customer);
}
