import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ownerOfToken } from '../../web/access/accounts.ts';
import { readEnvironment } from '../../workers/environment.ts';

const hash = '$argon2id$v=19$m=19456,t=2,p=1$kuuTbdvPF43FYY0RoO0NIA$Knn/kWIVJnvFq988g9pg6R3CclsgI7qptC8PBTCY2DY';
const sha256 = createHash('sha256').update('a token').digest('hex');
let home: string;
beforeEach(async () => { home = await mkdtemp(join(tmpdir(), 'accounts-')); });
afterEach(() => rm(home, { recursive: true }));

const read = async (text: string | undefined, variables: Record<string, string> = {}) => {
  const file = join(home, 'users.yaml');
  if (text !== undefined) await writeFile(file, text);
  return readEnvironment({ CLIENTELE_HOME: home, ...(text === undefined ? {} : { CONSOLE_USERS: file }), ...variables }).accounts;
};

test('nobody is named unless somebody is', async () => {
  expect(await read(undefined)).toEqual({ users: [], tokens: [] });
  expect(await read('')).toEqual({ users: [], tokens: [] });
});

test('people and programs come from a file, one of each from variables', async () => {
  const accounts = await read(`users:\n  - { name: Mara Berg, role: marketer, password: "${hash}" }\ntokens:\n  - { name: reporting, role: viewer, sha256: ${sha256} }\n`, { CONSOLE_PASSWORD_HASH: hash, API_TOKEN: 'x'.repeat(32) });
  expect(accounts.users.map(({ name, role }) => [name, role])).toEqual([['Mara Berg', 'marketer'], ['operator', 'operator']]);
  expect(ownerOfToken(accounts, 'a token')).toEqual({ name: 'reporting', role: 'viewer' });
  expect(ownerOfToken(accounts, 'x'.repeat(32))).toEqual({ name: 'API_TOKEN', role: 'operator' });
  expect(ownerOfToken(accounts, 'another')).toBeUndefined();
});

test.each([
  ['a password that is none of argon2id', 'users: [{ name: a, role: viewer, password: hunter2 }]', 'must be an argon2id hash'], ['a role that there is not', `users: [{ name: a, role: admin, password: "${hash}" }]`, 'role'],
  ['two of one name', `users: [{ name: a, role: viewer, password: "${hash}" }, { name: a, role: viewer, password: "${hash}" }]`, 'the same name'], ['a field too many', 'people: []', 'people'], ['no YAML', 'users: [', 'not readable'],
])('the file with %s stops the start, and says where without repeating it', async (_, text, words) => {
  const failed = await read(text).then(() => undefined, (error: Error) => error);
  expect(failed).toMatchObject({ code: 'ENVIRONMENT_INVALID', message: expect.stringContaining('CONSOLE_USERS') });
  expect(failed!.message).toContain(words);
  expect(failed!.message).not.toContain('hunter2');
});

test.each([['CONSOLE_PASSWORD_HASH', 'a plain password'], ['API_TOKEN', 'short'], ['CONSOLE_USERS', '/nowhere/users.yaml']])('%s=%s stops the start', async (name, value) => {
  await expect(read(undefined, { [name]: value })).rejects.toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID', message: expect.stringContaining(name) }));
});
