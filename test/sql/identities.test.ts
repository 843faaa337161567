import { describe, expect, test } from 'vitest';
import { gatherPairs } from '../../activities/identities/score-pairs.ts';
import { nameComparison } from '../../algorithms/index.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { giveRows, rowsOf, withSession, type GivenRows } from './support/run-relation.ts';

const ordersColumns = { customer_id: 'VARCHAR', order_id: 'VARCHAR', ordered_at: 'TIMESTAMP', channel: 'VARCHAR', is_return: 'BOOLEAN', revenue: 'DECIMAL(18,4)' };
const personColumns = { customer_id: 'VARCHAR', person_id: 'VARCHAR' };
const recipientColumns = { customer_id: 'VARCHAR', decision: 'VARCHAR', segment_name: 'VARCHAR', offer: 'VARCHAR', offer_kind: 'VARCHAR', offer_value: 'DOUBLE' };
const purchaseColumns = { person_id: 'VARCHAR', customer_id: 'VARCHAR', order_id: 'VARCHAR', ordered_at: 'TIMESTAMP', channel: 'VARCHAR', place: 'VARCHAR', is_return: 'BOOLEAN', revenue: 'DECIMAL(18,4)' };

async function make(session: WarehouseSession, ...names: readonly string[]): Promise<void> {
  await session.run('create schema if not exists identities');
  for (const name of names) await session.run(`create table ${name} as ${await readSql(name)}`);
}

async function certainLinks(customers: GivenRows, identities: GivenRows, largestKey = 5): Promise<readonly (readonly [number, number, string])[]> {
  return withSession({ largest_key: largestKey }, async (session) => {
    await giveRows(session, 'snapshot.customers', customers);
    await giveRows(session, 'snapshot.identities', identities);
    await make(session, 'identities.records', 'identities.keys');
    return (await rowsOf(session, 'identities.certain_links', '*', 'record, other_record')).map((row) => [row['record'] as number, row['other_record'] as number, row['kind'] as string] as const);
  });
}

describe('customer records', () => {
  test('are written alike: case, accents, notes in an address, signs in a telephone number; of who is in identities alone too', async () => {
    await withSession({}, async (session) => {
      await giveRows(session, 'snapshot.customers', [{ customer_id: 'a', email: ' Zoe.Ng+shop@Mail.example ', given_name: ' Zoë', birth_date: '1980-03-12', city: 'München' }]);
      await giveRows(session, 'snapshot.identities', [{ customer_id: 'a', kind: 'phone', value: '0049 (30) 12-34' }, { customer_id: 'b', kind: 'Family_Name', value: 'Győző' }]);
      expect(await rowsOf(session, 'identities.records', '*', 'record')).toEqual([
        { record: 0, customer_id: 'a', given_name: 'zoe', family_name: null, email: 'zoe.ng@mail.example', birth_date: '1980-03-12', city: 'munchen', phone: '49301234', device: null },
        { record: 1, customer_id: 'b', given_name: null, family_name: 'gyozo', email: null, birth_date: null, city: null, phone: null, device: null },
      ]);
    });
  });

  test('are one person by the same card, account or address', async () => {
    const identities = [{ customer_id: 'a', kind: 'loyalty_card', value: '77' }, { customer_id: 'b', kind: 'loyalty_card', value: '77' }, { customer_id: 'c', kind: 'email', value: 'X@mail.example' }];
    expect(await certainLinks([{ customer_id: 'd', email: 'x+2@mail.example' }], identities)).toEqual([[0, 1, 'loyalty_card'], [2, 3, 'email']]);
  });

  test('are left to the evidence where name or birthday is another: a household shares an address, and a card only if neither is the same', async () => {
    const [ada, ben] = [{ customer_id: 'a', given_name: 'Ada', birth_date: '1980-01-02' }, { customer_id: 'b', given_name: 'Benjamin', birth_date: '1979-05-06' }];
    const email = 'home@mail.example';
    expect(await certainLinks([{ ...ada, email }, { ...ben, email }], [])).toEqual([]);
    expect(await certainLinks([{ ...ada, email }, { ...ben, email, given_name: null }], [])).toEqual([]);
    expect(await certainLinks([{ ...ada, email }, { customer_id: 'b', email }], [])).toEqual([[0, 1, 'email']]);
    const card = ['a', 'b'].map((customer_id) => ({ customer_id, kind: 'loyalty_card', value: '77' }));
    expect(await certainLinks([ada, ben], card)).toEqual([]);
    expect(await certainLinks([ada, { ...ben, given_name: 'Ada' }], card)).toEqual([[0, 1, 'loyalty_card']]);
  });

  test('on one device are one person only where name or birthday is the same and neither speaks against it', async () => {
    const device = ['a', 'b'].map((customer_id) => ({ customer_id, kind: 'device', value: 'tv-1' }));
    const born = { birth_date: '1980-01-02' };
    expect(await certainLinks([{ customer_id: 'a', given_name: 'Ada', ...born }, { customer_id: 'b', given_name: 'Benjamin', ...born }], device)).toEqual([]);
    expect(await certainLinks([{ customer_id: 'a', given_name: 'Ada', ...born }, { customer_id: 'b' }], device)).toEqual([]);
    expect(await certainLinks([{ customer_id: 'a', given_name: 'Ada', ...born }, { customer_id: 'b', given_name: 'Ada' }], device)).toEqual([[0, 1, 'device']]);
  });

  test('are not joined by a key that many share', async () => {
    const identities = ['a', 'b', 'c'].map((customer_id) => ({ customer_id, kind: 'loyalty_card', value: '0000' }));
    expect(await certainLinks([], identities, 2)).toEqual([]);
    expect(await certainLinks([], identities, 3)).toHaveLength(3);
  });
});

