import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { makeHistory } from '../../simulator/make-history.ts';

const home = mkdtempSync(join(tmpdir(), 'serve-'));
afterAll(() => rmSync(home, { recursive: true }));

test('the process says where its sink is, answers in order, and ends with its input', async () => {
  const folder = join(home, 'shop');
  await makeHistory({ folder, customers: 200, seed: 3, months: 3, ordersPerCustomer: 2, eventsPerCustomer: 20 });
  const simulator = spawn(process.execPath, [join(import.meta.dirname, '../../simulator/serve.ts'), '--folder', folder, '--outbox', join(home, 'outbox')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => { simulator.once('exit', resolve); });
  const lines = createInterface({ input: simulator.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown>> => JSON.parse((await lines.next()).value as string) as Record<string, unknown>;

  expect(await answer()).toEqual({ smtpUrl: expect.stringMatching(/^smtp:\/\/127\.0\.0\.1:\d+$/) });
  simulator.stdin.write('{"liveWeek":{"from":"soon","to":"2026-11-30"}}\n{"liveWeek":{"from":"2026-11-23T00:00:00.000Z","to":"2026-11-30T00:00:00.000Z"}}\n');
  expect(await answer()).toEqual({ error: { message: 'soon is no ISO date or instant' } });
  expect(await answer()).toMatchObject({ lived: { week: '2026-W48', from: '2026-11-23', to: '2026-11-30', mailed: 0 } });
  expect(JSON.parse(readFileSync(join(folder, 'clock.json'), 'utf8'))).toEqual({ today: '2026-11-30', seed: 3 });
  simulator.stdin.end();
  expect(await ended).toBe(0);
});
