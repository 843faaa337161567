import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepName } from '../../activities/contract.ts';
import type { Manifest } from '../../activities/feedback/write-manifest.ts';
import { currentStep } from '../../workflows/progress.ts';
import type { CycleResult } from '../../workflows/cycle-result.ts';
import { makeSmallHistory, openSmallShop, type RelayLine, type SmallShop } from '../end-to-end/support/small-shop.ts';

/** A cycle's end, and where its worker was killed on the way. */
interface Run {
  readonly result: CycleResult;
  readonly manifest: Manifest;
  readonly letters: readonly RelayLine[];
  readonly killedIn: readonly string[];
  /** Letters that the relay had when the worker was killed in the campaign step. */
  readonly lettersAtKill: number;
}

const mailsPerSecond = 60;
/** Enough that sending is under way, few enough that it is far from done. */
const lettersBeforeKill = 40;

const opened = new AsyncDisposableStack();
const runs = {} as Record<'undisturbed' | 'one' | 'two', Run>;

/** Steps next to each other are killed in different runs, so that no restart hides in another's. */
const plans = { undisturbed: [], one: ['collect', 'profile', 'campaign', 'feedback'], two: ['preprocess', 'analyse', 'evaluate'] } as const satisfies Record<string, readonly StepName[]>;

beforeAll(async () => {
  const history = opened.use(await makeSmallHistory(1));
  // Most of a disturbed run is waiting until Temporal misses the dead worker, so the runs share the machine.
  await Promise.all(Object.entries(plans).map(async ([name, steps]) => {
    await using shop = await openSmallShop({ history: history.folder, mailsPerSecond });
    runs[name as keyof typeof plans] = await runKilledIn(shop, steps);
  }));
}, 600_000);

afterAll(() => opened.disposeAsync());

/** Runs a cycle and kills its worker process once in each of these steps, while the step is running. */
async function runKilledIn(shop: SmallShop, steps: readonly StepName[]): Promise<Run> {
  const left = new Set<StepName>(steps);
  const killedIn: string[] = [];
  const { worker } = shop.stack;
  let lettersAtKill = 0;

  async function kill(where: string): Promise<void> {
    const { pid } = worker;
    worker.kill('SIGKILL');
    await worker.restart();
    expect(worker.pid).not.toBe(pid);
    killedIn.push(where);
  }

  const result = await shop.runCycle({
    async onProgress(progress) {
      const step = currentStep(progress)?.name;
      if (step === undefined || !left.has(step)) return;
      if (step === 'campaign') {
        lettersAtKill = (await shop.relayLog()).length;
        if (lettersAtKill < lettersBeforeKill) return;
      }
      left.delete(step);
      await kill(step);
    },
    // Customers follow links while they live the week, so the second death in this step is after it, in the measuring.
    async onLived() {
      if (killedIn.includes('evaluate')) await kill('evaluate, after the week');
    },
  });
  const manifest = await shop.manifest(result.cycle);
  const keys = new Set((await shop.rows<{ key: string }>(result, 'select key from {sends.sends}')).map(({ key }) => key));
  const letters = (await shop.relayLog()).filter(({ messageId }) => keys.has(messageId.slice(1).split('@')[0]!));
  return { result, manifest, letters, killedIn, lettersAtKill };
}

const fingerprints = ({ manifest }: Run): Record<string, string> => Object.fromEntries(manifest.relations.map(({ relation, fingerprint }) => [relation, fingerprint]));
const rowCounts = ({ manifest }: Run): Record<string, number> => Object.fromEntries(manifest.relations.map(({ relation, rows }) => [relation, rows]));

describe('a worker process that is killed with SIGKILL', () => {
  it('died in each of the seven steps, and in the middle of sending', () => {
    expect(runs.undisturbed.killedIn).toEqual([]);
    expect(runs.one.killedIn).toEqual(plans.one);
    expect(runs.two.killedIn).toEqual([...plans.two, 'evaluate, after the week']);
    expect(runs.one.lettersAtKill).toBeLessThan(runs.one.letters.length);
  });

  describe.each(['one', 'two'] as const)('run %s', (name) => {
    it('ends like the undisturbed run', () => {
      expect(runs[name].result.outcome).toBe('finished');
      expect(runs[name].result.evaluation?.measured).toBe(true);
      expect(runs[name].result.decisions).toEqual(runs.undisturbed.result.decisions);
    });

    it('gives every relation with the rows and the fingerprint of the undisturbed run', () => {
      expect(Object.keys(fingerprints(runs[name])).length).toBeGreaterThan(30);
      expect(rowCounts(runs[name])).toEqual(rowCounts(runs.undisturbed));
      expect(fingerprints(runs[name])).toEqual(fingerprints(runs.undisturbed));
    });

    it('mails everybody of the plan, and nobody twice', () => {
      const { letters, result } = runs[name];
      expect(result.campaign?.dispatch?.delivered).toBe(result.campaign?.plan.toSend);
      expect(letters).toHaveLength(result.campaign!.plan.toSend);
      expect(new Set(letters.map(({ recipient }) => recipient.toLowerCase())).size).toBe(letters.length);
      expect(new Set(letters.map(({ messageId }) => messageId)).size).toBe(letters.length);
    });
  });
});
