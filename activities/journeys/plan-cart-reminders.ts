import { ClienteleError } from '../../gateways/errors.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

/** Whom a reminder of a cart would go to. */
export interface CartPlan {
  readonly relations: Readonly<Record<string, RelationRef>>;
  readonly offer: string;
  readonly toSend: number;
  readonly holdout: number;
  readonly expectedCost: number;
  readonly leftOut: readonly { readonly reason: string; readonly customers: number }[];
}

/** Relations of the cycle that the planner reads. */
export const cartPlanNeeds = ['snapshot.customers', 'snapshot.products', 'snapshot.refused_consents', 'snapshot.suppressions', 'segments.memberships', 'segments.predictions', 'segments.summaries', 'features.customers', 'features.interests', 'plan.recipients', 'journeys.abandoned_carts'] as const;

/**
 * The plan of a triggered campaign, `journeys.cart_recipients`: sql/plan/recipients.sql over those who left a cart, so that consent, suppression, budget,
 * one mail an address and the holdout are the campaign's own; who gets the campaign's letter gets no second one. Its products are those of the cart.
 * @throws ClienteleError SETTING_INVALID where the offer of `journeys.carts` is none of the catalogue
 */
export async function planCartReminders(session: WarehouseSession, shop: ShopFolder, folder: CycleFolder): Promise<CartPlan> {
  const { campaign, journeys, seed, locale } = shop.settings;
  const wanted = journeys.carts.offer ?? campaign.offers.at(-1)?.name;
  const offer = campaign.offers.find(({ name }) => name === wanted);
  if (offer === undefined) throw new ClienteleError('SETTING_INVALID', { file: `${shop.path}/shop.yaml`, problems: `journeys.carts.offer: ${journeys.carts.offer} is none of campaign.offers` });
  const relations: Record<string, RelationRef> = {};
  const make = async (name: string): Promise<void> => { relations[name] = await session.materialise(folder, { name, sql: await readSql(name) }); };
  await make('journeys.cart_customers');
  await make('journeys.cart_memberships');
  await make('journeys.cart_products');
  const segments = await session.rows<{ segment: number; name: string }>('select segment, name from segments.summaries order by segment');
  const all = <Value>(value: Value): Value[] => segments.map(() => value);
  relations['journeys.cart_offers'] = await session.write(folder, {
    name: 'journeys.cart_offers', algorithm: 'one-offer 1', inputs: ['segments.summaries'], parameters: { offer: JSON.stringify(offer) },
    columns: () => [
      { name: 'segment', type: 'INTEGER', values: segments.map(({ segment }) => segment) }, { name: 'segment_name', type: 'VARCHAR', values: segments.map(({ name }) => name) },
      { name: 'offer', type: 'VARCHAR', values: all(offer.name) }, { name: 'offer_kind', type: 'VARCHAR', values: all(offer.kind) }, { name: 'offer_value', type: 'DOUBLE', values: all(offer.value) },
      { name: 'expected_cost', type: 'DOUBLE', values: all(offer.expected_cost) }, { name: 'share_a', type: 'DOUBLE', values: all(1) },
    ],
  });
  // The planner reads these names: here they are the people with a cart, the one offer, and what is in the cart.
  await session.addView('snapshot.customers', relations['journeys.cart_customers']!);
  await session.addView('segments.memberships', relations['journeys.cart_memberships']!);
  await session.addView('features.favourite_products', relations['journeys.cart_products']!);
  await session.addView('plan.offers', relations['journeys.cart_offers']);
  relations['journeys.cart_recipients'] = await session.materialise(folder, {
    name: 'journeys.cart_recipients', file: 'plan.recipients', sql: await readSql('plan.recipients'),
    parameters: { seed, holdout_share: campaign.holdout_share, budget: campaign.budget, locale, maximum_recipients: campaign.maximum_recipients ?? Number.MAX_SAFE_INTEGER, arms: campaign.arms.map((arm) => arm.name) },
  });
  const decisions = await session.rows<{ decision: string; why: string; customers: number; cost: number }>("select decision, case when decision = 'none' then why else '' end as why, count(*) as customers, sum(expected_cost::decimal(18, 6))::double as cost from journeys.cart_recipients group by all order by customers desc, why");
  const count = (decision: string): number => decisions.find((row) => row.decision === decision)?.customers ?? 0;
  return {
    relations, offer: offer.name, toSend: count('send'), holdout: count('holdout'), expectedCost: decisions.find(({ decision }) => decision === 'send')?.cost ?? 0,
    leftOut: decisions.filter(({ decision }) => decision === 'none').map(({ why: reason, customers }) => ({ reason, customers })),
  };
}
