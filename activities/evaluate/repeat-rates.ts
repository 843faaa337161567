import { kaplanMeier, survivalRow } from '../../algorithms/statistics/kaplan-meier.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { CycleScope } from '../contract.ts';

const horizons = [30, 60, 90, 180, 365] as const;

/**
 * `outcomes.repeat_rates`: the share of buyers who bought again within some days of their first order, by Kaplan and Meier, so that those who are
 * new count as long as they were there; with how many were watched that long. Horizons nobody reached are left out.
 */
export async function writeRepeatRates(session: WarehouseSession, input: CycleScope): Promise<Readonly<Record<string, RelationRef>>> {
  const waits = await session.materialise(input, { name: 'outcomes.repeat_waits', sql: await readSql('outcomes.repeat_waits'), parameters: { as_of: input.asOf } });
  const rates = await session.write(input, {
    name: 'outcomes.repeat_rates', algorithm: 'kaplan-meier 1', inputs: ['outcomes.repeat_waits'],
    columns: async () => {
      const { values, rows } = await session.matrix('select days, came_again::int as came_again from outcomes.repeat_waits order by customer_id');
      const column = (place: number): Float64Array => Float64Array.from({ length: rows }, (_, row) => values[row * 2 + place]!);
      const durations = column(0);
      const longest = durations.reduce((most, days) => Math.max(most, days), 0);
      const curve = rows === 0 ? undefined : kaplanMeier(durations, Uint8Array.from(column(1)));
      const told = horizons.filter((days) => curve !== undefined && days <= longest).map((days) => {
        const row = survivalRow(curve!, days);
        const watched = durations.reduce((count, wait) => count + (wait >= days ? 1 : 0), 0);
        return row === -1 ? { days, watched, rate: 0, lower: 0, upper: 0 } : { days, watched, rate: 1 - curve!.survival[row]!, lower: 1 - curve!.upper[row]!, upper: 1 - curve!.lower[row]! };
      });
      return [
        { name: 'days', type: 'INTEGER', values: told.map((row) => row.days) }, { name: 'watched', type: 'INTEGER', values: told.map((row) => row.watched) },
        ...(['rate', 'lower', 'upper'] as const).map((name) => ({ name: `${name}`, type: 'DOUBLE' as const, values: told.map((row) => row[name]) })),
      ];
    },
  });
  return { 'outcomes.repeat_waits': waits, 'outcomes.repeat_rates': rates };
}
