import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashOfRelation, readRelationRecord } from '../../gateways/warehouse/relation-file.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { isApart } from '../apart-layers.ts';
import type { FeedbackInput } from './contract.ts';
import type { ManifestEntry } from './report/cycle-report.ts';
import { writeWhole } from '../write-whole.ts';

/** A relation as the manifest has it: enough to recompute and compare it. */
export interface ManifestRelation extends ManifestEntry {
  /** SHA-256 of the relation's bytes. */
  readonly sha256: string;
  /** Set where the rows came from outside the lake; such a relation is taken as given when the cycle is recomputed. */
  readonly external?: string;
  readonly recipe: string;
  readonly inputs: readonly string[];
}

export interface Manifest {
  readonly shop: string;
  readonly cycle: string;
  readonly asOf: string;
  readonly version: string;
  readonly madeAt: string;
  readonly dataFolder?: string;
  readonly steps: FeedbackInput['steps'];
  readonly relations: readonly ManifestRelation[];
}

const version = (JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;

/** Writes `manifest.json` of a cycle: every relation with fingerprint, rows, seconds and bytes, and the code's version. */
export async function writeManifest(warehouse: Warehouse, { shop, cycle, asOf, dataFolder, steps }: FeedbackInput, madeAt: Date): Promise<Manifest> {
  const relations = Object.entries(await warehouse.list({ shop, cycle })).filter(([relation]) => !isApart(relation));
  const entries = await Promise.all(relations.map(async ([relation, { uri, rows, bytes, fingerprint }]): Promise<ManifestRelation> => {
    const path = join(warehouse.lake, uri);
    const record = await readRelationRecord(path);
    return { relation, rows, bytes, fingerprint, seconds: record?.seconds ?? 0, sha256: await hashOfRelation(path), external: record?.external, recipe: record?.recipe ?? 'not known', inputs: record?.inputs ?? [] };
  }));
  const manifest: Manifest = { shop, cycle, asOf, version, madeAt: madeAt.toISOString(), dataFolder, steps, relations: entries };
  await writeWhole(join(warehouse.lake, shop, cycle, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
  return manifest;
}
