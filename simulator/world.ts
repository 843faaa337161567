import { readFile } from 'node:fs/promises';
import { DuckDBInstance, DuckDBTypeId } from '@duckdb/node-api';
import { dirtRates, isInPlace } from './dirt-rates.ts';
import { dropOutShape, firstOrder, rateShape, signUpPower, type Friction, type ShopModel } from './shop-model.ts';

/** A DuckDB in which a shop model comes true, table by table (simulator/sql). */
export interface World extends AsyncDisposable {
  /** Runs one file of simulator/sql, or SQL text. */
  runFile(name: string): Promise<void>;
  run(sql: string): Promise<void>;
  rows<Row extends Readonly<Record<string, string | number | boolean | null>>>(sql: string): Promise<Row[]>;
  set(name: string, value: string | number): Promise<void>;
  /** Adds rows to a table of varchar, double and bigint columns. */
  append(table: string, rows: readonly (readonly (string | number | null)[])[]): Promise<void>;
  /** Writes the select of simulator/sql/files/<name>.sql to a file, CSV or Parquet by the file's ending; `without` leaves out a column. */
  write(name: string, path: string, without?: string): Promise<void>;
}

const read = (name: string): Promise<string> => readFile(new URL(`sql/${name}.sql`, import.meta.url), 'utf8');

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** `struck(kind, id)`: whether that row gets that kind of dirt. `copies_of_<table>(id)`: `clean`, and the spoilt copies below it. */
function dirtMacros(dirt: boolean): string {
  const rates = Object.entries(dirtRates).flatMap(([table, kinds]) => Object.entries(kinds).map(([kind, rate]) => `when ${quote(`${table}.${kind}`)} then ${dirt ? rate : 0}`));
  const copies = Object.entries(dirtRates).map(([table, kinds]) => {
    const added = Object.keys(kinds).filter((kind) => !isInPlace(kind));
    const struck = (kind: string): string => `struck(${quote(`${table}.${kind}`)}, id)`;
    return `create macro copies_of_${table}(id) as case when ${added.map(struck).join(' or ')}
      then list_filter(['clean', ${added.map((kind) => `case when ${struck(kind)} then ${quote(kind)} end`).join(', ')}], lambda copy: copy is not null) else ['clean'] end;`;
  });
  return [`create macro struck(kind, id) as u('dirt/' || kind, id) < case kind ${rates.join(' ')} end;`, ...copies].join('\n');
}

/**
 * Opens an in-memory DuckDB with the model's macros and calendar up to `horizon` (exclusive ISO date).
 * @param spill folder DuckDB may put what does not fit into memory
 */
export async function openWorld(model: Omit<ShopModel, 'rateScale' | 'visitRate'>, { from, horizon, spill }: { readonly from: string; readonly horizon: string; readonly spill: string }): Promise<World> {
  const instance = await DuckDBInstance.create(':memory:', { temp_directory: spill });
  const connection = await instance.connect();
  const run = async (sql: string): Promise<void> => { await connection.run(sql); };
  const set = (name: string, value: string | number): Promise<void> => run(`set variable "${name}" = ${typeof value === 'number' ? value : quote(value)}`);
  const world: World = {
    run,
    set,
    runFile: async (name) => run(await read(name)),
    async rows<Row extends Readonly<Record<string, string | number | boolean | null>>>(sql: string): Promise<Row[]> {
      const rows = (await connection.runAndReadAll(sql)).getRowObjectsJS();
      return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value])) as Row);
    },
    async append(table, rows) {
      const appender = await connection.createAppender(table);
      const types = rows.length === 0 ? [] : (await connection.run(`from ${table} limit 0`)).columnTypes();
      for (const row of rows) {
        for (const [i, value] of row.entries()) {
          if (value === null) appender.appendNull();
          else if (typeof value === 'string') appender.appendVarchar(value);
          else if (types[i]!.typeId === DuckDBTypeId.BIGINT) appender.appendBigInt(BigInt(value));
          else appender.appendDouble(value);
        }
        appender.endRow();
      }
      appender.closeSync();
    },
    async write(name, path, without) {
      // Lines of a CSV are whole texts already: a separator that never occurs keeps the writer from quoting them.
      const format = path.includes('.parquet') ? 'format parquet, compression zstd' : "format csv, header true, quote '', escape '', delimiter '\x01'";
      const select = await read(`files/${name}`);
      await run(`copy (${without === undefined ? select : `select * exclude (${without}) from (${select})`}) to ${quote(path)} (${format})`);
    },
    async [Symbol.asyncDispose]() {
      connection.closeSync();
      instance.closeSync();
    },
  };
  const variables = {
    seed: model.seed, customers: model.customers, products_per_category: model.productsPerCategory, start: model.start, until: model.until, from, horizon,
    drop_out_shape: dropOutShape, rate_shape: rateShape, first_order_days: firstOrder.days, looking_days: firstOrder.lookingDays, looking_share: firstOrder.lookingShare, sign_up_power: signUpPower,
    mail_works: model.mailEffect === 'none' ? 0 : 1,
  };
  for (const [name, value] of Object.entries(variables)) await set(name, value);
  // The text of a nested macro is bound when it is made, so the one with the draws comes first.
  const macros = await read('macros');
  const split = macros.indexOf('-- Which one of the flaws');
  await run(macros.slice(0, split));
  await run(dirtMacros(model.dirt));
  await run(macros.slice(split));
  await world.runFile('calendar');
  for (const [name, day] of [['history_microdays', model.until], ['horizon_microdays', horizon], ['from_microdays', from]] as const) {
    const [{ microdays }] = await world.rows<{ microdays: number }>(`select coalesce(sum(ticks) filter (day < ${quote(day)}::date), 0)::bigint * 10000 as microdays from days`) as [{ microdays: number }];
    await set(name, microdays);
  }
  return world;
}

/** Fills the world with products, customers and every purchase until its horizon. */
export async function populate(world: World, rateScale: number): Promise<void> {
  await world.set('rate_scale', rateScale);
  for (const file of ['products', 'customers', 'purchases']) await world.runFile(file);
}

/** Adds order lines, sessions, reviews and posts from the world's `from` on; what a friction loses becomes a session without its order. */
export async function fillIn(world: World, { visitRate, friction }: Pick<ShopModel, 'visitRate' | 'friction'>): Promise<void> {
  await world.set('visit_rate', visitRate);
  for (const file of ['order-lines', 'sessions']) await world.runFile(file);
  if (friction !== undefined) await plant(world, friction);
  await world.runFile('reviews');
}

async function plant(world: World, { channel, device = '', share }: Friction): Promise<void> {
  await world.set('friction_channel', channel);
  await world.set('friction_device', device);
  await world.set('friction_share', share);
  await world.runFile('friction');
}
