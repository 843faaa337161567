import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDecisionActivities } from '../../activities/feedback/decision-desk.ts';
import { recordDecisions } from '../../gateways/ledger/decisions.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { describeError } from '../../scripts/command-line/describe-error.ts';
import { atTheEdge } from '../../activities/at-the-edge.ts';
import { keepDecisions, type KeepDecisionsInput } from '../../workflows/keep-decisions.ts';
import { fakeActivities } from './fake-activities.ts';
import { startWorker, type RunningWorker } from './start-worker.ts';
import { startDevServer } from './temporal-environments.ts';

const at = new Date('2026-11-30T06:00:00Z');

describe('decisions of a ledger that a worker holds', () => {
  let environment: TestWorkflowEnvironment;
  let folder: string;
  let ledger: Ledger;
  let worker: RunningWorker;
  let looks = 0;
  beforeAll(async () => {
    environment = await startDevServer();
    folder = await mkdtemp(join(tmpdir(), 'clientele-decisions-'));
    ledger = await openLedger({ folder });
    await recordDecisions(ledger, ['demo', 'other'].flatMap((shop) => Array.from({ length: 90 }, (_, week) => ({ id: `${shop}/${week + 10}`, shop, cycle: `2026-W${week + 10}`, kind: 'offer_share', subject: 'share of the arms', value: { share: 0.6 }, words: `Arm A gets ${week} %.`, evidence: 'x'.repeat(200), rule: 'rule', actor: 'feedback', madeAt: at }))));
    worker = await startWorker(environment, 'decisions', { ...fakeActivities().activities, ...atTheEdge(createDecisionActivities({ ledger, clock: () => at })) });
  }, 120_000);
  afterAll(async () => {
    await worker?.[Symbol.asyncDispose]();
    await ledger?.close();
    await rm(folder, { recursive: true, force: true });
    await environment?.teardown();
  });

  const keep = async (input: KeepDecisionsInput) => (await worker.start(keepDecisions, { workflowId: `look-${looks += 1}`, args: [input] })).result();

  test('are listed, the latest cycle first, as many as a history should hold', async () => {
    const entries = await keep({ shop: 'demo' });
    expect(entries[0]).toMatchObject({ id: 'demo/99', cycle: '2026-W99', words: 'Arm A gets 89 %.', madeAt: at.toISOString(), undoneAt: null, undoes: null });
    expect(entries.length).toBeGreaterThan(20);
    expect(JSON.stringify(entries).length).toBeLessThan(16_384);
  });

  test('are taken back by a decision that names who and why', async () => {
    const entries = await keep({ shop: 'demo', undo: { id: 'demo/99', by: 'mara', comment: 'too soon' } });
    expect(entries.slice(0, 2).map(({ id, words, actor, undoes, undoneAt }) => ({ id, words, actor, undoes, undoneAt }))).toEqual([
      { id: 'demo/99', words: 'Arm A gets 89 %.', actor: 'feedback', undoes: null, undoneAt: at.toISOString() },
      { id: 'demo/99/undone-1', words: 'mara took back: Arm A gets 89 %. (too soon)', actor: 'mara', undoes: 'demo/99', undoneAt: null },
    ]);
  });

  test('of another shop are not taken back, and the refusal reads as one line with its code', async () => {
    const refused = await keep({ shop: 'demo', undo: { id: 'other/99', by: 'mara', comment: '' } }).catch((error: unknown) => error);
    expect(describeError(refused)).toEqual({ code: 'COMMAND_INVALID', exitCode: 2, message: 'Shop demo has no decision other/99. `npm run decisions -- demo` lists what can be undone' });
  });
});
