import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitOutcomes, type AwaitOutcomesInput } from '../../workflows/await-outcomes.ts';
import { sendCampaign } from '../../workflows/send-campaign.ts';
import { failure, fakeActivities, page, plan, settings } from './fake-activities.ts';
import { startWorker } from './start-worker.ts';
import { startTimeSkippingServer } from './temporal-environments.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => { environment = await startTimeSkippingServer(); }, 120_000);
afterAll(() => environment.teardown());

const day = 86_400;
const clock = async (): Promise<number> => (await environment.currentTimeMs()) / 1000;

describe('the approval', () => {
  test('is reminded of after a day and given up after three, and the cycle goes on', { timeout: 60_000 }, async ({ task }) => {
    const proofs: number[] = [];
    const fake = fakeActivities({
      sendProof: async () => { proofs.push(await clock()); return { proofs: 1 }; },
      recordApproval: async () => { proofs.push(await clock()); },
    });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const result = await (await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' })).result();

    expect(result).toMatchObject({ outcome: 'finished', campaign: { decision: 'timed_out' }, warnings: ['Nobody decided within 72 hours; nothing was mailed.'] });
    expect(fake.callsOf('sendProof').map(({ reminder }) => reminder)).toEqual([false, true]);
    const [asked, reminded, gaveUp] = proofs as [number, number, number];
    expect(Math.round((reminded - asked) / day)).toBe(1);
    expect(Math.round((gaveUp - asked) / day)).toBe(3);
    expect(fake.callsOf('recordApproval')).toMatchObject([{ decision: 'timed_out', by: '' }]);
    expect(fake.callsOf('evaluate')[0]).not.toHaveProperty('plan');
  });

  test('waits for a relay that is down before it asks', { timeout: 60_000 }, async ({ task }) => {
    let tries = 0;
    const fake = fakeActivities({
      readCycleSettings: async () => ({ ...settings, approval: 'automatic' }),
      sendProof: async () => {
        tries += 1;
        if (tries < 5) throw failure('RELAY_UNREACHABLE');
        return { proofs: 1 };
      },
    });
    await using worker = await startWorker(environment, task.name, fake.activities);
    expect(await (await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' })).result()).toMatchObject({ campaign: { decision: 'approved' } });
    expect(tries).toBe(5);
  });
});

describe('the wait for outcomes', () => {
  const input: AwaitOutcomesInput = { shop: 'shop', cycle: '2026-W48', asOf: '2026-11-23T00:00:00.000Z', campaign: plan.campaign, from: '2026-11-23T00:00:00.000Z', to: '2026-11-30T00:00:00.000Z', windowSeconds: 7 * day, maximumWindowSeconds: 14 * day, earlyLooks: [0.5, 0.25] };

  test('looks at the guardrail at its shares of the window and at the data only after its end', { timeout: 60_000 }, async ({ task }) => {
    const times: Record<string, number[]> = { look: [], ready: [] };
    const fake = fakeActivities({
      lookEarly: async () => {
        times['look']!.push(await clock());
        return times['look']!.length === 2 ? { tripped: true, message: 'Arm A loses people.' } : { tripped: false, message: '' };
      },
      outcomesReady: async () => {
        times['ready']!.push(await clock());
        return { ready: times['ready']!.length === 4, dataUntil: '2026-11-29T00:00:00.000Z' };
      },
    });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const started = await clock();
    const result = await (await worker.start(awaitOutcomes, { args: [input] })).result();
    expect(result).toEqual({ ready: true, dataUntil: '2026-11-29T00:00:00.000Z', tripped: true, warnings: ['Arm A loses people.'] });
    const shares = (kind: string): string[] => times[kind]!.map((time) => ((time - started) / (7 * day)).toFixed(2));
    expect(shares('look')).toEqual(['0.25', '0.50']);
    expect(shares('ready')).toEqual(['1.00', '1.00', '1.00', '1.00']);
  });

  test('gives up after its longest time', { timeout: 60_000 }, async ({ task }) => {
    let last = 0;
    const fake = fakeActivities({ outcomesReady: async () => {
      last = await clock();
      return { ready: false, dataUntil: '2026-11-24T00:00:00.000Z' };
    } });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const started = await clock();
    const result = await (await worker.start(awaitOutcomes, { args: [{ ...input, earlyLooks: [] }] })).result();
    expect(result).toMatchObject({ ready: false, dataUntil: '2026-11-24T00:00:00.000Z' });
    expect(Math.round((last - started) / day)).toBe(14);
  });
});

describe('sending', () => {
  test('waits for the relay with longer and longer pauses and then goes on', { timeout: 60_000 }, async ({ task }) => {
    const times: number[] = [];
    const fake = fakeActivities({
      openDispatch: async () => ({ recipients: 100, pages: 1 }),
      dispatchPage: async () => {
        times.push(await clock());
        if (times.length === 1) throw failure('RELAY_UNREACHABLE');
        return page({ relayDown: times.length < 4, handedOver: times.length < 4 ? 0 : 100 });
      },
    });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.start(sendCampaign, { args: [{ shop: 'shop', cycle: '2026-W48', asOf: '2026-11-23T00:00:00.000Z', plan, mailsPerSecond: 50, maximumUnsubscribeShare: 0.05, retryAfterSeconds: 1 }] });
    expect(await handle.result()).toMatchObject({ tally: { delivered: 900 } });
    expect(times.slice(1).map((time, index) => Math.floor(time - times[index]!))).toEqual([5, 10, 20]);
  });

  test('gives the failed some time before it tries them again', { timeout: 60_000 }, async ({ task }) => {
    const times: number[] = [];
    const fake = fakeActivities({ openDispatch: async () => ({ recipients: 100, pages: 1 }), dispatchPage: async () => { times.push(await clock()); return page(); }, retryFailed: async () => ({ returned: 1 }) });
    await using worker = await startWorker(environment, task.name, fake.activities);
    await (await worker.start(sendCampaign, { args: [{ shop: 'shop', cycle: '2026-W48', asOf: '2026-11-23T00:00:00.000Z', plan, mailsPerSecond: 50, maximumUnsubscribeShare: 0.05, retryAfterSeconds: 300 }] })).result();
    expect(times.slice(1).map((time, index) => Math.round((time - times[index]!) / 10) * 10)).toEqual([300, 900]);
  });
});

test('an activity that fails in passing is tried again without anybody noticing', { timeout: 60_000 }, async ({ task }) => {
  let tries = 0;
  const well = fakeActivities().activities;
  const fake = fakeActivities({ readCycleSettings: async () => ({ ...settings, approval: 'automatic' }), profile: async (input) => {
    tries += 1;
    if (tries < 3) throw new Error('the lake did not answer');
    return well.profile(input);
  } });
  await using worker = await startWorker(environment, task.name, fake.activities);
  expect(await (await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' })).result()).toMatchObject({ outcome: 'finished', warnings: [] });
  expect(tries).toBe(3);
});
