import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { notesOf, type Finding } from './finding.ts';

const note = notesOf('clock');

/** What another machine's clock showed at an instant of ours; milliseconds since the epoch. */
export interface OtherClock {
  readonly whose: string;
  readonly theirs: number;
  readonly ours: number;
  /** How far apart the two readings may be for reasons that are no clock's; milliseconds. */
  readonly uncertainty: number;
}

const worthAWord = 5_000;
/** Signed requests of object stores and TLS certificates stop working somewhere behind this. */
const tooFar = 60_000;

/** Compares this machine's clock with others'. */
export function checkClock(clocks: readonly OtherClock[]): Finding[] {
  if (clocks.length === 0) return [note.skipped('time', 'neither a Temporal server nor a Postgres ledger is there to compare with')];
  return clocks.map(({ whose, theirs, ours, uncertainty }) => {
    const off = ours - theirs;
    const beyond = Math.max(0, Math.abs(off) - uncertainty);
    const words = `${(Math.abs(off) / 1000).toFixed(1)} s ${off < 0 ? 'behind' : 'ahead of'} ${whose}`;
    if (beyond <= worthAWord) return note.ok('time', `this machine agrees with ${whose} (${words})`);
    const mend = 'Let both keep network time: timedatectl set-ntp true, or chrony.';
    return beyond > tooFar ? note.failed('time', `this machine is ${words}`, mend) : note.warning('time', `this machine is ${words}`, mend);
  });
}

/**
 * What Temporal's clock shows: the server notes when a queue was last asked for work, so we ask at a queue where there is none. Nothing is stored.
 * @returns undefined where the server does not tell
 */
export async function readTemporalClock(client: Client): Promise<OtherClock | undefined> {
  const { namespace } = client.options;
  const identity = `doctor-${process.pid}`;
  const taskQueue = { name: 'doctor' };
  const asked = Date.now();
  const waiting = client.withDeadline(asked + 4_000, () => client.workflowService.pollWorkflowTaskQueue({ namespace, taskQueue, identity })).catch(() => undefined);
  try {
    for (let tries = 0; tries < 10; tries += 1) {
      await sleep(200);
      const { pollers } = await client.workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType: 1 });
      const seen = pollers?.find((poller) => poller.identity === identity)?.lastAccessTime;
      if (seen?.seconds === undefined || seen.seconds === null) continue;
      return { whose: 'the Temporal server', theirs: Number(seen.seconds) * 1000 + (seen.nanos ?? 0) / 1e6, ours: asked, uncertainty: Date.now() - asked };
    }
    return undefined;
  } finally {
    await waiting;
  }
}
