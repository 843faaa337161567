import { dirtRates, type DirtCounts } from './dirt-rates.ts';
import type { World } from './world.ts';

/** Rows of the world that dirt could strike, by table: an `id` each, and what tells whether a kind can show. */
const candidates: Readonly<Record<keyof typeof dirtRates, string>> = {
  order_lines: 'select line_id as id from order_lines',
  customers: 'select customer_no as id from customers',
  products: 'select product_no as id from products',
  events: `select session_no * 64 + unnest(range(1, length(steps) + 1)) as id, true as has_session from sessions
    union all select order_no * 128 + 127, false from reviews`,
  payments: "select order_no as id, channel <> 'store' as has_device from orders inner join order_totals using (order_no)",
  social: 'select social_no as id, text is not null as has_text from social',
};

const conditions: Readonly<Record<string, string>> = { missing_session: 'has_session', missing_device: 'has_device', missing_text: 'has_text' };

/** Counts the dirt in the files a world writes: of everything, or of the dated files only (a live week adds no customers and products). */
export async function countDirt(world: World, scope: 'everything' | 'dated'): Promise<DirtCounts> {
  const counts: Record<string, Record<string, number>> = {};
  for (const [table, kinds] of Object.entries(dirtRates)) {
    if (scope === 'dated' && (table === 'customers' || table === 'products')) continue;
    const figures = Object.keys(kinds).map((kind) => {
      const struck = kind.endsWith('_email') ? `email_flaw(id) = '${kind}'` : `struck('${table}.${kind}', id)`;
      return `count(*) filter (${[struck, conditions[kind]].filter(Boolean).join(' and ')}) as ${kind}`;
    });
    const [row] = await world.rows<Record<string, number>>(`select ${figures.join(', ')} from (${candidates[table as keyof typeof dirtRates]})`);
    counts[table] = { ...row };
  }
  return counts;
}
