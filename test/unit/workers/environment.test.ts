import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEnvironment } from '../../../workers/environment.ts';

let home: string;
beforeEach(async () => { home = await mkdtemp(join(tmpdir(), 'clientele-environment-')); });
afterEach(() => rm(home, { recursive: true }));

test('needs nothing and then keeps to this machine', () => {
  expect(readEnvironment({ CLIENTELE_HOME: home, DATABASE_URL: '', SMTP_URL: '' })).toMatchObject({ home, lake: join(home, 'lake'), databaseUrl: undefined, smtpUrl: undefined, publicHost: '127.0.0.1', publicPort: 0, logLevel: 'info', threads: 4 });
});

test('makes the secret behind the links once, for its owner only', async () => {
  const { linkSecret } = readEnvironment({ CLIENTELE_HOME: home });
  expect(linkSecret.length).toBeGreaterThanOrEqual(32);
  expect(readEnvironment({ CLIENTELE_HOME: home }).linkSecret).toBe(linkSecret);
  expect(await readFile(join(home, 'link-secret'), 'utf8')).toBe(linkSecret);
  expect((await stat(join(home, 'link-secret'))).mode & 0o777).toBe(0o600);
});

test('gives sources the variables that are theirs and not the checkout\'s token', () => {
  expect(readEnvironment({ CLIENTELE_HOME: home, SHOP_DSN: 'postgres://shop', SHOP_TOKEN: 'a-token-of-checkout', PATH: '/bin' })).toMatchObject({ shopVariables: { SHOP_DSN: 'postgres://shop' }, shopToken: 'a-token-of-checkout' });
});

test('a lake in a bucket has a mirror on this machine, and keys that only the variables know', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
  expect(readEnvironment({ CLIENTELE_HOME: home, LAKE: 's3://shop-data/lakes/one/', AWS_ENDPOINT_URL: 'http://store:9000', ...keys })).toMatchObject({
    lake: join(home, 'lake-mirror', 'shop-data', 'lakes', 'one'), lakeStore: { bucket: 'shop-data', prefix: 'lakes/one/', endpoint: 'http://store:9000', region: 'us-east-1', accessKeyId: 'id', secretAccessKey: 'secret' },
  });
  expect(readEnvironment({ CLIENTELE_HOME: home, LAKE: 's3://shop-data', AWS_REGION: 'eu-central-1', ...keys }).lakeStore).toMatchObject({ prefix: '', region: 'eu-central-1', endpoint: undefined });
  expect(readEnvironment({ CLIENTELE_HOME: home, LAKE: join(home, 'elsewhere') })).toMatchObject({ lake: join(home, 'elsewhere'), lakeStore: undefined });
});

test.each([
  ['LAKE', { LAKE: 'gs://bucket/lake' }], ['LAKE', { LAKE: 's3://B' }], ['AWS_ACCESS_KEY_ID', { LAKE: 's3://bucket' }], ['AWS_SECRET_ACCESS_KEY', { LAKE: 's3://bucket', AWS_ACCESS_KEY_ID: 'id' }],
  ['AWS_ENDPOINT_URL', { LAKE: 's3://bucket', AWS_ENDPOINT_URL: 'store:9000' }],
])('refuses a lake for want of a good %s', (name, variables) => {
  expect(() => readEnvironment({ CLIENTELE_HOME: home, ...variables })).toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID', message: expect.stringContaining(name) }));
});

test.each([
  ['PUBLIC_PORT', '70000'], ['PUBLIC_PORT', '80.5'], ['DATABASE_URL', 'mysql://x'], ['PUBLIC_URL', 'javascript:alert(1)'], ['LINK_SECRET', 'short'], ['LOG_LEVEL', 'loud'], ['WAREHOUSE_MEMORY', 'much'], ['UV_THREADPOOL_SIZE', '0'],
])('refuses %s=%s and names it', (name, value) => {
  expect(() => readEnvironment({ CLIENTELE_HOME: home, [name]: value })).toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID', message: expect.stringContaining(name) }));
});
