import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ClienteleError } from '../../gateways/errors.ts';
import type { RelationRef, Relations } from '../../gateways/warehouse/relation-ref.ts';
import type { Cell, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { cycleFolder } from '../cycle-folder.ts';

/** One cycle's relations, ready to be asked. */
export interface CycleView {
  readonly shop: string;
  readonly cycle: string;
  readonly relations: Relations;
  /** Whether the cycle has every one of these relations. */
  has(...names: readonly string[]): boolean;
  ref(name: string): RelationRef | undefined;
  rows<Row extends Record<string, Cell>>(sql: string): Promise<Row[]>;
  /** The same when the cycle has the relations, else nothing. */
  rowsIf<Row extends Record<string, Cell>>(names: readonly string[], sql: string): Promise<Row[]>;
  /** Makes relations of an earlier cycle readable beside this one's: `segments.memberships` as `before.memberships`. */
  beside(earlier: CycleView, names: readonly string[]): Promise<void>;
}

/** Keeps the DuckDB of the cycles that are looked at open: opening one costs more than most pages read. */
export interface LakeReader {
  /** Undefined where the lake has no such cycle. */
  view(shop: string, cycle: string): Promise<CycleView | undefined>;
  close(): Promise<void>;
}

/** Cycles kept open; the one not used for longest goes first. */
const keptOpen = 6;
/** A cycle with a report is over: its relations stay as they are unless somebody runs it again. */
const finishedMs = 60_000;
const runningMs = 2_000;

interface Kept { readonly session: WarehouseSession; readonly view: CycleView; readonly goodUntil: number; users: number; dropped: boolean }

export function createLakeReader(warehouse: Warehouse): LakeReader {
  const kept = new Map<string, Promise<Kept | undefined>>();

  async function open(shop: string, cycle: string): Promise<Kept | undefined> {
    const folder = cycleFolder(warehouse.lake, shop, cycle);
    if (folder === undefined || !(await exists(folder))) return undefined;
    const finished = await exists(join(folder, 'report.json'));
    const relations = await warehouse.list({ shop, cycle });
    const session = await warehouse.open(relations);
    // One statement at a time: a second one on a connection may end the first.
    let last: Promise<unknown> = Promise.resolve();
    const ask = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      entry.users += 1;
      const asked = last.then(work);
      last = asked.catch(() => undefined);
      try {
        return await asked;
      } catch (error) {
        // A relation that was written anew in another shape: the next look opens it as it is now.
        if (error instanceof ClienteleError) forget(`${shop}/${cycle}`, entry);
        throw error;
      } finally {
        entry.users -= 1;
        if (entry.dropped && entry.users === 0) await session.close();
      }
    };
    const rows = <Row extends Record<string, Cell>>(sql: string): Promise<Row[]> => ask(() => session.rows<Row>(sql));
    const besides = new Map<string, RelationRef>();
    const view: CycleView = {
      shop, cycle, relations, rows,
      has: (...names) => names.every((name) => relations[name] !== undefined),
      ref: (name) => relations[name],
      rowsIf: async (names, sql) => (names.every((name) => relations[name] !== undefined) ? rows(sql) : []),
      beside: (earlier, names) => ask(async () => {
        for (const name of names) {
          const ref = earlier.relations[name];
          const alias = `before.${name.slice(name.indexOf('.') + 1)}`;
          if (ref === undefined || besides.get(alias) === ref) continue;
          await session.addView(alias, ref);
          besides.set(alias, ref);
        }
      }),
    };
    const entry: Kept = { session, view, goodUntil: performance.now() + (finished ? finishedMs : runningMs), users: 0, dropped: false };
    return entry;
  }

  function forget(key: string, entry: Kept | undefined): void {
    void kept.get(key)?.then((current) => { if (current === entry) kept.delete(key); });
    if (entry === undefined || entry.dropped) return;
    entry.dropped = true;
    // A page that still reads closes it when it is done; one that is about to read has a moment to begin.
    setTimeout(() => { if (entry.users === 0) void entry.session.close(); }, 5_000).unref();
  }

  return {
    async view(shop, cycle) {
      const key = `${shop}/${cycle}`;
      const known = await kept.get(key)?.catch(() => undefined);
      if (known !== undefined && known.goodUntil > performance.now() && !known.dropped) {
        const again = Promise.resolve(known);
        kept.delete(key);
        kept.set(key, again);
        return known.view;
      }
      forget(key, known);
      const opening = open(shop, cycle);
      kept.set(key, opening);
      const opened = await opening.catch((error: unknown) => {
        kept.delete(key);
        throw error;
      });
      if (opened === undefined) kept.delete(key);
      for (const [other, entry] of kept) {
        if (kept.size <= keptOpen) break;
        kept.delete(other);
        void entry.then((found) => { forget(other, found); }, () => undefined);
      }
      return opened?.view;
    },
    async close() {
      const entries = [...kept.values()];
      kept.clear();
      for (const entry of entries) await (await entry.catch(() => undefined))?.session.close();
    },
  };
}

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);
