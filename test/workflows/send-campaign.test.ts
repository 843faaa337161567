import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DispatchActivities } from '../../activities/campaign/contract.ts';
import { cancelSignal, changeRateUpdate, pauseSignal, resumeSignal, sendingQuery, type SendingProgress } from '../../workflows/messages.ts';
import { sendCampaign, type SendCampaignInput } from '../../workflows/send-campaign.ts';
import { failure, fakeActivities, page, plan, tally } from './fake-activities.ts';
import { startWorker } from './start-worker.ts';
import { startDevServer } from './temporal-environments.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => { environment = await startDevServer(); }, 120_000);
afterAll(() => environment.teardown());

const input = (change: Partial<SendCampaignInput> = {}): SendCampaignInput => ({ shop: 'shop', cycle: '2026-W48', asOf: '2026-11-23T00:00:00.000Z', plan, mailsPerSecond: 50, maximumUnsubscribeShare: 0.05, retryAfterSeconds: 0.1, ...change });

/** A page that waits until the test lets it go. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => { open = resolve; });
  return { opened, open };
}

async function sendingWhen(handle: WorkflowHandle<typeof sendCampaign>, wanted: (progress: SendingProgress) => boolean): Promise<SendingProgress> {
  for (;;) {
    const progress = await handle.query(sendingQuery);
    if (wanted(progress)) return progress;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

const pagesOf = (inputs: readonly Record<string, unknown>[]): number[] => inputs.map((one) => (one as unknown as Parameters<DispatchActivities['dispatchPage']>[0]).page);

test('every page is sent once, never more than two at a time, at the rate as a whole', { timeout: 30_000 }, async ({ task }) => {
  let now = 0;
  let most = 0;
  const fake = fakeActivities({ dispatchPage: async () => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    now -= 1;
    return page();
  } });
  await using worker = await startWorker(environment, task.name, fake.activities);
  const result = await (await worker.start(sendCampaign, { args: [input()] })).result();
  expect(result).toMatchObject({ tally: { delivered: 900 }, warnings: [], cancelled: false });
  expect(pagesOf(fake.callsOf('dispatchPage')).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(most).toBe(2);
  expect(fake.callsOf('dispatchPage').every((call) => call['mailsPerSecond'] === 25)).toBe(true);
  expect(fake.callsOf('cancelDispatch')).toEqual([]);
});

test('a pause holds the next pages, a change of rate holds for them, and resume goes on', { timeout: 30_000 }, async ({ task }) => {
  const first = gate();
  const fake = fakeActivities({ dispatchPage: async ({ page: number }) => {
    if (number < 2) await first.opened;
    return page();
  } });
  await using worker = await startWorker(environment, task.name, fake.activities);
  const handle = await worker.start(sendCampaign, { args: [input()] });
  await sendingWhen(handle, () => fake.callsOf('dispatchPage').length === 2);
  await handle.signal(pauseSignal);
  first.open();
  const paused = await sendingWhen(handle, ({ handedOver }) => handedOver === 200);
  expect(paused).toMatchObject({ state: 'paused', pagesDone: 2, pages: 9, recipients: 900 });

  await expect(handle.executeUpdate(changeRateUpdate, { args: [0] })).rejects.toMatchObject({ cause: { type: 'COMMAND_INVALID' } });
  await handle.executeUpdate(changeRateUpdate, { args: [10] });
  await handle.signal(resumeSignal);
  await handle.result();
  expect(fake.callsOf('dispatchPage').slice(2).every((call) => call['mailsPerSecond'] === 5)).toBe(true);
});

test('a cancel lets the running pages end and marks the rest cancelled', { timeout: 30_000 }, async ({ task }) => {
  const first = gate();
  const fake = fakeActivities({ dispatchPage: async () => { await first.opened; return page(); } });
  await using worker = await startWorker(environment, task.name, fake.activities);
  const handle = await worker.start(sendCampaign, { args: [input()] });
  await sendingWhen(handle, () => fake.callsOf('dispatchPage').length === 2);
  await handle.signal(cancelSignal);
  first.open();
  expect(await handle.result()).toMatchObject({ cancelled: true, warnings: ['Sending was cancelled: 5 mails were not sent.'] });
  // Two activities may begin in either order.
  expect(pagesOf(fake.callsOf('dispatchPage')).sort()).toEqual([0, 1]);
  expect(fake.callsOf('closeDispatch')).toHaveLength(1);
});

test('an arm whose people leave is stopped at once and the other goes on', { timeout: 30_000 }, async ({ task }) => {
  const arms = [{ arm: 'A', handedOver: 250, unsubscribed: 10, complained: 5 }, { arm: 'B', handedOver: 250, unsubscribed: 2, complained: 0 }];
  const fake = fakeActivities({ dispatchPage: async () => page({ arms }) });
  await using worker = await startWorker(environment, task.name, fake.activities);
  const result = await (await worker.start(sendCampaign, { args: [input()] })).result();
  expect(result.warnings).toEqual(['Arm A was stopped: 10 unsubscribed and 5 complained of 250 mailed, more than 5.0 %.']);
  const stopped = fake.callsOf('dispatchPage').map((call) => (call['stoppedArms'] as string[]).join());
  expect(stopped.slice(3).every((arm) => arm === 'A')).toBe(true);
  // What the stopped arm had still to get stays unsent.
  expect(fake.callsOf('cancelDispatch')).toHaveLength(1);
});

test('only the failed are tried again, twice at most, and what is lost is said', { timeout: 30_000 }, async ({ task }) => {
  const returned = [7, 3, 2];
  const fake = fakeActivities({
    retryFailed: async () => ({ returned: returned.shift() ?? 0 }),
    closeDispatch: async () => ({ relations: {}, tally: { ...tally, delivered: 898, failed: 2, inDoubt: 1 }, openedAt: '2026-11-23T09:00:00.000Z', figures: [] }),
  });
  await using worker = await startWorker(environment, task.name, fake.activities);
  const result = await (await worker.start(sendCampaign, { args: [input()] })).result();
  expect(fake.callsOf('retryFailed')).toHaveLength(2);
  expect(fake.callsOf('dispatchPage')).toHaveLength(27);
  expect(fake.callsOf('reconcileInDoubt')).toHaveLength(3);
  expect(result.warnings).toEqual(['2 of 900 mails could not be delivered, the last after 3 attempts.', '1 mails are in doubt: nobody can say whether the relay took them, so they are not sent again.']);
});

test('what a domain asked to have later is sent when it is due, and the other pages go first', { timeout: 30_000 }, async ({ task }) => {
  const visits = new Map<number, number>();
  const order: number[] = [];
  const fake = fakeActivities({ dispatchPage: async ({ page: number }) => {
    const visit = (visits.get(number) ?? 0) + 1;
    visits.set(number, visit);
    order.push(number);
    return page(number === 1 && visit < 3 ? { putOff: 4, againAfterMs: 20 } : {});
  } });
  await using worker = await startWorker(environment, task.name, fake.activities);
  const result = await (await worker.start(sendCampaign, { args: [input()] })).result();
  expect(result.warnings).toEqual([]);
  expect([...order].sort()).toEqual([0, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(order.slice(-2)).toEqual([1, 1]);
  // It is no failure, so no round of second chances is spent on it.
  expect(fake.callsOf('retryFailed')).toHaveLength(1);
});

test('a cancel does not wait for patient domains', { timeout: 30_000 }, async ({ task }) => {
  const fake = fakeActivities({ dispatchPage: async () => page({ putOff: 1, againAfterMs: 3_600_000 }) });
  await using worker = await startWorker(environment, task.name, fake.activities);
  const handle = await worker.start(sendCampaign, { args: [input()] });
  await sendingWhen(handle, () => fake.callsOf('dispatchPage').length === 9);
  await handle.signal(cancelSignal);
  expect(await handle.result()).toMatchObject({ cancelled: true });
  expect(fake.callsOf('dispatchPage')).toHaveLength(9);
});

test('a long campaign continues as new with all it has learnt', { timeout: 60_000 }, async ({ task }) => {
  const arms = [{ arm: 'B', handedOver: 300, unsubscribed: 100, complained: 0 }];
  const fake = fakeActivities({ dispatchPage: async ({ page: number }) => page(number === 0 ? { arms } : {}) });
  await using worker = await startWorker(environment, task.name, fake.activities);
  const handle = await worker.start(sendCampaign, { args: [input({ pagesPerRun: 4 })] });
  const result = await handle.result();
  expect(fake.callsOf('openDispatch')).toHaveLength(1);
  expect(pagesOf(fake.callsOf('dispatchPage')).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(fake.callsOf('dispatchPage').at(-1)).toMatchObject({ stoppedArms: ['B'] });
  expect(result.warnings).toHaveLength(1);
  const { events } = await environment.client.workflow.getHandle(handle.workflowId).fetchHistory();
  expect(events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId).toBeTruthy();
  expect(await environment.client.workflow.getHandle(handle.workflowId).query(sendingQuery)).toMatchObject({ handedOver: 900, state: 'done' });
});

test('a letter that cannot be written fails the sending after the running page', { timeout: 30_000 }, async ({ task }) => {
  const fake = fakeActivities({ dispatchPage: async ({ page: number }) => {
    if (number === 0) throw failure('LETTER_VARIABLE_MISSING');
    return page();
  } });
  await using worker = await startWorker(environment, task.name, fake.activities);
  const handle = await worker.start(sendCampaign, { args: [input()] });
  await expect(handle.result()).rejects.toMatchObject({ cause: { cause: { type: 'LETTER_VARIABLE_MISSING' } } });
  expect(fake.callsOf('dispatchPage').length).toBeLessThan(9);
  expect(fake.callsOf('closeDispatch')).toEqual([]);
});
