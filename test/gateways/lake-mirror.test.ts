import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openS3 } from '../../gateways/object-store/open-s3.ts';
import { openLakeMirror } from '../../gateways/warehouse/lake-mirror.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { checkLakeStore } from '../../scripts/doctor/check-lake-store.ts';
import { mirrorActivities } from '../../workers/mirror-activities.ts';
import { startStrictServer, startVersity, versity, type S3Server } from './s3-servers.ts';

const folders: string[] = [];
afterEach(() => { folders.splice(0).forEach((folder) => { rmSync(folder, { recursive: true, force: true }); }); });

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'mirror-'));
  folders.push(folder);
  return folder;
};

const write = (folder: string, path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const read = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8');

const servers: readonly (readonly [string, () => Promise<S3Server>])[] = [
  ['a strict server of the test', startStrictServer],
  ...(versity === undefined ? [] : [['Versity S3 Gateway', startVersity] as const]),
];

if (versity === undefined) test('a lake in Versity S3 Gateway is not tested: versitygw is not on the PATH', (context) => context.skip());

describe.each(servers)('a lake in %s', (_name, start) => {
  let server: S3Server;
  let lakes = 0;
  beforeAll(async () => { server = await start(); });
  afterAll(async () => { await server.stop(); });
  /** A lake of its own for each test, and machines that share it. */
  const newLake = (): (() => { folder: string; mirror: ReturnType<typeof openLakeMirror> }) => {
    const prefix = `lake ${++lakes}/`;
    return () => {
      const folder = newFolder();
      return { folder, mirror: openLakeMirror({ store: openS3(server.settings), prefix, folder: `${folder}/` }) };
    };
  };

  test('what one machine pushes another pulls, with characters that URLs and XML know better left alone', async () => {
    const machine = newLake();
    const [one, other] = [machine(), machine()];
    const paths = ['demo/2026-W48/features/customers.parquet', 'demo/2026-W48/features/a+b & <c> ü.parquet', 'demo/2026-W48/snapshot/events/2026-11.parquet', 'demo/2026-W48/snapshot/events.json', 'demo/2026-W48/manifest.json'];
    paths.forEach((path) => { write(one.folder, path, `content of ${path}`); });
    write(one.folder, 'demo/2026-W48/features/half.parquet.tmp', 'not whole');
    await one.mirror.push('demo/2026-W48/');
    await other.mirror.pull('demo/2026-W48/');
    expect(Object.fromEntries(paths.map((path) => [path, read(other.folder, path)]))).toEqual(Object.fromEntries(paths.map((path) => [path, `content of ${path}`])));
    expect(existsSync(join(other.folder, 'demo/2026-W48/features/half.parquet.tmp'))).toBe(false);
    expect([...await other.mirror.paths('demo/')].sort()).toEqual([...paths].sort());
  });

  test('a change comes through, a removal too, and what is wanted by nobody stays where it is', async () => {
    const machine = newLake();
    const [one, other] = [machine(), machine()];
    write(one.folder, 'demo/2026-W48/a.json', 'first');
    write(one.folder, 'demo/2026-W48/b.json', 'goes');
    write(one.folder, 'demo/2026-W48/heavy/c.parquet', 'heavy');
    await one.mirror.push('demo/');
    await other.mirror.pull('demo/', { wanted: (path) => !path.includes('heavy') });
    write(one.folder, 'demo/2026-W48/a.json', 'other');
    rmSync(join(one.folder, 'demo/2026-W48/b.json'));
    await one.mirror.push('demo/');
    await other.mirror.pull('demo/', { wanted: (path) => !path.includes('heavy') });
    expect(read(other.folder, 'demo/2026-W48/a.json')).toBe('other');
    expect(existsSync(join(other.folder, 'demo/2026-W48/heavy/c.parquet'))).toBe(false);
    expect([...await other.mirror.paths('')].sort()).toEqual(['demo/2026-W48/a.json', 'demo/2026-W48/heavy/c.parquet']);
  });

  test('work that is not pushed yet survives a pull; a leftover that was never compared gives way, unless others work here', async () => {
    const machine = newLake();
    const [one, other] = [machine(), machine()];
    write(one.folder, 'demo/2026-W48/a.json', 'one');
    await one.mirror.push('demo/');
    await other.mirror.pull('demo/');
    write(other.folder, 'demo/2026-W48/a.json', 'being worked on');
    await other.mirror.pull('demo/');
    expect(read(other.folder, 'demo/2026-W48/a.json')).toBe('being worked on');
    const third = machine();
    write(third.folder, 'demo/2026-W48/a.json', 'of a killed attempt');
    await third.mirror.pull('demo/', { keepUnknown: true });
    expect(read(third.folder, 'demo/2026-W48/a.json')).toBe('of a killed attempt');
    await third.mirror.pull('demo/');
    expect(read(third.folder, 'demo/2026-W48/a.json')).toBe('one');
  });

  test('a machine that was started anew compares by content and fetches nothing twice', async () => {
    const machine = newLake();
    const one = machine();
    write(one.folder, 'demo/2026-W48/a.parquet', 'same');
    await one.mirror.push('demo/');
    const gets = (): number => ('requests' in server ? (server.requests as string[]).filter((request) => request.startsWith('GET') && !request.endsWith('?')).length : 0);
    const puts = (): number => ('requests' in server ? (server.requests as string[]).filter((request) => request.startsWith('PUT')).length : 0);
    const before = [gets(), puts()];
    const again = openLakeMirror({ store: openS3(server.settings), prefix: `lake ${lakes}/`, folder: one.folder });
    await again.pull('demo/');
    await again.push('demo/');
    expect([gets(), puts()]).toEqual(before);
    expect(read(one.folder, 'demo/2026-W48/a.parquet')).toBe('same');
  });

  test('a step on another machine reads the relation that a step here wrote, and what the week before left', async () => {
    const machine = newLake();
    const [one, other] = [machine(), machine()];
    const scope = { shop: 'demo', cycle: '2026-W49' };
    const activity = ({ folder, mirror }: typeof one, work: () => Promise<unknown>): Promise<unknown> => {
      const execute = mirrorActivities(mirror, folder)().inbound.execute!;
      return execute({ args: [scope], headers: {} }, work);
    };
    for (const week of ['2026-W47', '2026-W48']) {
      write(one.folder, `demo/${week}/manifest.json`, '{}');
      write(one.folder, `demo/${week}/outcomes/evidence.parquet`, week);
      write(one.folder, `demo/${week}/snapshot/events/2026-11.parquet`, week);
    }
    await one.mirror.push('demo/');
    const made = await activity(one, async () => {
      await using session = await (await openWarehouse({ lake: one.folder })).open({});
      return await session.materialise(scope, { name: 'features.numbers', sql: '-- grain: number\nselect range as number from range(10)' });
    }) as { uri: string; rows: number; bytes: number; fingerprint: string };
    const rows = await activity(other, async () => {
      await using session = await (await openWarehouse({ lake: other.folder })).open({ 'features.numbers': made });
      return await session.rows('select sum(number) as total from features.numbers');
    });
    expect(rows).toEqual([{ total: 45 }]);
    expect(read(other.folder, 'demo/2026-W48/snapshot/events/2026-11.parquet')).toBe('2026-W48');
    expect(read(other.folder, 'demo/2026-W47/outcomes/evidence.parquet')).toBe('2026-W47');
    // Only the cycle before is read with its snapshot.
    expect(existsSync(join(other.folder, 'demo/2026-W47/snapshot/events/2026-11.parquet'))).toBe(false);
  });

  test('a failed step pushes nothing, and its failure is what it was', async () => {
    const { folder, mirror } = newLake()();
    const execute = mirrorActivities(mirror, folder)().inbound.execute!;
    await expect(execute({ args: [{ shop: 'demo', cycle: '2026-W48' }], headers: {} }, async () => {
      write(folder, 'demo/2026-W48/half.json', 'half');
      throw new Error('the step failed');
    })).rejects.toThrow('the step failed');
    expect(await mirror.paths('')).toEqual([]);
    await expect(execute({ args: [{ shop: '../other', cycle: '2026-W48' }], headers: {} }, async () => 'no cycle of ours')).resolves.toBe('no cycle of ours');
  });

  test('the doctor sees that it works', async () => {
    expect(await checkLakeStore(openS3(server.settings), 'doctor/')).toMatchObject([{ area: 'lake', what: 'store', state: 'ok' }]);
    expect(await openS3(server.settings).list('doctor/')).toEqual([]);
  });

  test('a wrong key is an error that names the store and no key', async () => {
    const store = openS3({ ...server.settings, accessKeyId: 'SOMEBODYELSE', secretAccessKey: 'wrong' });
    await expect(store.list('')).rejects.toMatchObject({ code: 'LAKE_UNREACHABLE', message: expect.stringMatching(/s3:\/\/bucket could not be listed: status 40\d/) });
    await expect(store.list('')).rejects.not.toMatchObject({ message: expect.stringContaining('SOMEBODYELSE') });
    expect(await checkLakeStore(store, '')).toMatchObject([{ state: 'failed', mend: expect.stringContaining('s3:ListBucket') }]);
  });
});

test('many objects of many sizes come at once and whole', async () => {
  const server = await startStrictServer();
  const [from, to] = [newFolder(), newFolder()];
  const paths = Array.from({ length: 40 }, (_, place) => `demo/2026-W48/${place}.parquet`);
  paths.forEach((path, place) => { write(from, path, `${place}`.repeat(place * place * 2_000)); });
  await openLakeMirror({ store: openS3(server.settings), prefix: '', folder: from }).push('');
  await openLakeMirror({ store: openS3(server.settings), prefix: '', folder: to }).pull('');
  expect(paths.filter((path) => read(from, path) !== read(to, path))).toEqual([]);
  await server.stop();
});

test('an object that the store is too busy for is asked for again, and one that is gone is an error that says which status', async () => {
  const server = await startStrictServer();
  const folder = newFolder();
  write(folder, 'a', 'content');
  const store = openS3(server.settings);
  await store.put('a', join(folder, 'a'));
  server.failNext = 2;
  await store.get('a', join(folder, 'b'));
  expect(read(folder, 'b')).toBe('content');
  await expect(store.get('nothing', join(folder, 'c'))).rejects.toMatchObject({ code: 'LAKE_UNREACHABLE', message: expect.stringContaining('status 404') });
  expect(existsSync(join(folder, 'c'))).toBe(false);
  await server.stop();
});

test('a store that is busy is asked again; one that is not there is an error that can be tried again', async () => {
  const server = await startStrictServer();
  server.failNext = 2;
  expect(await openS3(server.settings).list('')).toEqual([]);
  await server.stop();
  await expect(openS3({ ...server.settings, endpoint: 'http://127.0.0.1:1' }).put('key', new URL(import.meta.url).pathname)).rejects.toMatchObject({ code: 'LAKE_UNREACHABLE' });
});
