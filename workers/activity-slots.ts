import { ClienteleError } from '../gateways/errors.ts';

/** Threads that files, name look-ups and hashing need while every activity waits for DuckDB in a thread of its own. */
const spareThreads = 4;

/**
 * Activities a queue of this process runs at once. DuckDB, files and hashing share libuv's threads: with as many activities as threads a
 * process can wait for itself for ever.
 * @throws ClienteleError ENVIRONMENT_INVALID when there are too few threads for the queues
 */
export function activitySlots(threads: number, queues: number): number {
  const slots = Math.floor((threads - spareThreads) / queues);
  if (slots < 1) throw new ClienteleError('ENVIRONMENT_INVALID', { name: 'UV_THREADPOOL_SIZE', problem: `${threads}, too few for ${queues} task queues`, remedy: `Set it to ${queues + spareThreads} or more; 16 is a good start.` });
  return slots;
}
