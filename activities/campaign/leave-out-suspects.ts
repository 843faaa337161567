import { ClienteleError } from '../../gateways/errors.ts';
import { earlierCycles } from '../../gateways/warehouse/earlier-cycles.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

const anchor = "            when is_suppressed then 'the address is suppressed'\n";

/**
 * `plan.suspects`: whom the latest earlier cycle with scored payments found suspicious, and the planner's SQL that leaves them out with this reason. They
 * are taken as they stood when the plan was made, since payments are scored, and verdicts given, on any day.
 * @param sql text of sql/plan/recipients.sql
 */
export async function leaveOutSuspects(session: WarehouseSession, { lake, find }: Pick<Warehouse, 'find' | 'lake'>, folder: CycleFolder, sql: string): Promise<{ readonly relation: RelationRef; readonly sql: string }> {
  if (!sql.includes(anchor)) throw new ClienteleError('SQL_INVALID', { file: 'sql/plan/recipients.sql', problem: 'it has no line for suppressed addresses any more, after which suspects are left out' });
  let from = 'none';
  for (const cycle of await earlierCycles(lake, folder)) {
    const ref = await find({ shop: folder.shop, cycle }, 'risk.suspects');
    if (ref === undefined) continue;
    await session.addView('risk.suspects', ref);
    from = cycle;
    break;
  }
  const relation = await session.materialise(folder, {
    name: 'plan.suspects', external: `risk of ${from}`,
    sql: `-- grain: customer_id\n${from === 'none' ? 'select null::varchar as customer_id, null::varchar as why where false' : 'select customer_id, why from risk.suspects'}`,
  });
  return { relation, sql: sql.replace(anchor, `${anchor}            when customer_id in (select customer_id from plan.suspects) then 'a payment or a coupon of theirs is under suspicion'\n`) };
}
