import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IdentitiesFound } from '../../activities/identities/contract.ts';
import { createIdentityActivities } from '../../activities/identities/index.ts';
import { writeMadePeople } from '../../bench/made-people.ts';
import type { IdentityReview } from '../../gateways/ledger/identity-reviews.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';

const shop = 'demo';
const cycle = '2026-W48';
const asOf = '2026-11-23T00:00:00.000Z';
const people = 1500;
let folder: string;
let truth: Uint32Array;

/** A lake that knows simulated people who are there twice, with nothing else going on but an order of the first. */
async function makeLake(name: string): Promise<Warehouse> {
  const warehouse = await openWarehouse({ lake: join(folder, name) });
  await using session = await warehouse.open({});
  await session.run(`create table people as select * from read_csv(${quoteLiteral(join(folder, 'people.csv'))}, all_varchar = true, header = true, nullstr = '')`);
  const id = "'C' || lpad(record, 6, '0')";
  const relations: Readonly<Record<string, string>> = {
    'snapshot.customers': `-- grain: customer_id\nselect ${id} as customer_id, email, given_name, try_cast(birth_date as date) as birth_date, city from people`,
    'snapshot.identities': `-- grain: customer_id, kind\nselect * from (unpivot (select ${id} as customer_id, family_name, phone, device from people) on family_name, phone, device into name kind value value)`,
    'snapshot.events': "-- grain: event_id\nselect 'e' as event_id, 'C000000' as customer_id, 's' as session_id, timestamp '2026-11-20 10:00:00' as occurred_at, 'app' as channel",
    'features.orders': "-- grain: order_id\nselect 'C000000' as customer_id, 'o' as order_id, timestamp '2026-11-20 10:00:00' as ordered_at, 'app' as channel, false as is_return, 10::decimal(18, 4) as revenue",
  };
  for (const [relation, sql] of Object.entries(relations)) await session.materialise({ shop, cycle }, { name: relation, sql, inputs: [] });
  await session.materialise({ shop, cycle }, { name: 'features.customers', sql: "-- grain: customer_id\nselect 'C000000' as customer_id", inputs: [], parameters: { as_of: asOf } });
  return warehouse;
}

const resolve = (warehouse: Warehouse, reviews: readonly IdentityReview[] = []): Promise<IdentitiesFound> => createIdentityActivities({
  warehouse, openShop: (name) => openShopFolder(join(import.meta.dirname, '../../shops'), name), clock: () => new Date(0), cancellation: () => undefined,
  ledger: { engine: 'pglite', query: async <Row extends object>() => reviews as unknown as Row[], transaction: () => Promise.reject(new Error('unused')), close: () => Promise.resolve() },
}).resolveIdentities({ shop });

interface PersonRow extends Record<string, string | number> { readonly customer_id: string; readonly person_id: string; readonly records: number; readonly probability: number; readonly why: string }
interface LinkRow extends Record<string, string | number> { readonly customer_id: string; readonly other_customer_id: string; readonly verdict: string; readonly kind: string; readonly probability: number; readonly why: string }

async function read(warehouse: Warehouse, { relations }: IdentitiesFound): Promise<{ readonly persons: readonly PersonRow[]; readonly links: readonly LinkRow[] }> {
  await using session = await warehouse.open(relations);
  return { persons: await session.rows<PersonRow>('from identities.persons order by customer_id'), links: await session.rows<LinkRow>('from identities.links') };
}

