import { detectableShares } from '../../algorithms/statistics/test-power.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { CycleScope, StepFigure } from '../contract.ts';
import { checkAssignment, type ArmSize } from './check-assignment.ts';
import { checkGuardrails, guardrailWords, type ArmComplaints, type Guardrail } from './check-guardrails.ts';
import { computeEffects, type CustomerOutcome } from './compute-effects.ts';
import { computeReturns, programmeReturn, type CustomerReturn, type ProgrammeReturn } from './compute-returns.ts';
import type { Effect } from './contract.ts';
import { addEarlierEvidence, addEarlierMailHistories, addEarlierResponses } from './earlier-evidence.ts';
import { columnOf, numbersOfEffect, readEffects, textsOfEffect } from './read-effects.ts';

export interface Measured {
  /** `outcomes.customers`, and where the arms may be compared `outcomes.evidence`, `outcomes.effects` and `outcomes.guardrails`. */
  readonly relations: Readonly<Record<string, RelationRef>>;
  readonly effects: readonly Effect[];
  readonly figures: readonly StepFigure[];
  /** Why the arms may not be compared; empty where they may. */
  readonly mismatch: string;
}

/**
 * Compares the arms of a campaign: first whether their sizes are what was planned, since else nothing may be read from them; then effects and guardrails,
 * and adds what was seen to the evidence of earlier cycles. `outcomes.order_lines` and `outcomes.touches` must be there.
 */
export async function measureCampaign(warehouse: Warehouse, session: WarehouseSession, input: CycleScope, { campaign, gates, seed, currency }: ShopSettings): Promise<Measured> {
  const relations: Record<string, RelationRef> = {};
  const earlier = await addEarlierEvidence(warehouse, session, input);
  const arms = campaign.arms.map((arm) => arm.name);
  const byUplift = campaign.targeting.by === 'uplift';
  relations['outcomes.customers'] = await session.materialise(input, {
    name: 'outcomes.customers', sql: await readSql('outcomes.customers'), parameters: { seed, holdout_share: campaign.holdout_share, arms, keeps_arms: !byUplift },
    inputs: ['plan.recipients', 'plan.offers', 'snapshot.refused_consents', 'snapshot.suppressions', 'snapshot.products', 'outcomes.order_lines', 'outcomes.touches', ...earlier],
  });
  const figures = await countFigures(session);
  const mismatch = checkAssignment(await armSizes(session, arms, byUplift ? await restShare(session) : campaign.holdout_share));
  if (mismatch !== '') return { relations, effects: [], figures, mismatch };

  relations['outcomes.evidence'] = await session.materialise(input, { name: 'outcomes.evidence', sql: await readSql('outcomes.evidence'), parameters: { as_of: input.asOf }, inputs: ['outcomes.customers', 'features.orders', ...earlier] });
  if (byUplift) Object.assign(relations, await keepResponses(warehouse, session, input));
  relations['outcomes.effects'] = await writeEffects(session, input);
  const effects = await readEffects(session);
  relations['outcomes.guardrails'] = await writeGuardrails(session, input, effects, gates.maximum_unsubscribe_share);
  relations['outcomes.returns'] = await writeReturns(session, input, { byUplift, costPerMail: campaign.cost_per_mail });
  const tripped = (await readGuardrails(session)).filter((guardrail) => guardrail.tripped);
  return { relations, effects, mismatch, figures: [...figures, ...powerFigures(effects), ...await returnFigures(session, currency), ...tripped.map((guardrail) => ({ label: 'guardrail', value: guardrailWords(guardrail) }))] };
}

/** `outcomes.mail_histories` and `outcomes.responses`: what the next cycles learn from whom to mail. */
async function keepResponses(warehouse: Warehouse, session: WarehouseSession, input: CycleScope): Promise<Record<string, RelationRef>> {
  const histories = await addEarlierMailHistories(warehouse, session, input);
  const responses = await addEarlierResponses(warehouse, session, input);
  return {
    'outcomes.mail_histories': await session.materialise(input, { name: 'outcomes.mail_histories', sql: await readSql('outcomes.mail_histories'), inputs: ['plan.mail_features', 'outcomes.customers', ...histories] }),
    'outcomes.responses': await session.materialise(input, {
      name: 'outcomes.responses', sql: await readSql('outcomes.responses'), parameters: { cycle: input.cycle },
      inputs: ['plan.mail_features', 'plan.recipients', 'outcomes.order_lines', 'snapshot.products', ...responses],
    }),
  };
}