describe('people', () => {
  const order = (customer_id: string, order_id: string, day: string, channel: string | null, revenue = 10) => ({ customer_id, order_id, ordered_at: `2026-${day} 10:00:00`, channel, is_return: false, revenue });

  test('have their online and store purchases together, whichever record they were made under', async () => {
    await withSession({}, async (session) => {
      await giveRows(session, 'features.orders', [order('a', '1', '01-01', 'web', 10), order('b', '2', '02-01', 'store', 30), order('c', '3', '02-01', 'app'), { ...order('b', '4', '03-01', 'store'), is_return: true }], ordersColumns);
      await giveRows(session, 'identities.persons', [{ customer_id: 'a', person_id: 'p' }, { customer_id: 'b', person_id: 'p' }], personColumns);
      await make(session, 'identities.purchases');
      const people = await rowsOf(session, 'identities.people', 'records, online_orders, store_orders, online_revenue, store_revenue, is_omnichannel', 'records desc');
      expect(people).toEqual([
        { records: 2, online_orders: 1, store_orders: 1, online_revenue: 10, store_revenue: 30, is_omnichannel: true },
        { records: 1, online_orders: 1, store_orders: 0, online_revenue: 10, store_revenue: 0, is_omnichannel: false },
      ]);
    });
  });

  test('prefer the channel of most orders; the next comes from what they do and what all do after the last one', async () => {
    await withSession({}, async (session) => {
      const bought = (person_id: string, day: string, channel: string) => ({ person_id, customer_id: person_id, order_id: day, ordered_at: `2026-${day} 10:00:00`, channel, place: channel === 'store' ? 'store' : 'online', is_return: false, revenue: 1 });
      // After the store everybody goes on in the app: four moves of four.
      const others = ['x', 'y'].flatMap((person) => [bought(person, '01-01', 'store'), bought(person, '01-02', 'app'), bought(person, '01-03', 'store'), bought(person, '01-04', 'app')]);
      await giveRows(session, 'identities.purchases', [bought('p', '01-01', 'store'), ...others], purchaseColumns);
      await giveRows(session, 'identities.persons', [], personColumns);
      const [p] = await rowsOf(session, 'identities.people', '*', 'person_id');
      expect(p).toMatchObject({ person_id: 'p', preferred_channel: 'store', preferred_share: 1, next_channel: 'app' });
      expect(p!['next_channel_probability']).toBeCloseTo(3 / 4, 12);
    });
  });
});

