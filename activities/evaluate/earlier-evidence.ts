import { earlierCycles } from '../../gateways/warehouse/earlier-cycles.ts';
import type { CycleFolder, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

/** What a relation of earlier cycles looks like, for a session that has none. */
interface Carried {
  /** Relation of the cycle before. */
  readonly relation: string;
  /** Name of the view of it. */
  readonly view: string;
  /** A select without rows. */
  readonly none: string;
}

const nothing = (columns: Readonly<Record<string, string>>): string => `select ${Object.entries(columns).map(([name, type]) => `null::${type} as ${name}`).join(', ')} where false`;

const evidence: Carried = {
  relation: 'outcomes.evidence', view: 'outcomes.earlier_evidence',
  none: nothing({ customer_id: 'varchar', arm: 'varchar', cycles: 'integer', conversions: 'integer', revenue: 'double', margin: 'double', orders_before: 'double', revenue_before: 'double' }),
};

const seen = { mails: 'double', opens: 'double', clicks: 'double', redemptions: 'double', orders_mailed: 'double', orders_before: 'double', natural_chance: 'double' } as const;

const mailHistories: Carried = { relation: 'outcomes.mail_histories', view: 'plan.earlier_mail_histories', none: nothing({ customer_id: 'varchar', ...seen }) };

const responses: Carried = {
  relation: 'outcomes.responses', view: 'outcomes.earlier_responses',
  none: nothing({
    cycle: 'varchar', customer_id: 'varchar', standing: 'varchar', offer: 'varchar', orders: 'double', margin: 'double', redeemed: 'double', given: 'double', is_shipping: 'boolean',
    ...seen, recency_days: 'double', discount_share: 'double', store_share: 'double', average_order_value: 'double',
  }),
};

type Lake = Pick<Warehouse, 'find' | 'lake'>;

/**
 * Makes the relation of the latest earlier cycle that has one a view; a view without rows where there is none.
 * @returns names of the relations that it was made from, for lineage
 */
async function addEarlier(warehouse: Lake, session: WarehouseSession, { shop, cycle }: CycleFolder, { relation, view, none }: Carried): Promise<readonly string[]> {
  for (const name of await earlierCycles(warehouse.lake, { shop, cycle })) {
    const found = await warehouse.find({ shop, cycle: name }, relation);
    if (found === undefined) continue;
    await session.addView(view, found);
    return [view];
  }
  await session.run(`create schema if not exists ${view.split('.')[0]!}; create or replace view ${view} as ${none}`);
  return [];
}

/** Evidence of the latest earlier cycle that was measured, as `outcomes.earlier_evidence`. */
export const addEarlierEvidence = (warehouse: Lake, session: WarehouseSession, folder: CycleFolder): Promise<readonly string[]> => addEarlier(warehouse, session, folder, evidence);

/** What customers did with the letters before this cycle, as `plan.earlier_mail_histories`. */
export const addEarlierMailHistories = (warehouse: Lake, session: WarehouseSession, folder: CycleFolder): Promise<readonly string[]> => addEarlier(warehouse, session, folder, mailHistories);

/** Responses of earlier cycles, as `outcomes.earlier_responses`. */
export const addEarlierResponses = (warehouse: Lake, session: WarehouseSession, folder: CycleFolder): Promise<readonly string[]> => addEarlier(warehouse, session, folder, responses);
