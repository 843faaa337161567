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
/** Longer than any page takes. */
const graceMs = 30_000;

/** A cycle's open DuckDB, and who reads in it. */
interface Kept { readonly session: WarehouseSession; readonly view: CycleView; readonly goodMs: number; users: number }

/** A place for a cycle: while it is being opened everybody waits for the same opening. */
interface Slot { readonly opening: Promise<Kept>; goodUntil: number }

export function createLakeReader(warehouse: Warehouse): LakeReader {
  const slots = new Map<string, Slot>();

  async function open(shop: string, cycle: string, folder: string): Promise<Kept> {
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
        if (error instanceof ClienteleError) drop(`${shop}/${cycle}`);
        throw error;
      } finally {
        entry.users -= 1;
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
    const entry: Kept = { session, view, goodMs: finished ? finishedMs : runningMs, users: 0 };
    return entry;
  }

  function openSlot(key: string, shop: string, cycle: string, folder: string): Slot {
    const slot: Slot = {
      goodUntil: Number.POSITIVE_INFINITY,
      opening: open(shop, cycle, folder).then((entry) => {
        slot.goodUntil = performance.now() + entry.goodMs;
        return entry;
      }, (error: unknown) => {
        if (slots.get(key) === slot) slots.delete(key);
        throw error;
      }),
    };
    return slot;
  }

  function drop(key: string): void {
    const slot = slots.get(key);
    slots.delete(key);
    if (slot !== undefined) retire(slot);
  }

  /** Closes what is not used any more, later: a page that has the view may be between two of its reads. */
  function retire({ opening }: Slot): void {
    opening.then((entry) => {
      const timer = setInterval(() => {
        if (entry.users > 0) return;
        clearInterval(timer);
        void entry.session.close();
      }, graceMs);
      timer.unref();
    }, () => undefined);
  }

  return {
    async view(shop, cycle) {
      const folder = cycleFolder(warehouse.lake, shop, cycle);
      // Asked before a slot is taken: names that somebody made up must not push out cycles that are looked at.
      if (folder === undefined || !(await exists(folder))) return undefined;
      const key = `${shop}/${cycle}`;
      const known = slots.get(key);
      const slot = known !== undefined && performance.now() < known.goodUntil ? known : openSlot(key, shop, cycle, folder);
      // Taken out and put back: the last of the map is the one used last.
      slots.delete(key);
      slots.set(key, slot);
      if (known !== undefined && known !== slot) retire(known);
      for (const oldest of slots.keys()) {
        if (slots.size <= keptOpen) break;
        drop(oldest);
      }
      return (await slot.opening).view;
    },
    async close() {
      const open = [...slots.values()];
      slots.clear();
      for (const { opening } of open) await opening.then((entry) => entry.session.close(), () => undefined);
    },
  };
}

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);
