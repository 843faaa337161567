import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atTheEdge } from '../../activities/at-the-edge.ts';
import { createRiskActivities } from '../../activities/risk/index.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { openAlerts } from '../../gateways/ledger/risk-alerts.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { describeError } from '../../scripts/command-line/describe-error.ts';
import { studySchedule } from '../../workflows/study-schedule.ts';
import { keepAlerts, studyJourneys, type KeepAlertsInput } from '../../workflows/study-shop.ts';
import { fakeActivities } from './fake-activities.ts';
import { startWorker, type RunningWorker } from './start-worker.ts';
import { startDevServer } from './temporal-environments.ts';

const at = new Date('2026-11-30T06:00:00Z');
const found = { shop: 'demo', cycle: '2026-W48', asOf: at.toISOString(), relations: {}, days: 90, sessions: 10, carts: 5, checkouts: 3, purchases: 2, frictions: [], abandonedCarts: 1 };

describe('what is studied apart from the cycle', () => {
  let environment: TestWorkflowEnvironment;
  let folder: string;
  let ledger: Ledger;
  let worker: RunningWorker;
  let looks = 0;
  beforeAll(async () => {
    environment = await startDevServer();
    folder = await mkdtemp(join(tmpdir(), 'clientele-alerts-'));
    ledger = await openLedger({ folder });
    await openAlerts(ledger, { shop: 'demo', cycle: '2026-W48', now: at, alerts: Array.from({ length: 120 }, (_, place) => ({ paymentId: `y${place}`, orderId: `o${place}`, customerId: `c${place}`, amount: 10, paidAt: null, score: place / 120, reasons: ['x'.repeat(150)] })) });
    const risk = createRiskActivities({ warehouse: {} as Warehouse, ledger, openShop: () => Promise.reject(new Error('not asked')), clock: () => at, cancellation: () => undefined });
    worker = await startWorker(environment, 'studies', { ...fakeActivities().activities, ...atTheEdge({ ...risk, studyJourneys: async () => found }) });
  }, 120_000);
  afterAll(async () => {
    await worker?.[Symbol.asyncDispose]();
    await ledger?.close();
    await rm(folder, { recursive: true, force: true });
    await environment?.teardown();
  });
  const keep = async (input: KeepAlertsInput) => (await worker.start(keepAlerts, { workflowId: `alerts-${looks += 1}`, args: [input] })).result();

  test('journeys run as a workflow of their own', async () => {
    expect(await (await worker.start(studyJourneys, { args: [{ shop: 'demo' }] })).result()).toEqual(found);
  });

  test('alerts are listed, the highest score first, as many as a history should hold', async () => {
    const alerts = await keep({ shop: 'demo' });
    expect(alerts[0]).toMatchObject({ payment: 'y119', order: 'o119', verdict: null });
    expect(alerts.length).toBeGreaterThan(20);
    expect(JSON.stringify(alerts).length).toBeLessThan(17_000);
  });

  test('a verdict takes an alert out of the queue; one on no alert is refused', async () => {
    const alerts = await keep({ shop: 'demo', decide: { payment: 'y119', verdict: 'genuine', by: 'mara', comment: '' } });
    expect(alerts[0]!.payment).toBe('y118');
    const refused = await keep({ shop: 'other', decide: { payment: 'y1', verdict: 'fraud', by: 'mara', comment: '' } }).catch((error: unknown) => error);
    expect(describeError(refused)).toMatchObject({ code: 'COMMAND_INVALID', exitCode: 2 });
  });

  test.each(['journeys', 'risk'] as const)('%s has a daily schedule in the shop’s own time that meets a running study', async (study) => {
    const handle = await environment.client.schedule.create(studySchedule(study, { shop: 'corner', settings: { schedule: { day: 'monday', time: '06:30' }, time_zone: 'Asia/Tokyo' } }));
    const { policies, action, info } = await handle.describe();
    expect([handle.scheduleId, policies.overlap, action.workflowType]).toEqual([`${study}/corner`, 'SKIP', study === 'journeys' ? 'studyJourneys' : 'scoreRisk']);
    expect(info.nextActionTimes.slice(0, 2).map((time) => time.toLocaleString('en-GB', { timeZone: 'Asia/Tokyo', hour: '2-digit', minute: '2-digit' }))).toEqual(['06:30', '06:30']);
    await handle.delete();
  });
});
