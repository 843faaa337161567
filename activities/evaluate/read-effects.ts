import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { Effect } from './contract.ts';

/** Columns of `outcomes.effects` that are texts, by their names in `Effect`. */
export const textsOfEffect = ['metric', 'arm', 'segment'] as const;
/** Those that are numbers. */
export const numbersOfEffect = ['treated', 'control', 'treatedMean', 'controlMean', 'difference', 'lower', 'upper', 'pValue', 'adjustedPValue'] as const;
/** The column of a field. */
export const columnOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** What the letters did, by metric, arm and segment, from `outcomes.effects`; a workflow only carries the reference. */
export async function readEffects(session: WarehouseSession): Promise<Effect[]> {
  const rows = await session.rows<Record<(typeof textsOfEffect)[number], string> & Record<(typeof numbersOfEffect)[number], number>>(`select ${[...textsOfEffect, ...numbersOfEffect.map((name) => `${columnOf(name)} as "${name}"`)].join(', ')} from outcomes.effects`);
  return rows.map(({ adjustedPValue, ...effect }) => (adjustedPValue === null ? effect : { ...effect, adjustedPValue }));
}