/** The share of the targeted whom the plan let rest by lot. */
async function restShare(session: WarehouseSession): Promise<number> {
  const [{ rest }] = await session.rows<{ rest: number }>('select max(rest_share) as rest from plan.offer_mix') as [{ rest: number }];
  return rest;
}

/** Who is in each arm, and the share of all that the plan meant for it. */
async function armSizes(session: WarehouseSession, arms: readonly string[], holdoutShare: number): Promise<ArmSize[]> {
  const counts = await session.rows<{ arm: string; customers: number }>('select arm, count(*) as customers from outcomes.customers group by arm order by arm');
  // Segments may have shares of their own; each customer counts with the one of theirs.
  const [{ share }] = await session.rows<{ share: number }>(`
    select coalesce(sum(share_a::decimal(9, 6) * customers)::double / sum(customers), 0.5) as share
    from (select segment, count(*) as customers from outcomes.customers group by segment) inner join plan.offers using (segment)`) as [{ share: number }];
  const planned: Record<string, number> = { holdout: holdoutShare };
  arms.forEach((arm, place) => { planned[arm] = (1 - holdoutShare) * (arms.length === 1 ? 1 : place === 0 ? share : 1 - share); });
  return Object.entries(planned).map(([arm, part]) => ({ arm, customers: counts.find((row) => row.arm === arm)?.customers ?? 0, planned: part }));
}

function writeEffects(session: WarehouseSession, folder: CycleScope): Promise<RelationRef> {
  return session.write(folder, {
    name: 'outcomes.effects', algorithm: 'compute-effects 2', inputs: ['outcomes.customers', 'outcomes.evidence'],
    columns: async () => {
      const outcomes = await session.rows<Record<keyof CustomerOutcome, string & boolean & number>>(`
        select customers.arm, segment_name as segment, converted, customers.revenue, customers.margin, revenue_before as "revenueBefore"
        from outcomes.customers as customers
        inner join outcomes.evidence as evidence on customers.customer_id::varchar = evidence.customer_id and customers.arm = evidence.arm
        order by customers.customer_id`);
      const effects = computeEffects(outcomes);
      return [...textsOfEffect.map((name) => ({ name, type: 'VARCHAR' as const, values: effects.map((effect) => effect[name]) })), ...numbersOfEffect.map((name) => ({ name: columnOf(name), type: 'DOUBLE' as const, values: effects.map((effect) => effect[name]) }))];
    },
  });
}

function writeGuardrails(session: WarehouseSession, folder: CycleScope, effects: readonly Effect[], maximumUnsubscribeShare: number): Promise<RelationRef> {
  return session.write(folder, {
    name: 'outcomes.guardrails', algorithm: 'check-guardrails 1', inputs: ['outcomes.customers', 'outcomes.effects'], parameters: { maximumUnsubscribeShare },
    columns: async () => {
      const complaints = await session.rows<ArmComplaints & Record<string, string | number>>("select arm, count(*) as mailed, count_if(unsubscribed or complained) as \"left\" from outcomes.customers where decision = 'send' group by arm order by arm");
      const rows = checkGuardrails(complaints, effects, { maximumUnsubscribeShare });
      const figures = ['value', 'lower', 'upper', 'limit'] as const;
      return [
        { name: 'guardrail', type: 'VARCHAR', values: rows.map((row) => row.guardrail) }, { name: 'arm', type: 'VARCHAR', values: rows.map((row) => row.arm) },
        ...figures.map((name) => ({ name: `${name}`, type: 'DOUBLE' as const, values: rows.map((row) => row[name]) })), { name: 'tripped', type: 'BOOLEAN', values: rows.map((row) => row.tripped) },
      ];
    },
  });
}

const returnTexts = ['scope', 'name'] as const;
const returnNumbers = ['letters', 'incrementalMargin', 'lower', 'upper', 'cost', 'roi', 'roiLower', 'roiUpper'] as const;

