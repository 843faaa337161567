import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ObjectStore, StoredObject } from '../object-store/object-store.ts';

/** A lake in an object store, of which this machine has a folder. */
export interface LakeMirror {
  /**
   * Brings what the store has below a path of the lake into the folder, where it is not there already. A file that was changed here since both were alike
   * is somebody's work that is not pushed yet, and stays.
   */
  pull(path: string, options?: PullOptions): Promise<void>;
  /** Brings what has changed in the folder below a path into the store, relations before what names them; what was removed here is removed there. */
  push(path: string): Promise<void>;
  /** What the store has below a path of the lake. */
  paths(path: string): Promise<readonly string[]>;
}

export interface PullOptions {
  /** Paths to bring; all when absent. */
  readonly wanted?: (path: string) => boolean;
  /** Files that are here and were never compared with the store stay too: for whoever pulls while others work. */
  readonly keepUnknown?: boolean;
}

/** What a local file was when store and folder had the same. */
interface Agreed {
  readonly etag: string;
  readonly bytes: number;
  readonly changedAt: number;
}

/** Objects on their way at a time. */
const sideBySide = 8;

/**
 * Keeps a folder and a store's prefix alike, file by file. Relations never change once they are written, so most of it is noticing that nothing is to be
 * done: by size and time of a file that was compared before, by MD5 of one that was not (Amazon S3 User Guide: the entity tag of a plain object is its MD5;
 * where a store's is not, files are read again once a process).
 * @param prefix of the keys, empty or ending in a slash
 */
export function openLakeMirror({ store, prefix, folder: given }: { readonly store: ObjectStore; readonly prefix: string; readonly folder: string }): LakeMirror {
  const folder = resolve(given);
  const agreed = new Map<string, Agreed>();

  async function lookAt(path: string): Promise<Omit<Agreed, 'etag'> | undefined> {
    const found = await stat(join(folder, path)).catch((error: NodeJS.ErrnoException) => { if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error; });
    return found === undefined ? undefined : { bytes: found.size, changedAt: found.mtimeMs };
  }

  /** How the local file stands to the store's object. */
  async function compare(path: string, { bytes, etag }: StoredObject): Promise<'same' | 'missing' | 'older' | 'changed here' | 'unknown'> {
    const local = await lookAt(path);
    if (local === undefined) return 'missing';
    const known = agreed.get(path);
    if (known !== undefined && known.changedAt === local.changedAt && known.bytes === local.bytes) return known.etag === etag ? 'same' : 'older';
    if (local.bytes === bytes && await md5Of(join(folder, path)) === etag) {
      agreed.set(path, { ...local, etag });
      return 'same';
    }
    return known === undefined ? 'unknown' : 'changed here';
  }

  async function remember(path: string, etag: string): Promise<void> {
    const local = await lookAt(path);
    if (local !== undefined) agreed.set(path, { ...local, etag });
  }

  const objectsBelow = async (path: string): Promise<Map<string, StoredObject>> => new Map((await store.list(`${prefix}${path}`)).map((object) => [object.key.slice(prefix.length), object]));

  return {
    paths: async (path) => [...(await objectsBelow(path)).keys()],
    async pull(path, { wanted = () => true, keepUnknown = false } = {}) {
      const objects = [...await objectsBelow(path)].filter(([name]) => wanted(name) && !name.split('/').some((part) => part === '' || part === '.' || part === '..'));
      await eachOf(objects, async ([name, object]) => {
        const state = await compare(name, object);
        if (state === 'same' || state === 'changed here' || (state === 'unknown' && keepUnknown)) return;
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await store.get(object.key, join(folder, name));
        await remember(name, object.etag);
      });
    },
    async push(path) {
      const there = await objectsBelow(path);
      const here = await filesBelow(folder, path);
      const changed: string[] = [];
      for (const name of here) {
        const object = there.get(name);
        if (object === undefined || await compare(name, object) !== 'same') changed.push(name);
      }
      for (const names of [changed.filter((name) => name.endsWith('.parquet')), changed.filter((name) => !name.endsWith('.parquet'))]) {
        await eachOf(names, async (name) => { await remember(name, await store.put(`${prefix}${name}`, join(folder, name))); });
      }
      const local = new Set(here);
      await eachOf([...there.keys()].filter((name) => agreed.has(name) && !local.has(name)), async (name) => {
        await store.remove(`${prefix}${name}`);
        agreed.delete(name);
      });
    },
  };
}

async function md5Of(file: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Paths of files below a folder of the lake, by name; what is being written is not one yet. */
async function filesBelow(folder: string, path: string): Promise<string[]> {
  const entries = await readdir(join(folder, path), { withFileTypes: true, recursive: true }).catch((error: NodeJS.ErrnoException) => { if (error.code === 'ENOENT') return []; throw error; });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && !entry.name.endsWith('.tmp'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith('.'))
    .sort();
}

async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0;
  const runner = async (): Promise<void> => { while (next < items.length) await work(items[next++]!); };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(sideBySide, items.length) }, runner));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
