import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintOfParts, shortened } from './fingerprint.ts';
import { folderUri, relationUri, writeRelationRecord, type RelationPart, type RelationRecord } from './relation-file.ts';
import type { RelationRef } from './relation-ref.ts';
import type { CycleFolder } from './warehouse.ts';

/** What is known of a partitioned relation besides its parts. */
export interface SealedRelation extends Pick<RelationRecord, 'recipe' | 'inputs' | 'parameters' | 'external' | 'seconds'> {
  readonly name: string;
  readonly parts: readonly RelationPart[];
  /** Left out for rows from outside: then it is the hash of the parts. */
  readonly fingerprint?: string;
}

/** Makes one relation of the parts that lie in its folder: what an earlier attempt left there goes, then the record that makes it readable is written. */
export async function sealParts(lake: string, folder: CycleFolder, { name, parts: given, fingerprint, ...rest }: SealedRelation): Promise<RelationRef> {
  const uri = folderUri(folder, name);
  const path = join(lake, uri);
  const parts = [...given].sort((a, b) => (a.name < b.name ? -1 : 1));
  const known = new Set(parts.map((part) => `${part.name}.parquet`));
  for (const file of await readdir(path)) if (!known.has(file)) await rm(join(path, file), { recursive: true, force: true });
  // The same relation may have been one file before the shop's files were split.
  await rm(join(lake, relationUri(folder, name)), { force: true });
  const sum = (key: 'rows' | 'bytes'): number => parts.reduce((total, part) => total + part[key], 0);
  const ref: RelationRef = { uri, rows: sum('rows'), bytes: sum('bytes'), fingerprint: fingerprint ?? shortened(fingerprintOfParts(parts)) };
  const { uri: _, ...figures } = ref;
  await writeRelationRecord(path, { relation: name, ...figures, ...rest, madeAt: new Date().toISOString(), parts });
  return ref;
}
