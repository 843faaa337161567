import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

/** Units a day from the first sale to the day before as_of. */
export interface DailySeries {
  readonly key: string;
  readonly units: Float64Array;
}

/**
 * The daily figures of `relation` (key, day, units) with its empty days, one series a key in the order of keys. Days before the first sale are
 * no zeros: the product was not there yet.
 */
export async function readDailySeries(session: WarehouseSession, relation: string, key: string, asOf: string): Promise<DailySeries[]> {
  const rows = await session.rows<{ key: string; ago: number; units: number }>(`select ${key} as key, date_diff('day', day, '${asOf.slice(0, 10)}'::date) as ago, units from ${relation} order by 1, 2 desc`);
  const series: { key: string; units: Float64Array }[] = [];
  for (const { key: name, ago, units } of rows) {
    if (ago < 1) continue;
    let last = series[series.length - 1];
    if (last?.key !== name) series.push(last = { key: name, units: new Float64Array(ago) });
    last.units[last.units.length - ago] = units;
  }
  return series;
}
