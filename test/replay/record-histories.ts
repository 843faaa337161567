// Records the histories of test/replay anew: node test/replay/record-histories.ts; with --missing only those that are not there yet.
// Do so after a change of the workflows that running cycles cannot meet; else keep the old ones and make the change with `patched()`.
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyAsJson } from './history-json.ts';
import { approvePlanUpdate, resumeUpdate } from '../../workflows/messages.ts';
import { outcomesId, sendId } from '../../workflows/ids.ts';
import { sendCampaign } from '../../workflows/send-campaign.ts';
import { weeklyCycle } from '../../workflows/weekly-cycle.ts';
import { keepDecisions } from '../../workflows/keep-decisions.ts';
import { failure, fakeActivities, page, plan, settings } from '../workflows/fake-activities.ts';
import { progressWhen, startWorker } from '../workflows/start-worker.ts';
import { startDevServer } from '../workflows/temporal-environments.ts';

const folder = join(import.meta.dirname, 'histories');
await mkdir(folder, { recursive: true });
const onlyMissing = process.argv.includes('--missing');
if (!onlyMissing) for (const name of await readdir(folder)) await rm(join(folder, name));

const environment = await startDevServer();

/** Machine names and paths of whoever records are nobody's business. */
function withoutTraces(key: string, value: unknown): unknown {
  if (key === 'identity') return 'recorder';
  if (key === 'stackTrace') return '';
  return value;
}

async function record(name: string, workflowId: string, runId?: string): Promise<void> {
  if (onlyMissing && await stat(join(folder, `${name}.json`)).then(() => true, () => false)) return;
  const history = await environment.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const text = JSON.stringify(historyAsJson(history), withoutTraces, 1);
  await writeFile(join(folder, `${name}.json`), `${text}\n`);
}

const soon = { ...settings, windowSeconds: 1, maximumWindowSeconds: 5, earlyLooks: [0.5] };
try {
  {
    let broken = true;
    let looks = 0;
    let pages = 0;
    let returned = 3;
    const well = fakeActivities().activities;
    const fake = fakeActivities({
      readCycleSettings: async () => ({ ...soon, remindAfterSeconds: 1 }),
      collect: async (input) => {
        if (broken) throw failure('SOURCE_COLUMN_MISSING', 'Source order_lines gives no column unit_price.');
        return well.collect(input);
      },
      analyse: async (input) => ({ ...(await well.analyse(input)), silhouette: input.analysis === 0 ? 0.1 : 0.4 }),
      dispatchPage: async () => {
        pages += 1;
        return page({ relayDown: pages === 3, arms: [{ arm: 'B', handedOver: 300, unsubscribed: 40, complained: 0 }] });
      },
      retryFailed: async () => {
        const now = returned;
        returned = 0;
        return { returned: now };
      },
      outcomesReady: async () => {
        looks += 1;
        return { ready: looks === 2, dataUntil: '2026-11-30T00:00:00.000Z' };
      },
    });
    await using worker = await startWorker(environment, 'attended', fake.activities);
    const cycle = await worker.startCycle({ shop: 'shop', cycle: '2026-W48' });
    await progressWhen(cycle, ({ waitsFor }) => waitsFor === 'repair');
    broken = false;
    await cycle.executeUpdate(resumeUpdate);
    while (fake.callsOf('sendProof').length < 2) await progressWhen(cycle, () => true);
    await cycle.executeUpdate(approvePlanUpdate, { args: [{ by: 'console', comment: 'fine', hash: 'the-plan' }] });
    await cycle.result();
    await record('cycle-held-resumed-reminded-approved', cycle.workflowId);
    await record('sending-with-relay-down-and-arm-stopped', sendId('shop', '2026-W48', 'weekly'));
    await record('outcomes-awaited', outcomesId('shop', '2026-W48'));
  }
  {
    const fake = fakeActivities({ readCycleSettings: async () => ({ ...soon, approval: 'automatic' }), planCampaign: async () => ({ ...plan, toSend: 0 }) });
    await using worker = await startWorker(environment, 'weekly', fake.activities);
    const weekly = await worker.start(weeklyCycle, { args: [{ shop: 'shop', cycle: '2026-W49' }], workflowExecutionTimeout: 3_600_000 });
    await weekly.result();
    await record('weekly', weekly.workflowId);
    await record('cycle-with-nobody-to-mail', 'cycle/shop/2026-W49');
  }
  {
    const fake = fakeActivities({ readCycleSettings: async () => soon });
    await using worker = await startWorker(environment, 'cancelled', fake.activities);
    const cycle = await worker.startCycle({ shop: 'shop', cycle: '2026-W50' });
    await progressWhen(cycle, ({ waitsFor }) => waitsFor === 'approval');
    await cycle.cancel();
    await cycle.result();
    await record('cycle-cancelled', cycle.workflowId);
  }
  {
    const fake = fakeActivities();
    await using worker = await startWorker(environment, 'long', fake.activities);
    const sending = await worker.start(sendCampaign, { args: [{ shop: 'shop', cycle: '2026-W51', asOf: '2026-12-14T00:00:00.000Z', plan, mailsPerSecond: 50, maximumUnsubscribeShare: 0.05, retryAfterSeconds: 1, pagesPerRun: 5 }] });
    const first = (await sending.describe()).runId;
    await sending.result();
    await record('sending-that-continues-as-new', sending.workflowId, first);
    await record('sending-continued', sending.workflowId);
  }
  {
    const entry = { id: 'shop/2026-W48/offer-share', cycle: '2026-W48', kind: 'offer_share', subject: 'share of the arms', words: 'Arm A gets 60 %.', evidence: 'counts', rule: 'thompson-share 2', actor: 'feedback', madeAt: '2026-11-30T06:00:00.000Z', undoneAt: null, undoes: null };
    const fake = fakeActivities();
    const desk: object = { listDecisions: async () => [entry], undoDecision: async () => ({ ...entry, id: `${entry.id}/undone-1`, kind: 'reversal', actor: 'mara', undoes: entry.id }) };
    await using worker = await startWorker(environment, 'decisions', { ...fake.activities, ...desk });
    const look = await worker.start(keepDecisions, { args: [{ shop: 'shop', undo: { id: entry.id, by: 'mara', comment: 'too soon' } }] });
    await look.result();
    await record('decision-taken-back', look.workflowId);
  }
} finally {
  await environment.teardown();
}
