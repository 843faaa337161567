import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import { tracedWorkflows } from '../../workers/create-workers.ts';
import { historyOfJson, type RecordedHistory } from './history-json.ts';
import '../workflows/quiet-runtime.ts';
import { workflowBundle } from '../workflows/start-worker.ts';

const folder = join(import.meta.dirname, 'histories');
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));

const recorded = async (name: string): Promise<RecordedHistory> => JSON.parse(await readFile(join(folder, name), 'utf8')) as RecordedHistory;
const replay = async (history: RecordedHistory): Promise<void> => Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, historyOfJson(history), 'recorded');

describe('the workflows of today go through what those before them did', () => {
  test('there are histories', () => { expect(names.length).toBeGreaterThanOrEqual(8); });
  test.each(names)('%s', async (name) => { await replay(await recorded(name)); });
});

describe('a change that running cycles cannot meet is noticed', () => {
  test.each([
    ['another activity', 'preprocess', 'profile'],
    ['an activity that is not called any more', 'audit', 'auditAgain'],
  ])('%s', async (_, before, after) => {
    const history = await recorded('cycle-held-resumed-reminded-approved.json');
    const event = history.events.find((one) => one['activityTaskScheduledEventAttributes']?.activityType?.name === before);
    event!['activityTaskScheduledEventAttributes']!.activityType!.name = after;
    await expect(replay(history)).rejects.toThrow(/nondeterminism|non-deterministic|does not match/i);
  });
});

test('no history tells of the machine that recorded it, nor of anybody\'s address', async () => {
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8');
    // Payloads are base64; they are searched decoded.
    const decoded = text.replace(/"data": "([A-Za-z0-9+/=]+)"/g, (_, data: string) => Buffer.from(data, 'base64').toString('utf8'));
    expect(decoded).not.toMatch(/[\w.+-]+@[\w-]+\.[a-z]{2,}/i);
    expect(decoded).not.toMatch(/"identity": "(?!recorder")/);
    expect(decoded).not.toMatch(/"\d+@|node_modules/);
  }
});

test('with traces on, the workflows go through the same histories', async () => {
  const traced = await bundleWorkflowCode({ workflowsPath: join(import.meta.dirname, '../../workflows/index.ts'), workflowInterceptorModules: [tracedWorkflows], logger: new DefaultLogger('ERROR') });
  const exported: unknown[] = [];
  for (const name of names) {
    await Worker.runReplayHistory({ workflowBundle: traced, sinks: { exporter: { export: { fn: (_, spans) => { exported.push(spans); } } } } }, historyOfJson(await recorded(name)), 'recorded');
  }
  // What was traced when it happened is not traced again.
  expect(exported).toEqual([]);
});
