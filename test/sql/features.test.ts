import { describe, expect, test } from 'vitest';
import { giveRows, rowsOf, withSession } from './support/run-relation.ts';

const asOf = { as_of: '2026-03-01T00:00:00Z' };
const noEvents = async (session: Parameters<typeof giveRows>[0]): Promise<void> => giveRows(session, 'snapshot.events', []);

describe('features.order_lines', () => {
  test('takes the discount off and counts a return against the revenue', () => withSession(asOf, async (session) => {
    await giveRows(session, 'snapshot.products', [{ product_id: 'tea', category: 'drinks', brand: 'Leaf' }]);
    await giveRows(session, 'snapshot.order_lines', [
      { order_id: 'o1', line_no: 1, customer_id: 'c1', ordered_at: '2026-01-05 10:00:00', product_id: 'tea', quantity: 3, unit_price: 2.5, discount: 0.5, channel: 'web' },
      { order_id: 'o2', line_no: 1, customer_id: 'c1', ordered_at: '2026-01-09 10:00:00', product_id: 'tea', quantity: -1, unit_price: 2.5, returned: true },
      { order_id: 'o3', line_no: 1, customer_id: 'c1', ordered_at: '2026-01-10 10:00:00', product_id: 'mug', quantity: 1, unit_price: 8 },
    ]);
    expect(await rowsOf(session, 'features.order_lines', 'order_id, revenue, is_return, category, channel', 'order_id')).toEqual([
      { order_id: 'o1', revenue: 7, is_return: false, category: 'drinks', channel: 'web' },
      { order_id: 'o2', revenue: -2.5, is_return: true, category: 'drinks', channel: 'unknown' },
      { order_id: 'o3', revenue: 8, is_return: false, category: 'unknown', channel: 'unknown' },
    ]);
  }));
});

const lineColumns = { customer_id: 'varchar', order_id: 'varchar', product_id: 'varchar', category: 'varchar', ordered_at: 'timestamp', is_return: 'boolean' };
const orderColumns = { customer_id: 'varchar', order_id: 'varchar', ordered_at: 'timestamp', is_return: 'boolean', channel: 'varchar', items: 'decimal(18,3)', gross: 'decimal(18,4)', discount: 'decimal(18,4)', revenue: 'decimal(18,4)', days_since_last: 'bigint' };

describe('features.orders', () => {
  test('sums the lines of an order and counts the days since the purchase before, returns left out', () => withSession({}, async (session) => {
    const line = (order_id: string, ordered_at: string, is_return = false) => ({ customer_id: 'c1', order_id, line_no: 1, ordered_at, is_return, channel: 'web', quantity: 2, gross: 8, discount: 1, revenue: is_return ? -7 : 7 });
    await giveRows(session, 'features.order_lines', [
      line('o1', '2026-01-01 23:00:00'), { ...line('o1', '2026-01-01 23:00:00'), line_no: 2 }, line('r1', '2026-01-05', true), line('o2', '2026-01-11 01:00:00'), { ...line('o3', '2026-01-12'), customer_id: 'c2' },
    ], { customer_id: 'varchar', order_id: 'varchar', line_no: 'integer', ordered_at: 'timestamp', is_return: 'boolean', channel: 'varchar', quantity: 'decimal(18,3)', gross: 'decimal(18,4)', discount: 'decimal(18,4)', revenue: 'decimal(18,4)' });
    expect(await rowsOf(session, 'features.orders', 'order_id, is_return, lines, items, revenue, days_since_last', 'order_id')).toEqual([
      { order_id: 'o1', is_return: false, lines: 2, items: 4, revenue: 14, days_since_last: null },
      { order_id: 'o2', is_return: false, lines: 1, items: 2, revenue: 7, days_since_last: 10 },
      { order_id: 'o3', is_return: false, lines: 1, items: 2, revenue: 7, days_since_last: null },
      { order_id: 'r1', is_return: true, lines: 1, items: 2, revenue: -7, days_since_last: null },
    ]);
  }));
});

