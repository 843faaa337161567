import type { Relations } from '../../gateways/warehouse/relation-ref.ts';
import type { Cell, Warehouse } from '../../gateways/warehouse/warehouse.ts';

export interface JourneyTables {
  readonly funnel: readonly { readonly dimension: string; readonly value: string; readonly sessions: number; readonly carts: number; readonly checkouts: number; readonly purchases: number; readonly conversion: number }[];
  readonly stepTimes: readonly { readonly step: string; readonly channel: string; readonly sessions: number; readonly secondsMedian: number }[];
  /** What those who drop have in common, the surest of each step. */
  readonly dropRules: readonly { readonly step: string; readonly conditions: string; readonly about: string; readonly sessions: number; readonly rate: number; readonly lift: number; readonly falseDiscoveryRate: number }[];
}

/** The tables of a study, as people and programs are told them. */
export async function readJourneys(warehouse: Warehouse, relations: Relations): Promise<JourneyTables> {
  await using session = await warehouse.open(relations);
  const rows = <Row extends Record<string, Cell>>(sql: string): Promise<Row[]> => session.rows<Row>(sql);
  return {
    funnel: await rows("select dimension, value, sessions, carts, checkouts, purchases, conversion from journeys.funnel order by list_position(['all', 'channel', 'device', 'segment'], dimension), sessions desc, value"),
    stepTimes: await rows('select step, channel, sessions, seconds_median as "secondsMedian" from journeys.step_times order by place, channel'),
    dropRules: await rows('select step, conditions, about, sessions, rate, lift, false_discovery_rate as "falseDiscoveryRate" from journeys.drop_rules qualify row_number() over (partition by step order by p_value, conditions) <= 5 order by list_position([\'payment\', \'checkout\', \'cart\', \'view\'], step), p_value, conditions'),
  };
}
