import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { giveRows, rowsOf, withSession, type GivenRows } from './support/run-relation.ts';

const settings = { seed: 1, holdout_share: 0.3, keeps_arms: true, arms: ['A', 'B'], as_of: '2026-11-23T00:00:00Z' };
const recipientColumns = { customer_id: 'varchar', address: 'varchar', arm: 'varchar', segment: 'integer', segment_name: 'varchar', decision: 'varchar', probability: 'double', expected_revenue: 'double', expected_cost: 'double' };
const evidenceColumns = { customer_id: 'varchar', arm: 'varchar', cycles: 'integer', conversions: 'integer', revenue: 'double', margin: 'double', orders_before: 'double', revenue_before: 'double' };
const touchColumns = { customer_id: 'varchar', opened: 'boolean', clicked: 'boolean', unsubscribed: 'boolean', complained: 'boolean', by_program: 'boolean' };
const hashOf = (address: string): string => createHash('sha256').update(address).digest('hex');

const recipient = (customer_id: string, more: Record<string, string | number | null> = {}): GivenRows[number] => ({ customer_id, address: `${customer_id}@example.org`, arm: 'A', segment: 0, segment_name: 'Loyal', decision: 'send', probability: 0.5, expected_revenue: 10, expected_cost: 1, ...more });
const seen = (customer_id: string, arm: string, more: Record<string, string | number> = {}): GivenRows[number] => ({ customer_id, arm, cycles: 1, conversions: 0, revenue: 0, margin: 0, orders_before: 2, revenue_before: 30, ...more });

async function give(session: WarehouseSession, given: { recipients: GivenRows; lines?: GivenRows; earlier?: GivenRows; refusals?: GivenRows; suppressions?: GivenRows; touches?: GivenRows }): Promise<void> {
  await giveRows(session, 'plan.recipients', given.recipients, recipientColumns);
  await giveRows(session, 'plan.offers', [{ segment: 0, share_a: 0.5 }], { segment: 'integer', share_a: 'double' });
  await giveRows(session, 'outcomes.earlier_evidence', given.earlier ?? [], evidenceColumns);
  await giveRows(session, 'snapshot.refused_consents', given.refusals ?? [], { customer_id: 'varchar' });
  await giveRows(session, 'snapshot.suppressions', given.suppressions ?? [], { address_hash: 'varchar' });
  await giveRows(session, 'snapshot.products', [{ product_id: 'p', unit_cost: 4 }], { product_id: 'varchar', unit_cost: 'double' });
  await giveRows(session, 'outcomes.order_lines', given.lines ?? [], { customer_id: 'varchar', order_id: 'varchar', coupon_code: 'varchar', product_id: 'varchar', quantity: 'integer', unit_price: 'double', discount: 'double', returned: 'boolean' });
  await giveRows(session, 'outcomes.touches', given.touches ?? [], touchColumns);
}

describe('outcomes.customers', () => {
  test('counts everybody as assigned, subtracts returns and costs, and knows coupons', () => withSession(settings, async (session) => {
    await give(session, {
      recipients: [recipient('c1'), recipient('c2', { arm: 'holdout', decision: 'holdout' }), recipient('c3', { decision: 'none', arm: null })],
      lines: [
        { customer_id: 'c1', order_id: 'o1', product_id: 'p', quantity: 2, unit_price: 10, discount: 3, coupon_code: 'SAVE' },
        { customer_id: 'c1', order_id: 'o2', product_id: 'p', quantity: -1, unit_price: 10 },
        { customer_id: 'c3', order_id: 'o3', product_id: 'p', quantity: 1, unit_price: 10 },
      ],
      touches: [{ customer_id: 'c1', opened: true, clicked: false, unsubscribed: true, complained: false, by_program: false }],
    });
    expect(await rowsOf(session, 'outcomes.customers', 'customer_id, arm, orders, converted, revenue, margin, redeemed, unsubscribed', 'customer_id')).toEqual([
      { customer_id: 'c1', arm: 'A', orders: 1, converted: true, revenue: 7, margin: 3, redeemed: true, unsubscribed: true },
      { customer_id: 'c2', arm: 'holdout', orders: 0, converted: false, revenue: 0, margin: 0, redeemed: false, unsubscribed: false },
    ]);
  }));

  test('keeps who unsubscribed since an earlier assignment, and nobody else who is left out', () => withSession(settings, async (session) => {
    const none = { decision: 'none', arm: null };
    await give(session, {
      recipients: [recipient('c1', { expected_revenue: 5 }), recipient('c2', none), recipient('c3', none), recipient('c4', none), recipient('c5', none), recipient('c6', { ...none, expected_revenue: 4 })],
      earlier: ['c1', 'c2', 'c3', 'c5', 'c6'].map((id) => seen(id, 'B')),
      refusals: ['c2', 'c4', 'c6'].map((customer_id) => ({ customer_id })), suppressions: [{ address_hash: hashOf('c3@example.org') }],
    });
    // c4 was never assigned, c5 is left out for another reason, c6 is worth less than anybody in the plan.
    expect((await rowsOf(session, 'outcomes.customers', 'customer_id', 'customer_id')).map((row) => row['customer_id'])).toEqual(['c1', 'c2', 'c3']);
  }));

  test('puts them into the arm that the plan gives to the same people', () => withSession({ ...settings, budget: 1e9, maximum_recipients: 1_000_000, locale: 'en' }, async (session) => {
    const ids = 'select \'c\' || i as customer_id from range(400) as t(i)';
    await session.run(`create schema snapshot; create schema segments; create schema features; create schema plan; create schema outcomes;
      create table snapshot.customers as select customer_id, customer_id || '@example.org' as email, null::varchar as given_name, 'en' as locale, 'granted' as consent from (${ids});
      create table segments.memberships as select customer_id, 0 as segment from (${ids});
      create table segments.predictions as select customer_id, 0.5::double as probability from (${ids});
      create table features.customers as select customer_id, 20.0::double as average_order_value from (${ids});
      create table features.favourite_products (customer_id varchar, rank integer, title varchar);
      create table features.interests (customer_id varchar, rank integer, category varchar);
      create table plan.offers as select 0 as segment, 'Loyal' as segment_name, 'ten off' as offer, 'percentage' as offer_kind, 10.0::double as offer_value, 1.0::double as expected_cost, 0.7::double as share_a;
      create table snapshot.refused_consents (customer_id varchar); create table snapshot.suppressions (address_hash varchar);`);
    await session.run(`create table planned as ${(await readSql('plan.recipients')).replace(/;\s*$/, '')}`);
    await session.run(`create table plan.recipients as select * replace ('none' as decision, null::varchar as arm) from planned where decision <> 'none' and customer_id <> 'c0' union all select * from planned where customer_id = 'c0'`);
    await giveRows(session, 'outcomes.earlier_evidence', [], evidenceColumns);
    await session.run("insert into outcomes.earlier_evidence (customer_id, arm) select customer_id, 'A' from plan.recipients; insert into snapshot.refused_consents select customer_id from plan.recipients");
    await giveRows(session, 'outcomes.touches', [], touchColumns);
    await session.run('create table outcomes.order_lines (customer_id varchar, order_id varchar, coupon_code varchar, product_id varchar, quantity integer, unit_price double, discount double, returned boolean); create table snapshot.products (product_id varchar, unit_cost double)');
    const [counts] = await session.rows<{ both: number; alike: number; arms: number }>(`select count(*) as both, count_if(seen.arm = planned.arm) as alike, count(distinct planned.arm) as arms from (${await readSql('outcomes.customers')}\n) as seen inner join planned using (customer_id)`);
    expect(counts).toEqual({ both: 400, alike: 400, arms: 3 });
  }));
});

