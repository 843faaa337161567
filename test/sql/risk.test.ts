import { describe, expect, test } from 'vitest';
import { linkAccounts } from '../../activities/risk/link-accounts.ts';
import { paymentFeatures } from '../../activities/risk/payment-features.ts';
import { scorePayments, type ScoringTask } from '../../activities/risk/score-payments.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { giveRows, rowsOf, withSession, type GivenRows } from './support/run-relation.ts';

const parameters = { as_of: '2026-11-23T00:00:00', large_order_quantile: 0.8, maximum_payments_a_day: 2, maximum_accounts_a_device: 2, maximum_cards_a_device: 2 };
const orderColumns = { order_id: 'varchar', customer_id: 'varchar', gross: 'decimal(18, 4)', discount: 'decimal(18, 4)', lines: 'bigint', items: 'decimal(18, 3)', is_return: 'boolean' };

interface Given { readonly payments?: GivenRows; readonly identities?: GivenRows; readonly events?: GivenRows; readonly customers?: GivenRows; readonly orderLines?: GivenRows }

const withShop = <T>({ payments = [], identities = [], events = [], customers = [], orderLines = [] }: Given, work: (session: WarehouseSession) => Promise<T>): Promise<T> => withSession(parameters, async (session) => {
  await giveRows(session, 'snapshot.payments', payments.map((row, place) => ({ payment_id: `y${place}`, order_id: `o${place}`, occurred_at: '2026-11-01T10:00:00', billing_country: 'DE', ip_country: 'DE', amount: 20, ...row })));
  await giveRows(session, 'snapshot.identities', identities);
  await giveRows(session, 'snapshot.events', events.map((row, place) => ({ event_id: String(place), occurred_at: '2026-11-01T09:00:00', kind: 'view', ...row })));
  await giveRows(session, 'snapshot.customers', customers);
  await giveRows(session, 'snapshot.order_lines', orderLines);
  await giveRows(session, 'features.orders', [], orderColumns);
  await session.run('create schema if not exists risk');
  await session.run(`create table risk.devices as ${await readSql('risk.devices')}`);
  return work(session);
});

const rules = 'payment_id, rule_countries, rule_large_first, rule_velocity, rule_accounts, rule_cards, rules_met';
const no = { rule_countries: false, rule_large_first: false, rule_velocity: false, rule_accounts: false, rule_cards: false, rules_met: 0 };

describe('risk.payments', () => {
  test('an address in another country than the bill meets a rule; one that is not known does not', async () => {
    await withShop({ payments: [{ customer_id: 'a', ip_country: 'BR' }, { customer_id: 'b', ip_country: 'de' }, { customer_id: 'c', ip_country: null }] }, async (session) => {
      expect(await rowsOf(session, 'risk.payments', rules, 'payment_id')).toEqual([{ ...no, payment_id: 'y0', rule_countries: true, rules_met: 1 }, { ...no, payment_id: 'y1' }, { ...no, payment_id: 'y2' }]);
    });
  });

  test('a first order is suspicious when it is large; a later one is not', async () => {
    const small = Array.from({ length: 8 }, (_, place) => ({ customer_id: `c${place}` }));
    await withShop({ payments: [...small, { customer_id: 'new', amount: 900 }, { customer_id: 'c0', amount: 900, occurred_at: '2026-11-10T10:00:00' }] }, async (session) => {
      expect(await rowsOf(session, 'risk.payments', 'payment_id, is_first, mean_before::double as mean_before', 'amount desc, payment_id')).toEqual(expect.arrayContaining([{ payment_id: 'y8', is_first: true, mean_before: null }, { payment_id: 'y9', is_first: false, mean_before: 20 }]));
      expect(await session.rows(`select payment_id from (${await readSql('risk.payments')}) where rule_large_first`)).toEqual([{ payment_id: 'y8' }]);
    });
  });

  test('velocity counts the day before each payment, not the calendar’s day', async () => {
    const at = (time: string) => ({ customer_id: 'a', occurred_at: time });
    await withShop({ payments: [at('2026-11-01T20:00:00'), at('2026-11-01T23:00:00'), at('2026-11-02T01:00:00'), at('2026-11-03T09:00:00')] }, async (session) => {
      expect(await rowsOf(session, 'risk.payments', 'payments_24h, rule_velocity', 'occurred_at')).toEqual([{ payments_24h: 1, rule_velocity: false }, { payments_24h: 2, rule_velocity: false }, { payments_24h: 3, rule_velocity: true }, { payments_24h: 1, rule_velocity: false }]);
    });
  });

  test('many accounts and many cards on one device meet two rules', async () => {
    await withShop({
      payments: [{ customer_id: 'a' }, { customer_id: 'alone' }],
      events: [{ anonymous_id: 'd1', customer_id: 'a' }, { anonymous_id: 'd1', customer_id: 'b' }, { anonymous_id: 'd2', customer_id: 'alone' }],
      identities: [{ customer_id: 'c', kind: 'device', value: 'd1' }, ...['k1', 'k2', 'k3'].map((value, place) => ({ customer_id: ['a', 'b', 'c'][place]!, kind: 'card', value }))],
    }, async (session) => {
      expect(await rowsOf(session, 'risk.payments', 'payment_id, device_accounts, device_cards, rule_accounts, rule_cards', 'payment_id')).toEqual([{ payment_id: 'y0', device_accounts: 3, device_cards: 3, rule_accounts: true, rule_cards: true }, { payment_id: 'y1', device_accounts: 1, device_cards: 0, rule_accounts: false, rule_cards: false }]);
    });
  });

  test('every feature of the scoring has a value for every payment', async () => {
    await withShop({ payments: [{ customer_id: null, method: null, device: null, ip_country: null, billing_country: null }] }, async (session) => {
      const [row] = await session.rows(`select ${paymentFeatures.map(({ sql, name }) => `(${sql})::double as ${name}`).join(', ')} from (${await readSql('risk.payments')})`);
      expect(Object.values(row!).every((value) => typeof value === 'number' && Number.isFinite(value))).toBe(true);
    });
  });
});

