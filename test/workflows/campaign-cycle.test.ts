import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { abandonUpdate, approvePlanUpdate, rejectPlanUpdate, resumeUpdate } from '../../workflows/messages.ts';
import { failure, fakeActivities, page, plan, relation, settings } from './fake-activities.ts';
import { progressWhen, startWorker } from './start-worker.ts';
import { startDevServer } from './temporal-environments.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => { environment = await startDevServer(); }, 120_000);
afterAll(() => environment.teardown());

const soon = { ...settings, windowSeconds: 0.2, maximumWindowSeconds: 1, earlyLooks: [] };
const unattended = { readCycleSettings: async () => ({ ...soon, approval: 'automatic' as const }) };

describe('a cycle', () => {
  test('goes through its seven steps and ends in references', { timeout: 30_000 }, async ({ task }) => {
    const fake = fakeActivities(unattended);
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
    const result = await handle.result();

    expect(result).toMatchObject({ outcome: 'finished', cycle: '2026-W48', asOf: '2026-11-23T00:00:00.000Z', manifest: 'shop/2026-W48/manifest.json', campaign: { decision: 'approved', by: 'automatic', dispatch: { delivered: 900 } }, evaluation: { measured: true } });
    expect(result.steps.map(({ name, state }) => `${name} ${state}`)).toEqual(['collect done', 'preprocess done', 'profile done', 'analyse done', 'campaign done', 'evaluate done', 'feedback done']);
    expect(Object.keys(result.relations).sort()).toEqual(['features.customers', 'features.profiles', 'feedback.decisions', 'outcomes.effects', 'plan.offers', 'plan.recipients', 'segments.memberships', 'sends.sends', 'snapshot.order_lines', 'snapshot.quarantine']);
    expect(fake.calls.map(({ name }) => name).filter((name) => name !== 'dispatchPage')).toEqual([
      'readCycleSettings', 'collect', 'audit', 'preprocess', 'profile', 'analyse', 'planCampaign', 'sendProof', 'recordApproval', 'openDispatch', 'reconcileInDoubt', 'retryFailed',
      'closeDispatch', 'attributionWindow', 'outcomesReady', 'evaluate', 'decide', 'writeReport', 'tellMarketers',
    ]);
    expect(fake.callsOf('sendProof')[0]).toMatchObject({ reminder: false, workflowId: handle.workflowId });
  });

  test('is held by a broken source, says why, and collects again after the repair', { timeout: 30_000 }, async ({ task }) => {
    let broken = true;
    const well = fakeActivities().activities;
    const fake = fakeActivities({ ...unattended, collect: async (input) => {
      if (broken) throw failure('SOURCE_COLUMN_MISSING', 'Source order_lines gives no column unit_price.');
      return well.collect(input);
    } });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
    const held = await progressWhen(handle, ({ waitsFor }) => waitsFor === 'repair');
    expect(held).toMatchObject({ state: 'held', held: { code: 'SOURCE_COLUMN_MISSING', message: 'Source order_lines gives no column unit_price.' } });
    expect(held.steps[0]).toMatchObject({ name: 'collect', state: 'held', note: 'Source order_lines gives no column unit_price.' });

    broken = false;
    await handle.executeUpdate(resumeUpdate);
    expect(await handle.result()).toMatchObject({ outcome: 'finished' });
    expect(fake.callsOf('collect').map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  test('is held by an audit of severity hold and only warns of the others', { timeout: 30_000 }, async ({ task }) => {
    let findings = [{ audit: 'orders_in_future', severity: 'hold' as 'hold' | 'warn', rows: 3, message: 'orders lie in the future.' }];
    const fake = fakeActivities({ ...unattended, audit: async () => ({ findings }) });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
    expect(await progressWhen(handle, ({ waitsFor }) => waitsFor === 'repair')).toMatchObject({ held: { code: 'AUDIT_FAILED' } });

    findings = [{ ...findings[0]!, severity: 'warn' }];
    await handle.executeUpdate(resumeUpdate);
    expect((await handle.result()).warnings).toEqual(['Audit orders_in_future found 3 rows: orders lie in the future.']);
  });

  test('is held where a later step fails, and repeats that step only', { timeout: 30_000 }, async ({ task }) => {
    let broken = true;
    const fake = fakeActivities({ ...unattended, dispatchPage: async () => {
      if (broken) throw failure('LETTER_VARIABLE_MISSING');
      return page();
    } });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
    const held = await progressWhen(handle, ({ waitsFor }) => waitsFor === 'repair');
    expect(held.steps.find(({ state }) => state === 'held')?.name).toBe('campaign');
    expect(held.held?.code).toBe('LETTER_VARIABLE_MISSING');

    broken = false;
    await handle.executeUpdate(resumeUpdate);
    expect(await handle.result()).toMatchObject({ outcome: 'finished' });
    expect(fake.callsOf('collect')).toHaveLength(1);
  });

  test('is abandoned by a person and says by whom', { timeout: 30_000 }, async ({ task }) => {
    const fake = fakeActivities({ collect: async () => { throw failure('SOURCE_UNREADABLE'); } });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
    await progressWhen(handle, ({ waitsFor }) => waitsFor === 'repair');
    await handle.executeUpdate(abandonUpdate, { args: [{ by: 'the data team', reason: 'the export is lost' }] });
    expect(await handle.result()).toMatchObject({ outcome: 'abandoned', abandoned: { by: 'the data team', reason: 'the export is lost' }, relations: {} });
  });

  test('refuses to resume what is not held', { timeout: 30_000 }, async ({ task }) => {
    const fake = fakeActivities({ readCycleSettings: async () => soon });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
    await progressWhen(handle, ({ waitsFor }) => waitsFor === 'approval');
    await expect(handle.executeUpdate(resumeUpdate)).rejects.toMatchObject({ cause: { type: 'CYCLE_NOT_WAITING' } });
  });

  test('ends although its report mail cannot be sent, and says so', { timeout: 30_000 }, async ({ task }) => {
    const fake = fakeActivities({ ...unattended, tellMarketers: async () => { throw failure('ADDRESS_INVALID'); } });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
    expect(await handle.result()).toMatchObject({ outcome: 'finished', warnings: ['The report mail was not sent: ADDRESS_INVALID.'] });
    expect(fake.callsOf('tellMarketers')).toEqual([{ shop: worker.shop, cycle: '2026-W48', asOf: '2026-11-23T00:00:00.000Z', outcome: 'finished', reason: '', warnings: [] }]);
  });

  test('abandons itself before its time-out would kill it', { timeout: 30_000 }, async ({ task }) => {
    const fake = fakeActivities({ collect: async () => { throw failure('SOURCE_UNREADABLE'); } });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' }, { workflowExecutionTimeout: 61_000 });
    expect(await handle.result()).toMatchObject({ outcome: 'abandoned', abandoned: { by: 'time-out' } });
  });
});

describe('the segmentation', () => {
  const silhouettes = (values: readonly number[]) => {
    const well = fakeActivities().activities;
    return { ...unattended, analyse: async (input: Parameters<typeof well.analyse>[0]) => ({ ...(await well.analyse(input)), silhouette: values[input.analysis] ?? 0 }) };
  };

  test('is tried with the next features when it is under the floor', { timeout: 30_000 }, async ({ task }) => {
    const fake = fakeActivities(silhouettes([0.1, 0.3]));
    await using worker = await startWorker(environment, task.name, fake.activities);
    const result = await (await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' })).result();
    expect(result.silhouette).toBe(0.3);
    expect(fake.callsOf('preprocess').map(({ featureSet }) => featureSet)).toEqual([0, 1]);
    expect(fake.callsOf('analyse').map(({ analysis }) => analysis)).toEqual([0, 1]);
  });

  test('falls back to the last cycle when none is good enough', { timeout: 30_000 }, async ({ task }) => {
    const well = fakeActivities().activities;
    const fake = fakeActivities({ ...silhouettes([0.1, 0.05]), collect: async (input) => ({ ...(await well.collect(input)), previousCycle: '2026-W47' }) });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const result = await (await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' })).result();
    expect(fake.callsOf('reuseLastSegmentation')[0]).toMatchObject({ previousCycle: '2026-W47' });
    expect(result.warnings).toEqual(['No segmentation reached a silhouette of 0.15; the best of 2 had 0.100. The segments of 2026-W47 are used again.']);
  });

  test('is the best there was, with a warning, in a first cycle', { timeout: 30_000 }, async ({ task }) => {
    const fake = fakeActivities(silhouettes([0.1, 0.05]));
    await using worker = await startWorker(environment, task.name, fake.activities);
    const result = await (await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' })).result();
    expect(result).toMatchObject({ silhouette: 0.1, outcome: 'finished' });
    expect(result.warnings).toHaveLength(1);
    // The lake holds one feature set at a time: the first is made again.
    expect(fake.callsOf('preprocess').map(({ featureSet }) => featureSet)).toEqual([0, 1, 0]);
  });
});

describe('the plan', () => {
  const attended = { readCycleSettings: async () => soon };

  test('is mailed after approval of exactly this plan', { timeout: 30_000 }, async ({ task }) => {
    const fake = fakeActivities(attended);
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
    const waiting = await progressWhen(handle, ({ waitsFor }) => waitsFor === 'approval');
    expect(waiting.plan?.hash).toBe('the-plan');
    expect(fake.callsOf('openDispatch')).toEqual([]);

    await expect(handle.executeUpdate(approvePlanUpdate, { args: [{ by: 'Ann', comment: '', hash: 'another-plan' }] })).rejects.toMatchObject({ cause: { type: 'PLAN_CHANGED' } });
    await handle.executeUpdate(approvePlanUpdate, { args: [{ by: 'console', comment: 'fine', hash: 'the-plan' }] });
    expect((await handle.result()).campaign).toMatchObject({ decision: 'approved', by: 'console' });
    expect(fake.callsOf('recordApproval')).toMatchObject([{ decision: 'approved', by: 'console', comment: 'fine', hash: 'the-plan' }]);
  });

  test('is approved by somebody else than who started the cycle, where there are two; the author may reject', { timeout: 30_000 }, async ({ task }) => {
    const fake = fakeActivities({ readCycleSettings: async () => ({ ...soon, marketers: 2 }) });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48', startedBy: 'ann' });
    await progressWhen(handle, ({ waitsFor }) => waitsFor === 'approval');
    for (const by of ['ann', ' Ann ']) await expect(handle.executeUpdate(approvePlanUpdate, { args: [{ by, comment: '', hash: 'the-plan' }] })).rejects.toMatchObject({ cause: { type: 'APPROVER_IS_AUTHOR' } });
    expect(fake.callsOf('openDispatch')).toEqual([]);
    await handle.executeUpdate(approvePlanUpdate, { args: [{ by: 'ben', comment: '', hash: 'the-plan' }] });
    expect((await handle.result()).campaign).toMatchObject({ decision: 'approved', by: 'ben' });

    const again = await worker.startCycle({ shop: worker.shop, cycle: '2026-W49', startedBy: 'ann' });
    await progressWhen(again, ({ waitsFor }) => waitsFor === 'approval');
    await again.executeUpdate(rejectPlanUpdate, { args: [{ by: 'ann', comment: 'my own mistake', hash: 'the-plan' }] });
    expect((await again.result()).campaign).toMatchObject({ decision: 'rejected', by: 'ann' });
  });

  test('is approved by its author where there is nobody else', { timeout: 30_000 }, async ({ task }) => {
    const fake = fakeActivities({ readCycleSettings: async () => ({ ...soon, marketers: 1 }) });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48', startedBy: 'ann' });
    await progressWhen(handle, ({ waitsFor }) => waitsFor === 'approval');
    await handle.executeUpdate(approvePlanUpdate, { args: [{ by: 'ann', comment: '', hash: 'the-plan' }] });
    expect((await handle.result()).campaign?.decision).toBe('approved');
  });

  test('is not mailed after a rejection, and the cycle goes on', { timeout: 30_000 }, async ({ task }) => {
    const fake = fakeActivities(attended);
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
    await progressWhen(handle, ({ waitsFor }) => waitsFor === 'approval');
    await handle.executeUpdate(rejectPlanUpdate, { args: [{ by: 'console', comment: 'wrong price', hash: 'the-plan' }] });
    const result = await handle.result();
    expect(result).toMatchObject({ outcome: 'finished', campaign: { decision: 'rejected' }, evaluation: { measured: false }, warnings: ['Rejected by console: wrong price.'] });
    expect(result.steps.find(({ name }) => name === 'campaign')?.state).toBe('skipped');
    expect(fake.callsOf('openDispatch')).toEqual([]);
    expect(fake.callsOf('evaluate')[0]).not.toHaveProperty('plan');
  });

  test('is approved late, after a reminder', { timeout: 30_000 }, async ({ task }) => {
    const fake = fakeActivities({ readCycleSettings: async () => ({ ...soon, remindAfterSeconds: 0.3 }) });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
    while (fake.callsOf('sendProof').length < 2) await progressWhen(handle, () => true);
    await progressWhen(handle, ({ waitsFor }) => waitsFor === 'approval');
    await handle.executeUpdate(approvePlanUpdate, { args: [{ by: 'console', comment: '', hash: 'the-plan' }] });
    expect((await handle.result()).campaign?.decision).toBe('approved');
    expect(fake.callsOf('sendProof').map(({ reminder }) => reminder)).toEqual([false, true]);
  });

  test('with nobody to mail skips the campaign and says why', { timeout: 30_000 }, async ({ task }) => {
    const fake = fakeActivities({ ...unattended, planCampaign: async () => ({ ...plan, toSend: 0, leftOut: [{ reason: 'no address', customers: 900 }] }) });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
    expect(await handle.result()).toMatchObject({ outcome: 'finished', campaign: { decision: 'nobody_to_mail' } });
    const { steps } = await progressWhen(handle, () => true);
    expect(steps.find(({ name }) => name === 'campaign')).toMatchObject({ state: 'skipped', note: 'Nobody to mail: no address (900 customers).' });
    expect(fake.callsOf('sendProof')).toEqual([]);
    expect(fake.callsOf('lookEarly')).toEqual([]);
  });
});

describe('a cycle that is cancelled', () => {
  test('while sending waits for the running page and marks the rest cancelled', { timeout: 30_000 }, async ({ task }) => {
    let sending: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => { sending = resolve; });
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => { finish = resolve; });
    const fake = fakeActivities({ ...unattended, dispatchPage: async () => {
      sending();
      await finished;
      return page();
    } });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
    await begun;
    await handle.cancel();
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    expect(fake.callsOf('cancelDispatch')).toEqual([]);
    finish();
    expect(await handle.result()).toMatchObject({ outcome: 'cancelled' });
    expect(fake.callsOf('cancelDispatch')).toMatchObject([{ campaign: plan.campaign }]);
    expect(fake.callsOf('closeDispatch')).toEqual([]);
  });

  test('while it waits for approval ends without mailing', { timeout: 30_000 }, async ({ task }) => {
    const fake = fakeActivities({ readCycleSettings: async () => soon });
    await using worker = await startWorker(environment, task.name, fake.activities);
    const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
    await progressWhen(handle, ({ waitsFor }) => waitsFor === 'approval');
    await handle.cancel();
    const result = await handle.result();
    expect(result).toMatchObject({ outcome: 'cancelled', relations: { 'snapshot.order_lines': relation('snapshot.order_lines') } });
    expect(await progressWhen(handle, () => true)).toMatchObject({ state: 'cancelled' });
    expect(fake.callsOf('openDispatch')).toEqual([]);
  });
});

test('the window shows in the progress as soon as the wait begins', { timeout: 30_000 }, async ({ task }) => {
  let ready = false;
  const fake = fakeActivities({ ...unattended, readCycleSettings: async () => ({ ...soon, approval: 'automatic', maximumWindowSeconds: 600 }), outcomesReady: async () => ({ ready, dataUntil: '' }) });
  await using worker = await startWorker(environment, task.name, fake.activities);
  const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
  expect(await progressWhen(handle, ({ waitsFor }) => waitsFor === 'outcomes')).toMatchObject({ window: { from: '2026-11-23T00:00:00.000Z', to: '2026-11-30T00:00:00.000Z' } });
  ready = true;
  expect(await handle.result()).toMatchObject({ outcome: 'finished' });
});
