import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { partitionPattern } from '../../activities/collect/source-partitions.ts';
import type { Manifest } from '../../activities/feedback/write-manifest.ts';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import { readablePath, readRelationRecord, type RelationRecord } from '../../gateways/warehouse/relation-file.ts';
import type { Relations } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { LineageStep, SourceFile } from './explanation.ts';

export interface LineageRequest extends CycleFolder {
  readonly customer: string;
  /** Relations whose lineage is asked for. */
  readonly roots: readonly string[];
  readonly relations: Relations;
  readonly manifest: Manifest | undefined;
  /** SQL text of the shop's sources by canonical table. */
  readonly sources: Readonly<Record<string, string>>;
}

/** The manifest of a cycle, if it is written yet. */
export async function readManifest(lake: string, { shop, cycle }: CycleFolder): Promise<Manifest | undefined> {
  const text = await readFile(join(lake, shop, cycle, 'manifest.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Manifest);
}

/** Everything that some relations were made of, by the records beside them: each before its inputs, the shop's files last. */
export async function readLineage({ lake }: Warehouse, session: WarehouseSession, request: LineageRequest): Promise<LineageStep[]> {
  const { relations, manifest } = request;
  const steps = new Map<string, LineageStep>();
  const order: string[] = [];
  async function visit(relation: string): Promise<void> {
    if (steps.has(relation)) return;
    const ref = relations[relation];
    const record = ref === undefined ? undefined : await readRelationRecord(join(lake, ref.uri));
    const inputs = record?.inputs ?? [];
    steps.set(relation, {
      relation, inputs, fingerprint: ref?.fingerprint ?? 'not known', rows: ref?.rows ?? 0, parameters: record?.parameters ?? {},
      recipe: record?.recipe ?? (ref === undefined ? 'of an earlier cycle' : 'not known: its record is gone'),
      manifest: compare(manifest, relation, ref?.fingerprint),
      ...(record?.external === undefined ? {} : { source: await sourceOf(lake, session, request, relation, record) }),
    });
    for (const input of inputs) await visit(input);
    order.push(relation);
  }
  for (const root of request.roots) await visit(root);
  return order.reverse().map((relation) => steps.get(relation)!);
}

function compare(manifest: Manifest | undefined, relation: string, fingerprint: string | undefined): LineageStep['manifest'] {
  if (manifest === undefined) return 'no manifest yet';
  const entry = manifest.relations.find((known) => known.relation === relation);
  if (entry === undefined) return 'not in it';
  return entry.fingerprint === fingerprint ? 'same' : 'other fingerprint';
}

async function sourceOf(lake: string, session: WarehouseSession, { shop, customer, relations, sources }: LineageRequest, relation: string, { external, parts }: RelationRecord): Promise<LineageStep['source']> {
  const [, table = ''] = relation.split('.');
  const sql = sources[table];
  if (external?.startsWith('ledger') === true) return { by: external.startsWith('ledger until ') ? `the ${external}` : 'the ledger', files: [] };
  if (sql === undefined) return { by: `no source: the shop gives no ${table}`, files: [] };
  const by = `shops/${shop}/sources/${table}.sql`;
  const path = readablePath(join(lake, relations[relation]!.uri));
  if (!(await session.describe(`from ${relation}`)).has('customer_id')) return { by, files: (parts ?? [{ name: 'all' }]).map(({ name }) => ({ file: fileOf(sql, name) })) };
  const found = await session.rows<{ part: string; rows: number }>(`
    select parse_filename(filename, true) as part, count(*) as rows
    from read_parquet(${quoteLiteral(path)}, filename = true)
    where customer_id = ${quoteLiteral(customer)}
    group by part order by part`);
  if (found.length === 0) return { by: `${by}: no row of this customer`, files: [] };
  return { by, files: found.map(({ part, rows }): SourceFile => ({ file: fileOf(sql, parts === undefined ? 'all' : part), rows })) };
}

/** The file a part of a relation was read from, as the source's own text has it. */
function fileOf(sql: string, part: string): string {
  const pattern = partitionPattern(sql);
  if (pattern !== undefined) return pattern.includes('*') && part !== 'all' ? pattern.replace(/[*?[].*?(?=\.\w+$|$)/, part) : pattern;
  const read = [...sql.matchAll(/getvariable\('data'\)\s*\|\|\s*'\/?([^']+)'/g)].map(([, file]) => file);
  return read.length === 0 ? 'what its select reads' : read.join(', ');
}
