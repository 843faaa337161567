import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IdentitiesFound, IdentityActivities } from '../../activities/identities/contract.ts';
import { identitiesSchedule } from '../../workflows/identities-schedule.ts';
import { resolveIdentities } from '../../workflows/resolve-identities.ts';
import { fakeActivities } from './fake-activities.ts';
import { startWorker, type RunningWorker } from './start-worker.ts';
import { startDevServer } from './temporal-environments.ts';

const found: IdentitiesFound = { shop: 'demo', cycle: '2026-W48', asOf: '2026-11-23T00:00:00.000Z', relations: {}, records: 3, persons: 2, joinedByKey: 2, joinedByEvidence: 0, joinedByPeople: 0, toReview: 1, omnichannel: 1, attribution: [], attributionDays: 30 };

describe('people resolved apart from the cycle', () => {
  const seen: unknown[] = [];
  const activities: IdentityActivities = {
    recordReview: async (input) => { seen.push(['said', input]); },
    resolveIdentities: async (input) => { seen.push(['resolved', input]); return found; },
  };
  let environment: TestWorkflowEnvironment;
  let worker: RunningWorker;
  beforeAll(async () => {
    environment = await startDevServer();
    worker = await startWorker(environment, 'identities', { ...fakeActivities().activities, ...activities });
  }, 120_000);
  afterAll(async () => {
    await worker?.[Symbol.asyncDispose]();
    await environment?.teardown();
  });

  test('a person’s word is written down before they are resolved', async () => {
    const review = { customerId: 'a', otherCustomerId: 'b', verdict: 'same', by: 'Ada', comment: '' } as const;
    const run = await worker.start(resolveIdentities, { workflowId: 'identities/demo', args: [{ shop: 'demo', review }] });
    expect(await run.result()).toEqual(found);
    expect(seen).toEqual([['said', { shop: 'demo', ...review }], ['resolved', { shop: 'demo' }]]);
  });

  test('the server keeps a daily schedule at the shop’s hour, one for each shop, that runs nothing twice at once', async () => {
    const schedule = identitiesSchedule({ shop: 'demo', settings: { time_zone: 'Europe/Berlin', schedule: { day: 'monday', time: '06:30' } } });
    const handle = await environment.client.schedule.create(schedule);
    const { spec, policies, action } = await handle.describe();
    expect(spec.timezone).toBe('Europe/Berlin');
    expect(spec.calendars?.map(({ hour, minute, dayOfWeek }) => [hour, minute, dayOfWeek])).toEqual([[[{ start: 6, end: 6, step: 1 }], [{ start: 30, end: 30, step: 1 }], [{ start: 'SUNDAY', end: 'SATURDAY', step: 1 }]]]);
    expect(policies.overlap).toBe('SKIP');
    expect(action).toMatchObject({ type: 'startWorkflow', workflowType: 'resolveIdentities', args: [{ shop: 'demo' }] });
    await expect(environment.client.schedule.create(schedule)).rejects.toThrow('already');
  });
});