describe('one offer a person', () => {
  const recipient = (customer_id: string, decision: string, offer: string) => ({ customer_id, decision, segment_name: 's', offer, offer_kind: 'amount', offer_value: 5 });

  async function withOffers<Result>(work: (session: WarehouseSession) => Promise<Result>): Promise<Result> {
    return withSession({}, async (session) => {
      await giveRows(session, 'identities.persons', [['a', 'p'], ['b', 'p'], ['c', 'q'], ['d', 'r'], ['e', 'r']].map(([customer_id, person_id]) => ({ customer_id: customer_id!, person_id: person_id! })), personColumns);
      await giveRows(session, 'plan.recipients', [recipient('a', 'left_out', 'ten'), recipient('b', 'send', 'twenty'), recipient('c', 'holdout', 'ten'), recipient('d', 'holdout', 'ten'), recipient('e', 'send', 'five')], recipientColumns);
      await giveRows(session, 'identities.coupons', [{ customer_id: 'b', coupon_code: 'B-CODE' }], { customer_id: 'VARCHAR', coupon_code: 'VARCHAR' });
      await giveRows(session, 'snapshot.identities', [{ customer_id: 'a', kind: 'loyalty_card', value: 'card-a' }]);
      await giveRows(session, 'snapshot.events', [{ customer_id: 'a', channel: 'app' }, { customer_id: 'c', channel: 'app' }]);
      await giveRows(session, 'identities.purchases', [], purchaseColumns);
      await make(session, 'identities.offers');
      return work(session);
    });
  }

  test('is the one of the letter, under every record; who is held out of the mail gets none elsewhere', async () => {
    await withOffers(async (session) => {
      expect(await session.rows('select customer_id, decision, offer, is_at_odds from identities.offers order by customer_id')).toEqual([
        { customer_id: 'a', decision: 'offer', offer: 'twenty', is_at_odds: false }, { customer_id: 'b', decision: 'offer', offer: 'twenty', is_at_odds: false },
        { customer_id: 'c', decision: 'holdout', offer: null, is_at_odds: false },
        { customer_id: 'd', decision: 'offer', offer: 'five', is_at_odds: true }, { customer_id: 'e', decision: 'offer', offer: 'five', is_at_odds: true },
      ]);
    });
  });

  test('goes to the app and the till with the code of the letter', async () => {
    await withOffers(async (session) => {
      expect(await rowsOf(session, 'identities.app_push', 'customer_id, offer, coupon_code')).toEqual([{ customer_id: 'a', offer: 'twenty', coupon_code: 'B-CODE' }]);
      expect(await rowsOf(session, 'identities.till', 'loyalty_card, offer, coupon_code', 'loyalty_card')).toEqual([
        { loyalty_card: 'b', offer: 'twenty', coupon_code: 'B-CODE' }, { loyalty_card: 'card-a', offer: 'twenty', coupon_code: 'B-CODE' }, { loyalty_card: 'd', offer: 'five', coupon_code: null }, { loyalty_card: 'e', offer: 'five', coupon_code: null },
      ]);
    });
  });
});

test('paths: visits and letters of all of a person’s records up to each order, and what came to none', async () => {
  await withSession({ as_of: '2026-02-01 00:00:00', attribution_days: 30 }, async (session) => {
    const visit = (customer_id: string, at: string, channel: string, session_id: string) => ({ customer_id, occurred_at: at, channel, session_id, event_id: `${session_id}-${at}` });
    await giveRows(session, 'identities.persons', [{ customer_id: 'a', person_id: 'p' }, { customer_id: 'b', person_id: 'p' }], personColumns);
    await giveRows(session, 'snapshot.events', [
      visit('a', '2026-01-10 10:00:00', 'web', '1'), visit('a', '2026-01-10 10:05:00', 'web', '1'), visit('b', '2026-01-12 10:00:00', 'app', '2'), visit('b', '2026-01-20 10:00:00', 'web', '3'), visit('c', '2026-01-20 10:00:00', 'app', '4'),
      visit('c', '2025-11-20 10:00:00', 'app', '5'),
    ]);
    await giveRows(session, 'identities.letters', [{ customer_id: 'a', met_at: '2026-01-11 00:00:00' }], { customer_id: 'VARCHAR', met_at: 'TIMESTAMP' });
    const bought = (person_id: string, at: string) => ({ person_id, customer_id: 'x', order_id: at, ordered_at: at, channel: 'store', place: 'store', is_return: false, revenue: 1 });
    await giveRows(session, 'identities.purchases', [bought('p', '2026-01-12 10:00:00'), bought('z', '2026-01-15 10:00:00')], purchaseColumns);
    await make(session, 'identities.touches');
    expect(await rowsOf(session, 'identities.paths', '*', 'path')).toEqual([
      { path: 'app', conversions: 0, non_conversions: 1 },
      { path: 'store', conversions: 1, non_conversions: 0 },
      { path: 'web', conversions: 0, non_conversions: 1 },
      { path: 'web > mail > app', conversions: 1, non_conversions: 0 },
    ]);
  });
});

test('blocking: every pair once with the rules it met; a rule that brings nearly everybody together is left out', async () => {
  await withSession({}, async (session) => {
    const records = 200;
    await session.run(`create table people as select i::integer as record, 'x' || (i // 2) as near, 'y' || (i // 4) as wide, 'all' as everybody from range(${records}) as numbers(i)`);
    const rules = ['near', 'wide', 'everybody'].map((key) => ({ key, fields: [] }));
    const fields = [{ name: 'near', words: 'near', comparison: nameComparison, personal: true, weighsRareness: false }];
    const { left, right, met, blocking } = await gatherPairs(session, 'people', { records, fields, rules, largestBlock: 1000 });
    expect(blocking).toEqual([{ key: 'near', pairs: 100, used: true }, { key: 'wide', pairs: 300, used: true }, { key: 'everybody', pairs: 19_900, used: false }]);
    expect(left).toHaveLength(300);
    expect(Array.from(left.subarray(0, 6), (one, at) => [one, right[at], met[at]])).toEqual([[0, 1, 3], [0, 2, 2], [0, 3, 2], [1, 2, 2], [1, 3, 2], [2, 3, 3]]);
  });
});
