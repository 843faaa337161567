import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStore } from '../../gateways/object-store/object-store.ts';
import { notesOf, wordsOf, type Finding } from './finding.ts';

const note = notesOf('lake');

/** Whether a lake in an object store can be listed, written, read and removed from, below its prefix. */
export async function checkLakeStore(store: ObjectStore, prefix: string): Promise<Finding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  const file = join(folder, 'object');
  const key = `${prefix}.doctor-${randomUUID()}`;
  try {
    const objects = await store.list(prefix);
    await writeFile(file, key);
    await store.put(key, file);
    await rm(file);
    await store.get(key, file);
    const kept = await readFile(file, 'utf8') === key;
    await store.remove(key);
    const place = `${store.name}/${prefix}`;
    return [kept ? note.ok('store', `${place} can be listed, written and read; it has ${objects.length} objects`) : note.failed('store', `${place} gave back another object than it was given`, 'Look for a proxy or a cache between here and the store.')];
  } catch (error) {
    return [note.failed('store', wordsOf(error), 'The keys need s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject on the bucket.')];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