/** `outcomes.returns`: what letters brought and cost by arm, by segment, and over all cycles against the permanent holdout. */
function writeReturns(session: WarehouseSession, folder: CycleScope, { byUplift, costPerMail }: { readonly byUplift: boolean; readonly costPerMail: number }): Promise<RelationRef> {
  return session.write(folder, {
    name: 'outcomes.returns', algorithm: 'compute-returns 1', inputs: ['outcomes.customers', byUplift ? 'outcomes.responses' : 'outcomes.evidence'], parameters: { costPerMail },
    columns: async () => {
      const customers = await session.rows<Record<keyof CustomerReturn, string & boolean & number>>("select arm, segment_name as segment, decision = 'send' as mailed, margin from outcomes.customers order by customer_id");
      // Where arms are drawn anew each cycle, only who is never mailed was held out of all of them.
      const programme = byUplift
        ? { rows: "select bool_and(standing = 'never mailed') as held, count(*) as cycles, sum(margin::decimal(18, 4))::double as margin from outcomes.responses group by customer_id order by customer_id", letters: "select count_if(standing = 'mailed') as letters from outcomes.responses" }
        : { rows: "select arm = 'holdout' as held, cycles, margin from outcomes.evidence order by customer_id, arm", letters: "select coalesce(sum(cycles) filter (where arm <> 'holdout'), 0)::bigint as letters from outcomes.evidence" };
      const [{ letters }] = await session.rows<{ letters: number }>(programme.letters) as [{ letters: number }];
      const whole = programmeReturn(await session.rows<Record<keyof ProgrammeReturn, boolean & number>>(programme.rows), letters, costPerMail);
      const returns = [...computeReturns(customers, costPerMail), ...(whole === undefined ? [] : [whole])];
      return [...returnTexts.map((name) => ({ name, type: 'VARCHAR' as const, values: returns.map((row) => row[name]) })), ...returnNumbers.map((name) => ({ name: columnOf(name), type: 'DOUBLE' as const, values: returns.map((row) => row[name]) }))];
    },
  });
}

/** The campaign's and the programme's return, for people. */
async function returnFigures(session: WarehouseSession, currency: string): Promise<StepFigure[]> {
  const rows = await session.rows<Record<(typeof returnTexts)[number], string> & Record<'margin' | 'lower' | 'upper', number> & { roi: number | null }>(
    "select scope, name, incremental_margin as margin, lower, upper, roi from outcomes.returns where name = 'all' or scope = 'programme' order by scope");
  return rows.map(({ scope, margin, lower, upper, roi }) => ({
    label: scope === 'programme' ? 'margin that all letters so far brought' : 'margin that this campaign brought',
    value: `${margin.toFixed(0)} ${currency} (95 % interval ${lower.toFixed(0)} to ${upper.toFixed(0)})${roi === null ? '' : `, ${roi.toFixed(1)} times its cost`}`,
  }));
}

/** Where the arms stand against their limits, out of `outcomes.guardrails`. */
export function readGuardrails(session: WarehouseSession): Promise<Guardrail[]> {
  return session.rows<Guardrail & Record<string, string | number | boolean>>('select guardrail, arm, value, lower, upper, "limit", tripped from outcomes.guardrails order by guardrail, arm');
}

async function countFigures(session: WarehouseSession): Promise<StepFigure[]> {
  const [row] = await session.rows<Record<'assigned' | 'since' | 'buyers' | 'redeemed' | 'unsubscribed', number>>(
    "select count_if(decision <> 'none') as assigned, count_if(decision = 'none') as since, count_if(converted) as buyers, count_if(redeemed) as redeemed, count_if(unsubscribed) as unsubscribed from outcomes.customers");
  return [
    { label: 'customers assigned', value: row!.assigned }, { label: 'unsubscribed since an earlier assignment, still counted', value: row!.since }, { label: 'bought in the window', value: row!.buyers },
    { label: 'coupons redeemed', value: row!.redeemed }, { label: 'unsubscribed', value: row!.unsubscribed },
  ];
}

/** What a campaign of this size could have found, so that "no difference" is not read as "the same". */
function powerFigures(effects: readonly Effect[]): StepFigure[] {
  const conversion = effects.find((effect) => effect.metric === 'conversion' && effect.arm === 'all' && effect.segment === 'all');
  if (conversion === undefined || conversion.controlMean <= 0 || conversion.controlMean >= 0.9) return [];
  try {
    const least = detectableShares(conversion.control, 0.8, { controlShare: conversion.controlMean, ratio: conversion.treated / conversion.control });
    return [{ label: 'smallest lift of the conversion found 4 times of 5', value: Number(least.toFixed(4)) }];
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}
