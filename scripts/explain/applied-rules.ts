import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { AppliedRule } from './explanation.ts';

/** More are not read by anybody. */
const most = 5;

/**
 * Rules whose whole antecedent a customer has bought, by product or by category as the rules are: of `segments.rules`, and of `segments.segment_rules`
 * where the session has them and the customer a segment. What the customer does not have yet comes first, then the strongest.
 */
export async function appliedRules(session: WarehouseSession, customer: string, segment?: number): Promise<readonly AppliedRule[]> {
  const columns = 'antecedent, consequent, confidence, lift, baskets';
  const rules = await session.rows<Omit<AppliedRule, 'bought'>>(`
    select 'all customers' as among, ${columns} from segments.rules
    ${segment === undefined ? '' : `union all select 'the segment', ${columns} from segments.segment_rules where segment = ${segment}`}
    order by lift desc, baskets desc, antecedent, consequent, among`);
  const bought = new Set(await session.texts(`
    with bought as (
        select product_id, category from features.order_lines where customer_id = ${quoteLiteral(customer)} and not is_return
    )
    select coalesce(title, product_id) from bought left join (select product_id, title from snapshot.products) using (product_id)
    union
    select category from bought where category is not null`));
  return rules
    .filter(({ antecedent }) => isMadeOf(antecedent, bought))
    .map((rule) => ({ ...rule, bought: isMadeOf(rule.consequent, bought) }))
    .sort((a, b) => Number(a.bought) - Number(b.bought))
    .slice(0, most);
}

/** Whether `Tea + Bowl` is put together of known items; an item's own name may hold ` + `. */
export function isMadeOf(items: string, known: ReadonlySet<string>): boolean {
  if (known.has(items)) return true;
  for (let at = items.indexOf(' + '); at >= 0; at = items.indexOf(' + ', at + 1)) {
    if (known.has(items.slice(0, at)) && isMadeOf(items.slice(at + 3), known)) return true;
  }
  return false;
}