let warehouse: Warehouse;
let found: IdentitiesFound;
let told: Awaited<ReturnType<typeof read>>;
const personOf = (customer: string): number => truth[Number(customer.slice(1))]!;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'identities-'));
  await writeMadePeople({ records: join(folder, 'people.csv'), truth: join(folder, 'people.u32') }, { people, seed: 3 });
  const bytes = await readFile(join(folder, 'people.u32'));
  truth = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  warehouse = await makeLake('lake');
  found = await resolve(warehouse);
  told = await read(warehouse, found);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('customer records of simulated people', () => {
  test('are joined with a precision of at least 0.98 and a recall of at least 0.9, counted by pairs', () => {
    const pairs = (count: number): number => (count * (count - 1)) / 2;
    const sum = (keys: readonly string[]): number => Map.groupBy(keys, (key) => key).values().reduce((total, group) => total + pairs(group.length), 0);
    const joined = sum(told.persons.map(({ person_id }) => person_id));
    const right = sum(told.persons.map(({ person_id, customer_id }) => `${person_id} ${personOf(customer_id)}`));
    const all = sum(told.persons.map(({ customer_id }) => String(personOf(customer_id))));
    expect(right / joined).toBeGreaterThanOrEqual(0.98);
    expect(right / all).toBeGreaterThanOrEqual(0.9);
  });

  test('each have one person, with a probability and why; the counts agree', () => {
    expect(told.persons).toHaveLength(truth.length);
    expect(new Set(told.persons.map(({ customer_id }) => customer_id)).size).toBe(truth.length);
    expect(new Set(told.persons.map(({ person_id }) => person_id)).size).toBe(found.persons);
    for (const { probability, why, records } of told.persons) {
      expect(probability).toBeGreaterThan(0);
      expect(probability).toBeLessThanOrEqual(1);
      expect(why).not.toBe('');
      if (records > 1) expect(why).not.toBe('no other record is like it');
    }
    expect(found.joinedByKey + found.joinedByEvidence + found.joinedByPeople).toBe(told.persons.filter(({ records }) => records > 1).length);
    expect(found.joinedByKey).toBeGreaterThan(0);
    expect(found.joinedByEvidence).toBeGreaterThan(0);
  });

  test('that may be one person are put to review: all between the band and the threshold', () => {
    const review = told.links.filter(({ verdict }) => verdict === 'review');
    expect(found.toReview).toBe(review.length);
    expect(review.length).toBeGreaterThan(0);
    for (const { probability } of review) expect(probability).toBeGreaterThanOrEqual(0.5);
    for (const { probability } of told.links.filter(({ verdict, kind }) => verdict === 'linked' && kind === 'evidence')) expect(probability).toBeGreaterThanOrEqual(0.9);
  });

  test('are brought together by rules that say how many pairs they bring; none is too coarse here', async () => {
    await using session = await warehouse.open(found.relations);
    const rules = await session.rows<{ key: string; pairs: number; used: boolean }>('from identities.blocking');
    expect(rules.length).toBeGreaterThan(5);
    for (const { pairs, used } of rules) expect([pairs > 0, used]).toEqual([true, true]);
  });

  test('follow what people said: one pair is joined, another is kept apart, whatever the evidence', async () => {
    const [undecided, linked] = [told.links.find(({ verdict }) => verdict === 'review')!, told.links.find(({ verdict, kind }) => verdict === 'linked' && kind === 'key')!];
    const say = ({ customer_id: customerId, other_customer_id: otherCustomerId }: LinkRow, verdict: IdentityReview['verdict']): IdentityReview => ({ customerId, otherCustomerId, verdict, by: 'Ada', comment: '', at: new Date(0) });
    const other = await makeLake('decided');
    const { persons } = await read(other, await resolve(other, [say(undecided, 'same'), say(linked, 'different')]));
    const person = (customer: string): string => persons.find(({ customer_id }) => customer_id === customer)!.person_id;
    expect(person(undecided.customer_id)).toBe(person(undecided.other_customer_id));
    expect(person(linked.customer_id)).not.toBe(person(linked.other_customer_id));
  });

  test('are the same people in the same bytes when resolved again elsewhere', async () => {
    const again = await makeLake('again');
    const { relations } = await resolve(again);
    for (const [name, ref] of Object.entries(relations)) expect(await readFile(join(again.lake, ref.uri)), name).toEqual(await readFile(join(warehouse.lake, found.relations[name]!.uri)));
  });

  test('leave no name, address, birthday or number in what is written', async () => {
    await using session = await warehouse.open(found.relations);
    const [, first] = (await readFile(join(folder, 'people.csv'), 'utf8')).split('\n');
    const [, givenName, familyName, email, birthDate, , phone, device] = first!.split(',');
    for (const name of Object.keys(found.relations)) {
      const text = JSON.stringify(await session.rows(`select to_json(told)::varchar as line from ${name} as told`));
      for (const value of [givenName, familyName, email, birthDate, phone, device].filter((each) => each !== undefined && each.length > 3)) expect(text.includes(value!), `${value} in ${name}`).toBe(false);
    }
  });
});
