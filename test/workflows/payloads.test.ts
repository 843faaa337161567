import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { historyAsJson } from '../replay/history-json.ts';
import { outcomesId, sendId } from '../../workflows/ids.ts';
import { fakeActivities, plan, settings } from './fake-activities.ts';
import { startWorker } from './start-worker.ts';
import { startDevServer } from './temporal-environments.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => { environment = await startDevServer(); }, 120_000);
afterAll(() => environment.teardown());

/** As many relations as a shop with every source has, with fingerprints and paths of real length. */
const many = (layer: string, count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`${layer}.relation_${index}`, { uri: `complete-journey/2026-W48/${layer}/relation_${index}.parquet`, rows: 123_456_789, bytes: 9_876_543_210, fingerprint: 'f'.repeat(64) }]));

test('no payload of a large shop\'s cycle reaches 16 KB', { timeout: 60_000 }, async ({ task }) => {
  const well = fakeActivities().activities;
  const fake = fakeActivities({
    readCycleSettings: async () => ({ ...settings, approval: 'automatic', windowSeconds: 0.1, maximumWindowSeconds: 1, earlyLooks: [] }),
    collect: async (input) => ({ ...(await well.collect(input)), relations: many('snapshot', 12) }),
    preprocess: async (input) => ({ ...(await well.preprocess(input)), relations: many('features', 8) }),
    profile: async (input) => ({ ...(await well.profile(input)), relations: many('profiles', 3) }),
    analyse: async (input) => ({ ...(await well.analyse(input)), relations: many('segments', 8) }),
    planCampaign: async () => ({ ...plan, relations: many('plan', 2) }),
    evaluate: async (input) => ({ ...(await well.evaluate(input)), relations: many('outcomes', 8) }),
    decide: async (input) => ({ ...(await well.decide(input)), relations: many('feedback', 2) }),
  });
  await using worker = await startWorker(environment, task.name, fake.activities);
  const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
  const result = await handle.result();
  expect(Object.keys(result.relations)).toHaveLength(44);
  expect(result.evaluation).toEqual({ measured: true, why: '', figures: [] });
  expect(fake.callsOf('decide')[0]).toMatchObject({ evaluation: { measured: true, why: '' } });

  const sizes: number[] = [];
  for (const id of [handle.workflowId, sendId(worker.shop, '2026-W48', 'weekly'), outcomesId(worker.shop, '2026-W48')]) {
    const { events } = historyAsJson(await environment.client.workflow.getHandle(id).fetchHistory());
    JSON.stringify(events, (key: string, value: unknown) => {
      if (key === 'payloads') for (const { data = '' } of value as { data?: string }[]) sizes.push(Buffer.byteLength(data, 'base64'));
      return value;
    });
  }
  expect(sizes.length).toBeGreaterThan(40);
  expect(Math.max(...sizes)).toBeLessThan(16 * 1024);
});
