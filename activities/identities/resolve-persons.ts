import type { IdentityReview } from '../../gateways/ledger/identity-reviews.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import { fingerprintOf } from '../../gateways/warehouse/fingerprint.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { Column, CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { inThread } from '../in-thread.ts';
import { blockingRules, largestBlock, recordFields } from './linkage-model.ts';
import type { LinkedRecords, LinkTask, RecordPair } from './link-records.ts';
import { personId } from './person-id.ts';
import { gatherPairs, type GatheredPairs } from './score-pairs.ts';

export interface ResolvePersons {
  readonly folder: CycleFolder;
  readonly settings: ShopSettings['identities'];
  readonly seed: number;
  readonly reviews: readonly IdentityReview[];
  readonly signal?: AbortSignal;
}

type Named = LinkedRecords & { readonly customers: readonly string[]; readonly blocking: GatheredPairs['blocking'] };

/**
 * Which customer records are one person: `identities.links` (each pair that counts, with why), `identities.persons` (the person of each record) and
 * `identities.review`; `identities.blocking` says what each blocking rule brought together. Names and addresses are compared in the session and are in none of them.
 */
export async function resolvePersons(session: WarehouseSession, { folder, settings, seed, reviews, signal }: ResolvePersons): Promise<Record<string, RelationRef>> {
  let found: Promise<Named> | undefined;
  const write = (name: string, columns: (named: Named) => readonly Column[]): Promise<RelationRef> => session.write(folder, {
    name, algorithm: 'link-records 2', inputs: ['snapshot.customers', 'snapshot.identities'],
    parameters: { ...settings, seed, reviews: fingerprintOf(reviews.map(({ customerId, otherCustomerId, verdict }) => [customerId, otherCustomerId, verdict])) },
    columns: async () => columns(await (found ??= link(session, { settings, seed, reviews, signal }))),
  });
  const links = await write('identities.links', ({ links: all, customers }) => [
    { name: 'customer_id', type: 'VARCHAR', values: all.map(({ record }) => customers[record]!) }, { name: 'other_customer_id', type: 'VARCHAR', values: all.map(({ otherRecord }) => customers[otherRecord]!) },
    { name: 'kind', type: 'VARCHAR', values: all.map(({ kind }) => kind) }, { name: 'verdict', type: 'VARCHAR', values: all.map(({ verdict }) => verdict) },
    { name: 'probability', type: 'DOUBLE', values: all.map(({ probability }) => probability) }, { name: 'why', type: 'VARCHAR', values: all.map(({ why }) => why) },
  ]);
  const persons = await write('identities.persons', ({ personOf, links: all, customers }) => {
    const sizes = new Map<number, number>();
    for (const person of personOf) sizes.set(person, (sizes.get(person) ?? 0) + 1);
    const strongest = new Map<number, { probability: number; why: string; kind: string }>();
    for (const link of all) {
      if (link.verdict !== 'linked') continue;
      for (const record of [link.record, link.otherRecord]) if (link.probability > (strongest.get(record)?.probability ?? 0)) strongest.set(record, link);
    }
    return [
      { name: 'customer_id', type: 'VARCHAR', values: customers },
      { name: 'person_id', type: 'VARCHAR', values: Array.from(personOf, (first) => personId(customers[first]!)) },
      { name: 'records', type: 'INTEGER', values: Array.from(personOf, (person) => sizes.get(person)!) },
      { name: 'kind', type: 'VARCHAR', values: customers.map((_, record) => strongest.get(record)?.kind ?? 'alone') },
      { name: 'probability', type: 'DOUBLE', values: customers.map((_, record) => strongest.get(record)?.probability ?? 1) },
      { name: 'why', type: 'VARCHAR', values: customers.map((_, record) => strongest.get(record)?.why ?? 'no other record is like it') },
    ];
  });
  const blocking = await write('identities.blocking', ({ blocking: rules }) => [
    { name: 'key', type: 'VARCHAR', values: rules.map(({ key }) => key) }, { name: 'pairs', type: 'BIGINT', values: rules.map(({ pairs }) => pairs) }, { name: 'used', type: 'BOOLEAN', values: rules.map(({ used }) => used) },
  ]);
  return { 'identities.links': links, 'identities.blocking': blocking, 'identities.persons': persons, 'identities.review': await session.materialise(folder, { name: 'identities.review', sql: await readSql('identities.review') }) };
}

async function link(session: WarehouseSession, { settings, seed, reviews, signal }: Omit<ResolvePersons, 'folder'>): Promise<Named> {
  await session.run('create schema if not exists identities');
  await session.run(`create or replace table identities.records as ${await readSql('identities.records')}`);
  await session.run(`create or replace table identities.keys as ${await readSql('identities.keys')}`);
  await session.run(`set variable largest_key = ${settings.largest_key}`);
  const customers = await session.texts('select customer_id::varchar from identities.records order by record');
  const certain = await session.rows<{ record: number; other_record: number; kind: string }>(`select * from (${await readSql('identities.certain_links')}\n) order by record, other_record`);
  const gathered = await gatherPairs(session, 'identities.records', { records: customers.length, fields: recordFields, rules: blockingRules, largestBlock });
  // Nothing that names a person stays in the session longer than it is compared.
  await session.run('drop table identities.keys; drop table identities.records');
  const recordOf = new Map(customers.map((customer, record) => [customer, record]));
  const decided = (verdict: IdentityReview['verdict']): RecordPair[] => reviews.flatMap((review) => {
    const [record, otherRecord] = [recordOf.get(review.customerId), recordOf.get(review.otherCustomerId)];
    return review.verdict === verdict && record !== undefined && otherRecord !== undefined ? [{ record, otherRecord }] : [];
  });
  const task: LinkTask = {
    gathered, seed, threshold: settings.threshold, reviewFrom: settings.review_from, largestPerson: settings.largest_person,
    certain: certain.map(({ record, other_record: otherRecord, kind }) => ({ record, otherRecord, kind })), same: decided('same'), different: decided('different'),
  };
  return { customers, blocking: gathered.blocking, ...await inThread<LinkTask, LinkedRecords>(new URL('./link-records.thread.ts', import.meta.url), task, { signal }) };
}
