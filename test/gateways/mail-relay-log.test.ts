import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRelayLog } from '../../gateways/mail/relay-log.ts';

let root: string;
let logs = 0;
beforeAll(async () => { root = await mkdtemp(join(tmpdir(), 'relay-log-')); });
afterAll(async () => { await rm(root, { recursive: true, force: true }); });
const newLog = (): string => join(root, `relay-${logs += 1}.log.jsonl`);
const line = (id: string): string => `${JSON.stringify({ messageId: `<${id}@shop.example>`, recipient: 'ann@example.com', at: '2026-11-23T08:00:00Z', file: '000001.eml' })}\n`;
const ask = async (log: ReturnType<typeof openRelayLog>, ...ids: string[]): Promise<boolean[] | undefined> => {
  const known = await log.accepted(ids.map((id) => `<${id}@shop.example>`));
  return known === undefined ? undefined : [...known.values()];
};

describe("the relay's log", () => {
  it('knows nothing where none is configured, or where it is missing', async () => {
    expect(await ask(openRelayLog(), 'a')).toBeUndefined();
    expect(await ask(openRelayLog(''), 'a')).toBeUndefined();
    expect(await ask(openRelayLog(join(root, 'missing')), 'a')).toBeUndefined();
  });

  it('tells what was accepted from what was not, and reads on', async () => {
    const path = newLog();
    await writeFile(path, line('a'));
    const log = openRelayLog(path);
    expect(await ask(log, 'a', 'b')).toEqual([true, false]);
    await appendFile(path, line('b'));
    expect(await ask(log, 'a', 'b', 'c')).toEqual([true, true, false]);
  });

  it('waits for the end of a half-written line', async () => {
    const path = newLog();
    const whole = line('grüße');
    await writeFile(path, whole.slice(0, 20));
    const log = openRelayLog(path);
    expect(await ask(log, 'grüße')).toEqual([false]);
    await appendFile(path, whole.slice(20));
    expect(await ask(log, 'grüße')).toEqual([true]);
  });

  it('passes over lines of another kind', async () => {
    const path = newLog();
    await writeFile(path, `started\n{"a": 1}\nnull\n\n${line('a')}`);
    expect(await ask(openRelayLog(path), 'a')).toEqual([true]);
  });

  it('reads a rotated log from its beginning and forgets nothing', async () => {
    const path = newLog();
    await writeFile(path, line('a') + line('b'));
    const log = openRelayLog(path);
    expect(await ask(log, 'a', 'b', 'c')).toEqual([true, true, false]);
    await writeFile(path, line('c'));
    expect(await ask(log, 'a', 'b', 'c')).toEqual([true, true, true]);
  });

  it('reads a log longer than its buffer, asked by many at once', async () => {
    const path = newLog();
    await writeFile(path, Array.from({ length: 5000 }, (_, i) => line(`m${i}`)).join(''));
    const log = openRelayLog(path);
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(log, 'm0', 'm2500', 'm4999', 'm5000')));
    expect(answers).toEqual(Array.from({ length: 5 }, () => [true, true, true, false]));
  });
});
