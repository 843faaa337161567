import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { lockFolder } from '../../gateways/ledger/lock-folder.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { ledgerEngines, type LedgerEngine } from './ledger-engines.ts';

const module = join(import.meta.dirname, '../../gateways/ledger/open-ledger.ts');
const migrations = join(import.meta.dirname, '../../sql/ledger');
let root: string;

beforeAll(async () => { root = await mkdtemp(join(tmpdir(), 'ledger-opening-')); });
afterAll(async () => { await rm(root, { recursive: true, force: true }); });

/** A process that opens the ledger, writes one campaign, says so and stays until it is killed. */
async function holdLedger(folder: string): Promise<{ pid: number; kill: () => Promise<void> }> {
  const code = `
    const { openLedger } = await import(${JSON.stringify(module)});
    const ledger = await openLedger({ folder: ${JSON.stringify(folder)} });
    await ledger.query("insert into campaigns (campaign, shop, cycle, hash, opened_at) values ('written', 'demo', 'w', 'h', now())");
    console.log('written');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => { if (text.includes('written')) resolve(); });
    void ended.then(() => reject(new Error('the process ended early')));
  });
  return { pid: child.pid ?? 0, kill: async () => { child.kill('SIGKILL'); await ended; } };
}

describe('the embedded ledger', () => {
  it('belongs to one process; that of a killed process is taken over with all it wrote', async () => {
    const folder = join(root, 'taken-over');
    const holder = await holdLedger(folder);
    await expect(openLedger({ folder })).rejects.toMatchObject({ code: 'LEDGER_LOCKED', message: expect.stringContaining(`process ${holder.pid}`) });
    await holder.kill();
    const ledger = await openLedger({ folder });
    expect(await ledger.query('select campaign from campaigns')).toEqual([{ campaign: 'written' }]);
    await ledger.close();
  }, 60_000);

  it('is locked against a second opening by the same process, and free after closing', async () => {
    const folder = join(root, 'twice');
    const ledger = await openLedger({ folder });
    await expect(openLedger({ folder })).rejects.toMatchObject({ code: 'LEDGER_LOCKED' });
    await ledger.close();
    await (await openLedger({ folder })).close();
  }, 60_000);

  it('takes over the lock of an earlier process that had the pid of a living one', async () => {
    const folder = join(root, 'recycled');
    const unlock = await lockFolder(folder);
    const lock = await readFile(join(folder, 'lock'), 'utf8');
    const [pid, birth] = lock.split('\n');
    if (birth === '') return console.log('not run: this system does not tell when a process began');
    await writeFile(join(folder, 'lock'), `${pid}\nan earlier boot 1\nx\n`);
    const second = await lockFolder(folder);
    await unlock();
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'LEDGER_LOCKED' });
    await second();
    expect(await readdir(folder)).toEqual([]);
  });

  it('takes over a lock that was left empty', async () => {
    const folder = join(root, 'empty');
    await (await lockFolder(folder))();
    await writeFile(join(folder, 'lock'), '');
    await (await lockFolder(folder))();
  });

  it('gives a stale lock to one of many who ask at once', async () => {
    const folder = join(root, 'race');
    await (await lockFolder(folder))();
    await writeFile(join(folder, 'lock'), '999999999\n\nx\n');
    const outcomes = await Promise.allSettled(Array.from({ length: 25 }, () => lockFolder(folder)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['lock']);
  });
});

for (const { name, start } of ledgerEngines) {
  if (start === undefined) {
    test(`migrations on ${name}: not run, no ${name} on this machine`, () => console.log(`not run: no ${name} on this machine`));
    continue;
  }

  describe(`migrations on ${name}`, () => {
    let engine: LedgerEngine;
    beforeAll(async () => { engine = await start(); }, 120_000);
    afterAll(async () => { await engine?.stop(); });

    const copyOfMigrations = async (): Promise<string> => {
      const folder = await mkdtemp(join(root, 'migrations-'));
      await cp(migrations, folder, { recursive: true });
      return folder;
    };

    it('are applied once, later ones on top, and none after one that fails', async () => {
      const place = await engine.place();
      const folder = await copyOfMigrations();
      await (await openLedger({ ...place, migrations: folder })).close();
      await writeFile(join(folder, '0900_more.sql'), 'create table more (id integer); insert into more values (1);');
      await writeFile(join(folder, '0901_broken.sql'), 'create table half (id integer); select no_such_thing;');
      await expect(openLedger({ ...place, migrations: folder })).rejects.toThrow(/no_such_thing/);
      await writeFile(join(folder, '0901_broken.sql'), 'create table half (id integer);');
      const ledger = await openLedger({ ...place, migrations: folder });
      expect(await ledger.query('select (select count(*) from more) as more, (select count(*) from half) as half')).toEqual([{ more: 1, half: 0 }]);
      await ledger.close();
    }, 60_000);

    it('that were applied must not change or vanish', async () => {
      const place = await engine.place();
      const folder = await copyOfMigrations();
      await writeFile(join(folder, '0900_more.sql'), 'create table more (id integer);');
      await (await openLedger({ ...place, migrations: folder })).close();
      await writeFile(join(folder, '0900_more.sql'), 'create table more (id bigint);');
      await expect(openLedger({ ...place, migrations: folder })).rejects.toMatchObject({ code: 'LEDGER_MIGRATION_CHANGED', message: expect.stringContaining('0900_more.sql') });
      await rm(join(folder, '0900_more.sql'));
      await expect(openLedger({ ...place, migrations: folder })).rejects.toMatchObject({ code: 'LEDGER_MIGRATION_CHANGED' });
    }, 60_000);

    if (name === 'postgres') {
      it('are safe when many processes begin at once', async () => {
        const place = await engine.place();
        const ledgers = await Promise.all(Array.from({ length: 5 }, () => openLedger(place)));
        const files = (await readdir(migrations)).filter((file) => file.endsWith('.sql')).sort();
        expect((await (ledgers[0] as Ledger).query<{ name: string }>('select name from schema_migrations order by name')).map((row) => row.name)).toEqual(files);
        await Promise.all(ledgers.map((ledger) => ledger.close()));
      });

      it('say that a server cannot be reached, without the password', async () => {
        const opening = openLedger({ databaseUrl: 'postgres://me:secret@127.0.0.1:1/shop', folder: root });
        await expect(opening).rejects.toMatchObject({ code: 'LEDGER_UNREACHABLE', message: expect.stringContaining('postgres://127.0.0.1:1/shop') });
        await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
      });
    }
  });
}
