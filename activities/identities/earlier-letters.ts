import { earlierCycles } from '../../gateways/warehouse/earlier-cycles.ts';
import type { CycleFolder, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { cycleAsOf } from '../cycle-as-of.ts';

/** Letters of earlier cycles that fall into the days looked at. */
export interface EarlierLetters {
  readonly cycles: readonly string[];
  /** Views that `identities.letters` is made of, for lineage. */
  readonly inputs: readonly string[];
  /** Customers who ordered because of them, by the holdouts of their campaigns; null where none was measured. */
  readonly experiment: { readonly orders: number; readonly lower: number; readonly upper: number } | null;
}

/**
 * Makes `identities.letters` (customer_id, met_at) a view: the letters that were handed over, dated by the instant of their cycle, which is before each of them.
 * The campaigns' effects add up; so do the squares of their intervals' halves, since each has its own draw.
 */
export async function addEarlierLetters(warehouse: Warehouse, session: WarehouseSession, folder: CycleFolder, { asOf, days }: { readonly asOf: string; readonly days: number }): Promise<EarlierLetters> {
  const since = new Date(asOf).getTime() - days * 86_400_000;
  const [cycles, inputs, selects]: [string[], string[], string[]] = [[], [], []];
  let effect: { orders: number; below: number; above: number } | undefined;
  for (const cycle of await earlierCycles(warehouse.lake, folder)) {
    const relations = await warehouse.list({ shop: folder.shop, cycle });
    const sends = relations['sends.sends'];
    if (sends === undefined || relations['features.customers'] === undefined) continue;
    const at = await cycleAsOf(warehouse, relations);
    if (new Date(at).getTime() < since) break;
    const view = `identities.sends_${cycles.length}`;
    await session.addView(view, sends);
    cycles.push(cycle);
    inputs.push(view);
    selects.push(`select customer_id::varchar as customer_id, timestamp '${at.slice(0, 19).replace('T', ' ')}' as met_at from ${view} where state in ('handed_over', 'delivered', 'complained', 'in_doubt')`);
    const effects = relations['outcomes.effects'];
    if (effects === undefined) continue;
    await session.addView('identities.effects', effects);
    const [found] = await session.rows<{ treated: number; difference: number; lower: number; upper: number }>("select treated, difference, lower, upper from identities.effects where metric = 'conversion' and arm = 'all' and segment = 'all'");
    if (found === undefined) continue;
    effect = {
      orders: (effect?.orders ?? 0) + found.treated * found.difference,
      below: Math.hypot(effect?.below ?? 0, found.treated * (found.difference - found.lower)),
      above: Math.hypot(effect?.above ?? 0, found.treated * (found.upper - found.difference)),
    };
  }
  await session.run(`create schema if not exists identities; create or replace view identities.letters as ${selects.join(' union all ') || 'select null::varchar as customer_id, null::timestamp as met_at where false'}`);
  return { cycles, inputs, experiment: effect === undefined ? null : { orders: effect.orders, lower: effect.orders - effect.below, upper: effect.orders + effect.above } };
}