describe('outcomes.evidence', () => {
  const observedColumns = { customer_id: 'varchar', arm: 'varchar', converted: 'boolean', revenue: 'double', margin: 'double' };
  const orderColumns = { customer_id: 'varchar', ordered_at: 'timestamp', is_return: 'boolean', revenue: 'decimal(18, 4)' };

  test('adds this cycle to the earlier ones, a row a customer and arm, and freezes what was spent before the first', () => withSession(settings, async (session) => {
    await giveRows(session, 'outcomes.earlier_evidence', [seen('c1', 'A', { cycles: 2, conversions: 1, revenue: 12.1, margin: 4 }), seen('c2', 'B')], evidenceColumns);
    await giveRows(session, 'outcomes.customers', [
      { customer_id: 'c1', arm: 'A', converted: true, revenue: 8.2, margin: 2 }, { customer_id: 'c2', arm: 'A', converted: false, revenue: 0, margin: 0 }, { customer_id: 'c3', arm: 'holdout', converted: true, revenue: 5, margin: 1 },
    ], observedColumns);
    await giveRows(session, 'features.orders', [
      { customer_id: 'c1', ordered_at: '2026-11-18 10:00:00', is_return: false, revenue: 99 }, { customer_id: 'c3', ordered_at: '2026-11-01 10:00:00', is_return: false, revenue: 20 },
      { customer_id: 'c3', ordered_at: '2026-01-01 10:00:00', is_return: false, revenue: 40 }, { customer_id: 'c3', ordered_at: '2026-11-02 10:00:00', is_return: true, revenue: -20 }, { customer_id: 'c3', ordered_at: '2026-11-25 10:00:00', is_return: false, revenue: 7 },
    ], orderColumns);
    expect(await rowsOf(session, 'outcomes.evidence', 'customer_id, arm, cycles, conversions, revenue, orders_before, revenue_before', 'customer_id, arm')).toEqual([
      { customer_id: 'c1', arm: 'A', cycles: 3, conversions: 2, revenue: 20.3, orders_before: 2, revenue_before: 30 },
      { customer_id: 'c2', arm: 'A', cycles: 1, conversions: 0, revenue: 0, orders_before: 2, revenue_before: 30 },
      { customer_id: 'c2', arm: 'B', cycles: 1, conversions: 0, revenue: 0, orders_before: 2, revenue_before: 30 },
      { customer_id: 'c3', arm: 'holdout', cycles: 1, conversions: 1, revenue: 5, orders_before: 1, revenue_before: 20 },
    ]);
  }));
});

describe('outcomes.repeat_waits', () => {
  test('gives the days to the second order, or how long nobody came again', () => withSession(settings, async (session) => {
    const order = (customer_id: string, ordered_at: string, is_return = false): GivenRows[number] => ({ customer_id, order_id: ordered_at, ordered_at, is_return });
    await giveRows(session, 'features.orders', [
      order('c1', '2026-10-01 10:00:00'), order('c1', '2026-10-11 09:00:00'), order('c1', '2026-11-01 09:00:00'), order('c2', '2026-11-13 08:00:00'), order('c2', '2026-11-14 08:00:00', true), order('c2', '2026-11-24 08:00:00'),
    ], { customer_id: 'varchar', order_id: 'varchar', ordered_at: 'timestamp', is_return: 'boolean' });
    expect(await rowsOf(session, 'outcomes.repeat_waits', '*', 'customer_id')).toEqual([{ customer_id: 'c1', days: 10, came_again: true }, { customer_id: 'c2', days: 10, came_again: false }]);
  }));
});