describe('one person with many accounts', () => {
  test('is found by what accounts share, also where it takes two steps', () => {
    const link = (kind: string, key: string, customer: string) => ({ kind, link_key: key, customer_id: customer });
    expect(linkAccounts([link('address', 'x', 'c3'), link('address', 'x', 'c1'), link('card', 'k', 'c1'), link('card', 'k', 'c2'), link('device', 'd', 'c8'), link('device', 'd', 'c9')])).toEqual([
      ...['c1', 'c2', 'c3'].map((customer) => ({ customer, person: 'c1', accounts: 3, linkedBy: 'address, card' })),
      ...['c8', 'c9'].map((customer) => ({ customer, person: 'c8', accounts: 2, linkedBy: 'device' })),
    ]);
  });

  test('abuses coupons when two of the accounts redeem; who only shares a household does not', async () => {
    const line = (order: string, customer: string, coupon: string | null) => ({ order_id: order, line_no: 1, customer_id: customer, ordered_at: '2026-11-01T00:00:00', product_id: 'p', quantity: 1, unit_price: 1, coupon_code: coupon });
    const customers = ['a', 'b', 'c', 'd', 'e'].map((customer, place) => ({ customer_id: customer, email: ['One@x.example', 'one@x.example ', 'two@x.example', 'two@x.example', 'three@x.example'][place]! }));
    await withShop({ customers, orderLines: [line('o1', 'a', 'NEW10'), line('o2', 'b', 'NEW11'), line('o3', 'c', 'NEW12'), line('o4', 'd', null), line('o5', 'e', 'NEW13')] }, async (session) => {
      const links = await session.rows<{ kind: string; link_key: string; customer_id: string }>(`select * from (${await readSql('risk.links')}) order by all`);
      expect(links.map(({ customer_id: customer, kind }) => [customer, kind]).sort()).toEqual([['a', 'address'], ['b', 'address'], ['c', 'address'], ['d', 'address']]);
      expect(links.every(({ link_key: key }) => !key.includes('@'))).toBe(true);
      await giveRows(session, 'risk.accounts', linkAccounts(links).map(({ customer, person, accounts, linkedBy }) => ({ customer_id: customer, person, accounts, linked_by: linkedBy })), { customer_id: 'varchar', person: 'varchar', accounts: 'integer', linked_by: 'varchar' });
      expect(await rowsOf(session, 'risk.coupon_abuse')).toEqual([{ person: 'a', accounts: 2, accounts_with_coupons: 2, coupon_orders: 2, linked_by: 'address' }]);
    });
  });
});

describe('scorePayments', () => {
  /** Payments of which those with the second feature are mostly fraud when the first is large. */
  const made = (rows: number, labelled: boolean): ScoringTask => {
    let state = 5;
    const draw = (): number => { state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; return state / 2 ** 32; };
    const matrix = new Float64Array(rows * 3);
    const labels = new Float64Array(rows).fill(Number.NaN);
    const rulesMet = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const odd = draw() < 0.04;
      const amount = draw();
      matrix.set([amount, odd ? 1 : 0, draw() * 3], row * 3);
      if (labelled) labels[row] = odd && amount > 0.5 && draw() < 0.9 ? 1 : 0;
      rulesMet[row] = odd && draw() < 0.5 ? 1 : 0;
    }
    return { matrix, rows, features: ['amount', 'countries_differ', 'hour'], rulesMet, amounts: new Float64Array(rows).fill(100), labels, from: rows - 500, capacity: 20, reviewCost: 5, lossShare: 1, seed: 3 };
  };

  test('learns from labels where there are enough, and says how it did on later payments beside the other ways', () => {
    const scoring = scorePayments(made(6_000, true));
    expect(scoring.used).toBe('boosted trees');
    const used = scoring.judged.find(({ isUsed }) => isUsed)!;
    expect(used.averagePrecision).toBeGreaterThan(0.35);
    expect(used.lower <= used.averagePrecision && used.averagePrecision <= used.upper).toBe(true);
    expect(scoring.judged.every(({ averagePrecision: other }) => other <= used.averagePrecision)).toBe(true);
    // 20 of 500 payments can be looked at: as many of the 1,800 that judge
    expect(used.atCapacity.alerts).toBe(72);
    expect(scoring.curve.find(({ alerts }) => alerts === 72)).toEqual(used.atCapacity);
  });

  test('without a label goes by the rules and by what is unusual, and judges nothing', () => {
    const task = made(2_000, false);
    const scoring = scorePayments(task);
    expect([scoring.used, scoring.judged, scoring.curve]).toEqual(['rules and isolation forest', [], []]);
    const highest = [...scoring.scores.keys()].sort((a, b) => scoring.scores[b]! - scoring.scores[a]!).slice(0, 5);
    expect(highest.every((place) => task.rulesMet[task.from + place] === 1)).toBe(true);
  });

  test('says what moves the highest scores', () => {
    const { movers } = scorePayments(made(6_000, true));
    expect(movers).toHaveLength(20);
    expect(movers.slice(0, 10).every(([, features]) => features[0] === 'countries_differ')).toBe(true);
  });

  test('the same payments give the same scores', () => {
    expect(scorePayments(made(3_000, true)).scores).toEqual(scorePayments(made(3_000, true)).scores);
  });
});
