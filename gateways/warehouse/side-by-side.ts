import type { WarehouseSession } from './warehouse.ts';

/** More sessions than these would leave no thread of libuv for files and hashing. */
const mostSessions = 4;

/**
 * Works through tasks in their order in sessions of one thread: one more than there are threads, so that none rests while a session waits for the
 * next statement, and four at most. Files written by one thread keep the
 * order of what was read, so they need no sort to have the same bytes again, and a session holds one task's rows at a time.
 * @returns what each task gave, in the order of the tasks
 * @throws the first error; no further task is begun after it
 */
export async function sideBySide<Task, Result>(tasks: readonly Task[], { threads, open, work }: {
  readonly threads: number;
  readonly open: () => Promise<WarehouseSession>;
  readonly work: (session: WarehouseSession, task: Task) => Promise<Result>;
}): Promise<Result[]> {
  const results = new Array<Result>(tasks.length);
  let next = 0;
  let failed = false;
  const runner = async (): Promise<void> => {
    await using session = await open();
    while (next < tasks.length && !failed) {
      const index = next++;
      try {
        results[index] = await work(session, tasks[index]!);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(threads + 1, mostSessions, tasks.length) }, runner));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return results;
}
