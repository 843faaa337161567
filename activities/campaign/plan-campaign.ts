import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { RelationRef, Relations } from '../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { CycleScope } from '../contract.ts';
import { assignOffers } from './assign-offers.ts';
import type { CampaignPlan, PlanCampaignInput } from './contract.ts';
import { leaveOutSuspects } from './leave-out-suspects.ts';
import { contentHash, planHash } from './plan-hash.ts';
import { planTargets } from './plan-targets.ts';
import { productsInStock } from './products-in-stock.ts';

/** Share of recipients who get the first arm, where no decision says otherwise. */
const evenShare = 0.5;

/**
 * Who gets what and why, or why not: `plan.offers` (one row a segment) and `plan.recipients` (one row a customer).
 * The plan's hash covers audience, content, offers and schedule; an approval is bound to it.
 */
export async function planCampaign(session: WarehouseSession, warehouse: Pick<Warehouse, 'find' | 'lake'>, shop: ShopFolder, input: PlanCampaignInput): Promise<CampaignPlan> {
  const { campaign, locale } = shop.settings;
  const summaries = await session.rows<{ segment: number; name: string; traits: string }>('select segment, name, traits from segments.summaries order by segment');
  const offers = assignOffers(summaries.map(({ traits, ...summary }) => ({ ...summary, traits: traits.split(',') })), campaign.offers);
  const shareOfFirstArm = await decidedShare(session);
  const catalogue = offers.map(({ segment, name, offer }) => ({ segment, segment_name: name, offer: offer.name, offer_kind: offer.kind, offer_value: offer.value, expected_cost: offer.expected_cost, share_a: shareOfFirstArm }));
  const column = <Name extends keyof (typeof catalogue)[number]>(name: Name, type: 'INTEGER' | 'VARCHAR' | 'DOUBLE') => ({ name, type, values: catalogue.map((row) => row[name]) });
  const relations: Record<string, RelationRef> = {
    'plan.offers': await session.write(input, {
      name: 'plan.offers', algorithm: 'assign-offers 1', inputs: ['segments.summaries', 'snapshot.decisions'], parameters: { catalogue: JSON.stringify(campaign.offers) },
      columns: () => [column('segment', 'INTEGER'), column('segment_name', 'VARCHAR'), column('offer', 'VARCHAR'), column('offer_kind', 'VARCHAR'), column('offer_value', 'DOUBLE'), column('expected_cost', 'DOUBLE'), column('share_a', 'DOUBLE')],
    }),
  };
  const byUplift = campaign.targeting.by === 'uplift';
  // Where uplift decides who is mailed, budget and maximum are its to keep.
  const audience = byUplift ? 'plan.candidates' : 'plan.recipients';
  if (campaign.follow_stock) Object.assign(relations, await productsInStock(session, warehouse, input));
  let audienceSql = await readSql('plan.recipients');
  if (shop.settings.risk.leave_out_of_coupons) {
    const suspects = await leaveOutSuspects(session, warehouse, input, audienceSql);
    relations['plan.suspects'] = suspects.relation;
    audienceSql = suspects.sql;
  }
  relations[audience] = await session.materialise(input, {
    name: audience, file: 'plan.recipients', sql: campaign.follow_stock ? audienceSql.replace('from features.favourite_products', 'from plan.products') : audienceSql,
    parameters: {
      seed: shop.settings.seed, holdout_share: campaign.holdout_share, budget: byUplift ? 1e11 : campaign.budget, locale,
      maximum_recipients: byUplift ? Number.MAX_SAFE_INTEGER : campaign.maximum_recipients ?? Number.MAX_SAFE_INTEGER, arms: campaign.arms.map((arm) => arm.name),
    },
  });
  if (byUplift) Object.assign(relations, await planTargets(session, warehouse, shop, input));

  return describePlan(session, shop, input, relations);
}

/** The plan as people and workflows see it, out of its relations. */
export async function describePlan(session: WarehouseSession, shop: ShopFolder, input: CycleScope, relations: Relations): Promise<CampaignPlan> {
  const { campaign } = shop.settings;
  const decisions = await session.rows<{ decision: string; why: string; customers: number; cost: number }>(
    "select decision, case when decision = 'none' then why else '' end as why, count(*) as customers, sum(expected_cost::decimal(18, 6))::double as cost from plan.recipients group by all order by customers desc, why");
  const bySegment = await session.rows<{ segment: string; offer: string; customers: number; cost: number }>(
    "select segment_name as segment, offer, count(*) as customers, sum(expected_cost::decimal(18, 6))::double as cost from plan.recipients where decision = 'send' group by all order by customers desc, segment");
  const count = (decision: string): number => decisions.find((row) => row.decision === decision)?.customers ?? 0;
  return {
    campaign: `${input.shop}/${input.cycle}/weekly`,
    relations,
    toSend: count('send'),
    holdout: count('holdout'),
    leftOut: decisions.filter((row) => row.decision === 'none').map(({ why: reason, customers }) => ({ reason, customers })),
    hash: planHash(shop, input, relations),
    contentHash: contentHash(shop),
    offers: bySegment,
    budget: campaign.budget,
    expectedCost: bySegment.reduce((sum, row) => sum + row.cost, 0),
  };
}

/** The first arm's share by the latest decision in force. */
async function decidedShare(session: WarehouseSession): Promise<number> {
  const [decision] = await session.rows<{ value: string }>("select value from snapshot.decisions where kind = 'offer_share'");
  return decision === undefined ? evenShare : (JSON.parse(decision.value) as { share: number }).share;
}
