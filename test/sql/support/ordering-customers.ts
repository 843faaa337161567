import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';
import type { Column, CycleFolder, WarehouseSession } from '../../../gateways/warehouse/warehouse.ts';

export const asOf = '2026-03-01T00:00:00.000Z';
const day = 86_400_000;

export interface Order { readonly customer: string; readonly at: string }

/** 600 customers: half buy about every 12 days until the end, half stop one by one. `since` cuts the history. */
export function orders({ since = 0, until = Date.parse(asOf) }: { readonly since?: number; readonly until?: number } = {}): Order[] {
  const random = new SeededRandom(7);
  const made: Order[] = [];
  for (let number = 0; number < 600; number++) {
    const stops = number % 2 === 0 ? Infinity : Date.parse('2025-10-01') + random.uniform() * 140 * day;
    for (let at = Date.parse('2025-09-01') + random.uniform() * 40 * day; at < Math.min(stops, Date.parse(asOf) + 60 * day); at += (4 + random.uniform() * 16) * day) {
      if (at >= since && at < until) made.push({ customer: `c${String(number).padStart(3, '0')}`, at: new Date(at).toISOString().slice(0, 19) });
    }
  }
  return made;
}

/** Gives a session what features.customers is made from: orders, their lines, and no events. */
export async function giveOrders(session: WarehouseSession, folder: CycleFolder, given: readonly Order[]): Promise<void> {
  const text = (name: string, value: (order: Order, place: number) => string): Column => ({ name, type: 'VARCHAR', values: given.map(value) });
  const number = (name: string, value: number): Column => ({ name, type: 'DOUBLE', values: given.map(() => value) });
  const columns = [text('customer_id', (order) => order.customer), text('order_id', (_, place) => `o${place}`), { name: 'ordered_at', type: 'TIMESTAMP' as const, values: given.map((order) => order.at) }, { name: 'is_return', type: 'BOOLEAN' as const, values: given.map(() => false) }];
  const give = (name: string, all: readonly Column[]) => session.write(folder, { name, algorithm: 'given', inputs: [], external: 'given', columns: () => all });
  await give('features.orders', [...columns, text('channel', () => 'web'), number('items', 1), number('gross', 10), number('discount', 0), number('revenue', 10), { name: 'days_since_last', type: 'BIGINT', values: given.map(() => null) }]);
  await give('features.order_lines', [...columns, text('product_id', () => 'tea'), text('category', () => 'drinks')]);
  await give('snapshot.events', [...['event_id', 'customer_id', 'session_id', 'kind'].map((name): Column => ({ name, type: 'VARCHAR', values: [] })), { name: 'occurred_at', type: 'TIMESTAMP', values: [] }]);
}
