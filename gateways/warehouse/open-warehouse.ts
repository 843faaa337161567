import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { ClienteleError } from '../errors.ts';
import type { Trace } from '../trace/trace.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { listRelationNames, readRelation, relationUri } from './relation-file.ts';
import type { RelationRef, Relations } from './relation-ref.ts';
import { createSession } from './session.ts';
import type { CycleFolder, Parameter, Warehouse, WarehouseSession } from './warehouse.ts';

/** What a DuckDB of the warehouse may use. */
export interface WarehouseOptions {
  /** Folder of the lake; made when missing. */
  readonly lake: string;
  readonly threads?: number;
  /** As DuckDB writes it, for example `4GB`. */
  readonly memoryLimit?: string;
  /** Values of `SHOP_*` environment variables that sources may read with `getvariable`, for connection strings and keys. */
  readonly shopVariables?: Readonly<Record<string, string>>;
  /** Told of every statement. */
  readonly trace?: Trace;
}

/** Opens the lake. Nothing is shared between sessions, so any number of them may run beside each other. */
export async function openWarehouse(options: WarehouseOptions): Promise<Warehouse> {
  const lake = resolve(options.lake);
  const defaultThreads = options.threads ?? availableParallelism();
  const scratch = join(lake, '.scratch');
  await mkdir(scratch, { recursive: true });

  async function connect(threads = defaultThreads): Promise<{ instance: DuckDBInstance; connection: Awaited<ReturnType<DuckDBInstance['connect']>> }> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(threads),
      ...(options.memoryLimit === undefined ? {} : { memory_limit: options.memoryLimit }),
      temp_directory: scratch,
      // A checkpoint of a database that lives in memory rewrites its tables for nobody.
      checkpoint_threshold: '1TB',
    });
    const connection = await instance.connect();
    // Timestamps are the shop's wall clock: no zone of the machine may move them.
    await connection.run("set timezone = 'UTC'");
    return { instance, connection };
  }

  async function open(relations: Relations, parameters: Readonly<Record<string, Parameter>> = {}, signal?: AbortSignal, threads?: number): Promise<WarehouseSession> {
    const { instance, connection } = await connect(threads);
    for (const [name, value] of Object.entries({ ...options.shopVariables, ...parameters })) {
      await connection.run(`set variable ${quoteIdentifier(name)} = ${quoteLiteral(value)}`);
    }
    const session = createSession({ instance, connection, lake, signal, trace: options.trace });
    for (const [name, ref] of Object.entries(relations)) await session.addView(name, ref);
    return session;
  }

  async function withConnection<T>(work: (connection: Awaited<ReturnType<DuckDBInstance['connect']>>) => Promise<T>): Promise<T> {
    const { instance, connection } = await connect();
    try {
      return await work(connection);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }

  return {
    lake,
    threads: defaultThreads,
    open,
    find: (folder: CycleFolder, name: string): Promise<RelationRef | undefined> =>
      withConnection(async (connection) => (await readRelation(connection, lake, folder, name))?.ref),
    list: (folder: CycleFolder): Promise<Relations> => withConnection(async (connection) => {
      const relations: Record<string, RelationRef> = {};
      for (const name of await listRelationNames(lake, folder)) {
        const file = await readRelation(connection, lake, folder, name);
        if (file === undefined) throw new ClienteleError('RELATION_MISSING', { relation: name, path: relationUri(folder, name) });
        relations[name] = file.ref;
      }
      return relations;
    }),
  };
}
