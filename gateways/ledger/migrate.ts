import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ClienteleError } from '../errors.ts';

/** What a migration needs of an engine: scripts of several statements, and one transaction. */
export interface MigratingTransaction {
  script(sql: string): Promise<void>;
  query<Row extends object>(sql: string, parameters?: readonly string[]): Promise<Row[]>;
}

// Any fixed number that nothing else of ours locks.
const advisoryLock = 4_207_001;

/**
 * Brings a ledger to the newest schema: the files `0001_name.sql`, `0002_…` of `folder` in order, each in a transaction of its own, recorded with a
 * checksum in `schema_migrations`. Two processes at once wait for each other.
 * @returns names of the migrations applied now
 * @throws ClienteleError LEDGER_MIGRATION_CHANGED when an applied file was changed or is missing
 */
export async function migrate(folder: string, transaction: <Result>(work: (tx: MigratingTransaction) => Promise<Result>) => Promise<Result>): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_-]+\.sql$/.test(name)).sort();
  const applied: string[] = [];
  for (const name of names) {
    const sql = await readFile(join(folder, name), 'utf8');
    const checksum = createHash('sha256').update(sql).digest('hex');
    const fresh = await transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(${advisoryLock})`);
      await tx.script('create table if not exists schema_migrations (name text primary key, checksum text not null, applied_at timestamptz not null default now())');
      const known = await tx.query<{ name: string; checksum: string }>('select name, checksum from schema_migrations order by name');
      const strange = known.find((migration) => !names.includes(migration.name) || (migration.name === name && migration.checksum !== checksum));
      if (strange !== undefined) throw new ClienteleError('LEDGER_MIGRATION_CHANGED', { migration: strange.name });
      if (known.some((migration) => migration.name === name)) return false;
      await tx.script(sql);
      await tx.query('insert into schema_migrations (name, checksum) values ($1, $2)', [name, checksum]);
      return true;
    });
    if (fresh) applied.push(name);
  }
  return applied;
}
