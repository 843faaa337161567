import { join } from 'node:path';
import { personId } from '../../activities/identities/person-id.ts';
import { quoteIdentifier, quoteLiteral } from '../../gateways/warehouse/quote.ts';
import { readablePath } from '../../gateways/warehouse/relation-file.ts';
import type { CycleFolder, Warehouse } from '../../gateways/warehouse/warehouse.ts';

/** Rows of one person in one relation of a cycle. */
export interface LakeTrace extends CycleFolder {
  readonly relation: string;
  /** From the lake's root. */
  readonly uri: string;
  readonly rows: number;
  /** SQL that is true for these rows. */
  readonly condition: string;
}

/** What makes a row the person's: its customer, or in a line that was refused its id or address among the fields. Undefined where nobody is named. */
function conditionOf(columns: ReadonlyMap<string, string>, { customer, addresses }: { readonly customer: string; readonly addresses: readonly string[] }): string | undefined {
  const id = quoteLiteral(customer);
  const named = ['customer_id', 'other_customer_id'].filter((name) => columns.has(name)).map((name) => `${quoteIdentifier(name)}::varchar = ${id}`);
  // Where rows are a person's and name no record, they are the person's that is called after this one.
  if (named.length === 0 && columns.has('person_id')) named.push(`person_id = ${quoteLiteral(personId(customer))}`);
  const field = quoteLiteral(`(^|[,;\\t"':{ ])${customer.replaceAll(/[^\w]/g, '\\$&')}([,;\\t"'} ]|$)`);
  const lines = columns.get('line') === 'VARCHAR' ? [`regexp_matches(line, ${field})`, ...addresses.map((address) => `contains(lower(line), ${quoteLiteral(address)})`)] : [];
  const conditions = [...named, ...lines];
  return conditions.length === 0 ? undefined : `(${conditions.join(' or ')})`;
}

/** Every relation of these cycles that holds rows of the person. */
export async function findInLake(warehouse: Warehouse, folders: readonly CycleFolder[], person: { readonly customer: string; readonly addresses: readonly string[] }): Promise<LakeTrace[]> {
  const traces: LakeTrace[] = [];
  for (const folder of folders) {
    await using session = await warehouse.open({});
    for (const [relation, { uri }] of Object.entries(await warehouse.list(folder))) {
      const read = `read_parquet(${quoteLiteral(readablePath(join(warehouse.lake, uri)))})`;
      const condition = conditionOf(await session.describe(`from ${read}`), person);
      if (condition === undefined) continue;
      const [found] = await session.rows<{ rows: number }>(`select count(*) as rows from ${read} where ${condition}`);
      if ((found?.rows ?? 0) > 0) traces.push({ ...folder, relation, uri, rows: found?.rows ?? 0, condition });
    }
  }
  return traces;
}

/** Addresses that the lake has of a customer, in small letters without spaces around. */
export async function addressesInLake(warehouse: Warehouse, folders: readonly CycleFolder[], customer: string): Promise<string[]> {
  const found = new Set<string>();
  for (const folder of folders) {
    const relations = await warehouse.list(folder);
    for (const [relation, column] of [['snapshot.customers', 'email'], ['plan.recipients', 'address']] as const) {
      const ref = relations[relation];
      if (ref === undefined) continue;
      await using session = await warehouse.open({ [relation]: ref });
      for (const address of await session.texts(`select distinct lower(trim(${column})) from ${relation} where customer_id::varchar = ${quoteLiteral(customer)} and trim(${column}) <> ''`)) found.add(address);
    }
  }
  return [...found].sort();
}
