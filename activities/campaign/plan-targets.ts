import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { Column, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { addEarlierMailHistories } from '../evaluate/earlier-evidence.ts';
import { expectedGains, gainColumns, type MailPolicy } from '../mail-policy.ts';
import type { PlanCampaignInput } from './contract.ts';

/**
 * Turns `plan.candidates` into `plan.recipients`: mails whom the policy in force expects to bring more with a letter than without, by the offers' shares
 * in force; the rest of the audience is left out, and some of those it would mail rest by lot.
 */
export async function planTargets(session: WarehouseSession, warehouse: Pick<Warehouse, 'find' | 'lake'>, { settings }: ShopFolder, input: PlanCampaignInput): Promise<Record<string, RelationRef>> {
  const { campaign, seed } = settings;
  const { targeting, cost_per_mail: costPerMail } = campaign;
  const earlier = await addEarlierMailHistories(warehouse, session, input);
  const relations: Record<string, RelationRef> = {};
  relations['plan.mail_features'] = await session.materialise(input, {
    name: 'plan.mail_features', sql: await readSql('plan.mail_features'), parameters: { as_of: input.asOf }, inputs: ['plan.candidates', 'features.customers', 'features.orders', 'segments.predictions', ...earlier],
  });

  relations['plan.gains'] = await session.write(input, {
    name: 'plan.gains', algorithm: 'expected-gains 1', inputs: ['plan.mail_features', 'snapshot.decisions'], parameters: { costPerMail },
    columns: async (): Promise<Column[]> => {
      const policy = await decided<MailPolicy>(session, 'mail_policy');
      const customers = await session.texts('select customer_id::varchar from plan.mail_features order by customer_id');
      const { values, rows } = await session.matrix(`select ${gainColumns} from plan.mail_features order by customer_id`);
      const gains = policy === undefined ? [] : expectedGains(policy, values, rows, costPerMail);
      return [
        { name: 'customer_id', type: 'VARCHAR', values: customers },
        { name: 'expected_gain', type: 'DOUBLE', values: customers.map((_, row) => gains[row]?.gain) },
        { name: 'expected_cost', type: 'DOUBLE', values: customers.map((_, row) => gains[row]?.cost ?? costPerMail) },
      ];
    },
  });

  const shares = (await decided<{ readonly shares: Readonly<Record<string, number>> }>(session, 'offer_mix'))?.shares;
  const mailedShare = (await decided<{ readonly share: number }>(session, 'mailed_share'))?.share;
  relations['plan.offer_mix'] = await session.write(input, {
    name: 'plan.offer_mix', algorithm: 'offer-mix 2', inputs: ['snapshot.decisions'], parameters: { catalogue: JSON.stringify(campaign.offers), restShare: targeting.rest_share, leadingShare: targeting.leading_offer_share },
    columns: (): Column[] => {
      const others = campaign.offers.length - 1;
      const atFirst = campaign.offers.map((_, place) => (others === 0 ? 1 : place === 0 ? Math.max(targeting.leading_offer_share, 1 / (others + 1)) : Math.min(1 - targeting.leading_offer_share, others / (others + 1)) / others));
      const given = campaign.offers.map(({ name }, place) => (shares === undefined ? atFirst[place]! : shares[name] ?? targeting.minimum_offer_share));
      const whole = given.reduce((sum, share) => sum + share, 0);
      const until = given.map((_, place) => given.slice(0, place + 1).reduce((sum, share) => sum + share, 0) / whole);
      // A sum of fractions may end a little below 1, and the last draw must find an offer.
      until[until.length - 1] = 1;
      return [
        { name: 'offer', type: 'VARCHAR', values: campaign.offers.map(({ name }) => name) }, { name: 'offer_kind', type: 'VARCHAR', values: campaign.offers.map(({ kind }) => kind) },
        { name: 'offer_value', type: 'DOUBLE', values: campaign.offers.map(({ value }) => value) },
        { name: 'share_from', type: 'DOUBLE', values: [0, ...until.slice(0, -1)] }, { name: 'share_until', type: 'DOUBLE', values: until },
        { name: 'rest_share', type: 'DOUBLE', values: campaign.offers.map(() => (mailedShare === undefined ? targeting.rest_share : 1 - mailedShare)) },
      ];
    },
  });
  const [{ rest }] = await session.rows<{ rest: number }>('select max(rest_share) as rest from plan.offer_mix') as [{ rest: number }];
  relations['plan.recipients'] = await session.materialise(input, {
    name: 'plan.recipients', file: 'plan.targeted_recipients', sql: await readSql('plan.targeted_recipients'),
    parameters: {
      seed, cycle: input.cycle, rest_share: rest, minimum_gain: targeting.minimum_gain, budget: campaign.budget,
      maximum_recipients: campaign.maximum_recipients ?? Number.MAX_SAFE_INTEGER, arms: campaign.arms.map((arm) => arm.name),
    },
    inputs: ['plan.candidates', 'plan.gains', 'plan.offers', 'plan.offer_mix'],
  });
  return relations;
}

async function decided<Value>(session: WarehouseSession, kind: 'mail_policy' | 'offer_mix' | 'mailed_share'): Promise<Value | undefined> {
  const [decision] = await session.rows<{ value: string }>(`select value from snapshot.decisions where kind = '${kind}'`);
  return decision === undefined ? undefined : JSON.parse(decision.value) as Value;
}
