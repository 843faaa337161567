import { cyclesOf } from '../../gateways/warehouse/earlier-cycles.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { CycleScope } from '../contract.ts';

/**
 * Products of each letter that follow the stock, where a shop asks for it: `plan.clearance`, of the latest forecast up to this cycle, and `plan.products`,
 * favourites that are not out of stock and what is to be cleared. Without a forecast nothing is cleared.
 */
export async function productsInStock(session: WarehouseSession, { lake, find }: Pick<Warehouse, 'find' | 'lake'>, { shop, cycle }: Pick<CycleScope, 'shop' | 'cycle'>): Promise<Record<string, RelationRef>> {
  const folder = { shop, cycle };
  // Forecasts come and go apart from the cycle: what the first plan saw holds, so that the same plan can be made again.
  let clearance = await find(folder, 'plan.clearance');
  if (clearance !== undefined) await session.addView('plan.clearance', clearance);
  for (const one of clearance === undefined ? (await cyclesOf(lake, shop)).filter((name) => name <= cycle).toReversed() : []) {
    const stock = await find({ shop, cycle: one }, 'demand.stock');
    if (stock === undefined) continue;
    await session.addView('demand.stock', stock);
    clearance = await session.materialise(folder, { name: 'plan.clearance', sql: await readSql('plan.clearance'), external: `forecast of ${one}, ${stock.fingerprint}` });
    break;
  }
  clearance ??= await session.write(folder, {
    name: 'plan.clearance', algorithm: 'no forecast', inputs: [], external: 'no forecast',
    columns: () => [...(['product_id', 'title', 'category', 'state'] as const).map((name) => ({ name, type: 'VARCHAR' as const, values: [] })), { name: 'money_tied_up', type: 'DOUBLE', values: [] }],
  });
  return { 'plan.clearance': clearance, 'plan.products': await session.materialise(folder, { name: 'plan.products', sql: await readSql('plan.products') }) };
}
