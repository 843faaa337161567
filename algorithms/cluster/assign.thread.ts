import { parentPort, workerData } from 'node:worker_threads';
import { createChunkRunner } from './assign-kernel.ts';
import type { KernelTask } from './assign-kernel.ts';
import type { ThreadData } from './assign-threads.ts';

const { memory, counter, thread } = workerData as ThreadData;
const runChunks = createChunkRunner(memory, counter);

parentPort?.on('message', (task: KernelTask) => {
  runChunks(task, thread);
  parentPort?.postMessage('done');
});
