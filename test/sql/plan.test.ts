import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { giveRows, rowsOf, withSession, type GivenRows } from './support/run-relation.ts';

const settings = { seed: 1, holdout_share: 0.1, budget: 1000, maximum_recipients: 1_000_000, locale: 'en', arms: ['A', 'B'] };
const hashOf = (address: string): string => createHash('sha256').update(address).digest('hex');

async function givePlan(session: WarehouseSession, customers: GivenRows, more: { refusals?: GivenRows; suppressions?: GivenRows; members?: GivenRows; predictions?: GivenRows } = {}): Promise<void> {
  const ids = customers.map((row) => row['customer_id']!);
  await giveRows(session, 'snapshot.customers', customers);
  await giveRows(session, 'segments.memberships', more.members ?? ids.map((customer_id) => ({ customer_id, segment: 0 })), { customer_id: 'varchar', segment: 'integer' });
  await giveRows(session, 'segments.predictions', more.predictions ?? ids.map((customer_id) => ({ customer_id, probability: 0.5 })), { customer_id: 'varchar', probability: 'double' });
  await giveRows(session, 'plan.offers', [{ segment: 0, segment_name: 'Loyal', offer: 'ten off', offer_kind: 'percentage', offer_value: 10, expected_cost: 2, share_a: 0.5 }],
    { segment: 'integer', segment_name: 'varchar', offer: 'varchar', offer_kind: 'varchar', offer_value: 'double', expected_cost: 'double', share_a: 'double' });
  await giveRows(session, 'snapshot.refused_consents', more.refusals ?? [], { customer_id: 'varchar' });
  await giveRows(session, 'snapshot.suppressions', more.suppressions ?? [], { address_hash: 'varchar' });
  await giveRows(session, 'features.customers', ids.map((customer_id) => ({ customer_id, average_order_value: 20 })), { customer_id: 'varchar', average_order_value: 'double' });
  await giveRows(session, 'features.favourite_products', [], { customer_id: 'varchar', rank: 'integer', title: 'varchar' });
  await giveRows(session, 'features.interests', [], { customer_id: 'varchar', rank: 'integer', category: 'varchar' });
}

const customer = (customer_id: string, more: Record<string, string> = {}): GivenRows[number] => ({ customer_id, email: `${customer_id}@example.org`, consent: 'granted', ...more });

describe('plan.recipients', () => {
  test('says for every customer what and why, or why not', () => withSession({ ...settings, holdout_share: 0 }, async (session) => {
    await givePlan(session, [
      customer('c1'), customer('c2', { email: ' C1@Example.org ' }), customer('c3', { consent: 'denied' }), customer('c4'), customer('c5'), customer('c6', { email: 'not an address' }), { customer_id: 'c7', consent: 'granted' }, customer('c8'),
    ], {
      refusals: [{ customer_id: 'c4' }], suppressions: [{ address_hash: hashOf('c5@example.org') }],
      members: ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7'].map((customer_id) => ({ customer_id, segment: 0 })),
    });
    expect(await rowsOf(session, 'plan.recipients', 'customer_id, decision, why', 'customer_id')).toEqual([
      { customer_id: 'c1', decision: 'send', why: 'segment Loyal gets ten off' },
      { customer_id: 'c2', decision: 'none', why: 'another customer has the same address' },
      { customer_id: 'c3', decision: 'none', why: 'no consent to marketing mail' },
      { customer_id: 'c4', decision: 'none', why: 'consent was revoked' },
      { customer_id: 'c5', decision: 'none', why: 'the address is suppressed' },
      { customer_id: 'c6', decision: 'none', why: 'the address is not valid' },
      { customer_id: 'c7', decision: 'none', why: 'no address' },
      { customer_id: 'c8', decision: 'none', why: 'has not ordered yet, so there is no segment' },
    ]);
  }));

  test('spends the budget on those from whom most is expected', () => withSession({ ...settings, holdout_share: 0, budget: 1.5 }, async (session) => {
    await givePlan(session, ['c1', 'c2', 'c3'].map((id) => customer(id)), { predictions: [{ customer_id: 'c1', probability: 0.1 }, { customer_id: 'c2', probability: 0.5 }, { customer_id: 'c3', probability: 0.3 }] });
    // costs 1.00 and 0.60 of a redemption of 2: the second does not fit any more
    expect(await rowsOf(session, 'plan.recipients', 'customer_id, decision, why', 'customer_id')).toEqual([
      { customer_id: 'c1', decision: 'none', why: 'over budget' },
      { customer_id: 'c2', decision: 'send', why: 'segment Loyal gets ten off' },
      { customer_id: 'c3', decision: 'none', why: 'over budget' },
    ]);
  }));

  test('holds out by the hash of the customer: about the share, and the same people whatever the campaign', () => withSession(settings, async (session) => {
    const ids = Array.from({ length: 2000 }, (_, number) => `c${number}`);
    await session.run('create schema if not exists snapshot');
    await givePlan(session, [customer('seed-row')]);
    await session.run(`insert into snapshot.customers (customer_id, email, consent) select 'c' || i, 'c' || i || '@example.org', 'granted' from range(${ids.length}) as t(i)`);
    await session.run(`insert into segments.memberships select 'c' || i, 0 from range(${ids.length}) as t(i)`);
    const held = async (): Promise<string[]> => (await session.rows<{ customer_id: string }>(`select customer_id from (${await recipients()}\n) where decision = 'holdout' order by customer_id`)).map((row) => row.customer_id);
    const before = await held();
    expect(before.length).toBeGreaterThan(140);
    expect(before.length).toBeLessThan(260);
    await session.run('update plan.offers set share_a = 0.8, expected_cost = 1');
    expect(await held()).toEqual(before);
  }));

  test('the sum of expected costs never passes the budget', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }), fc.double({ min: 0, max: 6, noNaN: true }), (probabilities, budget) =>
      withSession({ ...settings, holdout_share: 0, budget }, async (session) => {
        await givePlan(session, probabilities.map((_, place) => customer(`c${place}`)), { predictions: probabilities.map((probability, place) => ({ customer_id: `c${place}`, probability })) });
        const [total] = await session.rows<{ cost: number | null }>(`select sum(expected_cost) as cost from (${await recipients()}\n) where decision = 'send'`);
        expect(total!.cost ?? 0).toBeLessThanOrEqual(budget + 1e-5);
      })), { numRuns: 15 });
  });
});

const recipients = (): Promise<string> => readSql('plan.recipients');