describe('features.customers', () => {
  test('measures recency, frequency, money, gaps and rhythm of purchases only', () => withSession(asOf, async (session) => {
    const order = (order_id: string, ordered_at: string, revenue: number, more = {}) => ({ customer_id: 'c1', order_id, ordered_at, is_return: false, channel: 'web', items: 2, gross: revenue, discount: 0, revenue, ...more });
    await giveRows(session, 'features.orders', [
      order('o1', '2026-01-01 20:00:00', 10), // Thursday evening
      order('o2', '2026-01-11 09:00:00', 20, { channel: 'store', days_since_last: 10 }), // Sunday
      order('o3', '2026-02-10 09:00:00', 30, { gross: 40, discount: 10, days_since_last: 30 }),
      order('r1', '2026-02-12 09:00:00', -5, { is_return: true }),
    ], orderColumns);
    await giveRows(session, 'features.order_lines', [
      { customer_id: 'c1', order_id: 'o1', product_id: 'tea', category: 'drinks', ordered_at: '2026-01-01 20:00:00', is_return: false },
      { customer_id: 'c1', order_id: 'o2', product_id: 'mug', category: 'kitchen', ordered_at: '2026-01-11 09:00:00', is_return: false },
      { customer_id: 'c1', order_id: 'o3', product_id: 'tea', category: 'drinks', ordered_at: '2026-02-10 09:00:00', is_return: false },
      { customer_id: 'c1', order_id: 'r1', product_id: 'tea', category: 'drinks', ordered_at: '2026-02-12 09:00:00', is_return: true },
    ], lineColumns);
    await noEvents(session);
    const [row] = await rowsOf(session, 'features.customers');
    expect(row).toMatchObject({
      customer_id: 'c1', recency_days: 19, frequency: 3, monetary: 55, average_order_value: 20, tenure_days: 59, gap_mean_days: 20,
      distinct_products: 2, distinct_categories: 2, return_share: 0.25, web_share: 2 / 3, store_share: 1 / 3, weekend_share: 1 / 3, evening_share: 1 / 3,
      orders_90d: 3, revenue_90d: 60, discount_share: 10 / 70,
    });
    // gaps of 10 and 30 days: standard deviation 14.142…, mean 20
    expect(row!['gap_variation']).toBeCloseTo(Math.SQRT1_2, 12);
  }));

  test('knows nothing of browsing in a shop without events, and zero for a customer without any in a shop that has them', () => withSession(asOf, async (session) => {
    const order = (customer_id: string) => ({ customer_id, order_id: `o-${customer_id}`, ordered_at: '2026-02-01', is_return: false, channel: 'web', items: 1, gross: 1, discount: 0, revenue: 1 });
    const line = (customer_id: string) => ({ customer_id, order_id: `o-${customer_id}`, product_id: 'tea', category: 'drinks', ordered_at: '2026-02-01', is_return: false });
    await giveRows(session, 'features.orders', [order('c1'), order('c2')], orderColumns);
    await giveRows(session, 'features.order_lines', [line('c1'), line('c2')], lineColumns);
    await noEvents(session);
    expect(await rowsOf(session, 'features.customers', 'customer_id, views_30d, sessions_30d', 'customer_id')).toEqual([
      { customer_id: 'c1', views_30d: null, sessions_30d: null },
      { customer_id: 'c2', views_30d: null, sessions_30d: null },
    ]);
    const event = (session_id: string, kind: string, occurred_at = '2026-02-20') => `('e', 'c1', '${session_id}', '${occurred_at}', '${kind}')`;
    await session.run(`insert into snapshot.events (event_id, customer_id, session_id, occurred_at, kind) values
      ${event('s1', 'view')}, ${event('s1', 'cart_add')}, ${event('s2', 'view')}, ${event('s2', 'cart_add')}, ${event('s2', 'purchase')}, ${event('s3', 'view', '2026-01-01')}`);
    expect(await rowsOf(session, 'features.customers', 'customer_id, views_30d, sessions_30d, cart_abandon_share', 'customer_id')).toEqual([
      { customer_id: 'c1', views_30d: 2, sessions_30d: 2, cart_abandon_share: 0.5 },
      { customer_id: 'c2', views_30d: 0, sessions_30d: 0, cart_abandon_share: null },
    ]);
  }));
});

describe('features.interests', () => {
  test('halves the weight of a purchase every 90 days', () => withSession(asOf, async (session) => {
    const line = (category: string, ordered_at: string) => ({ customer_id: 'c1', order_id: 'o', product_id: 'p', category, ordered_at, is_return: false });
    await giveRows(session, 'features.order_lines', [line('drinks', '2026-03-01'), line('kitchen', '2025-12-01'), line('unknown', '2026-02-01')], lineColumns);
    expect(await rowsOf(session, 'features.interests', 'rank, category, round(share, 4) as share', 'rank')).toEqual([
      { rank: 1, category: 'drinks', share: 0.6667 },
      { rank: 2, category: 'kitchen', share: 0.3333 },
    ]);
  }));
});
