import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * Lets a file ending in `.thread.ts` compute, so that neither the poller nor other work of this process waits for it. The file answers one message
 * with another; its thread ends with the answer.
 *
 * @param task what structured cloning carries: typed arrays, plain objects. Buffers in `transfer` are given away, not copied.
 * @param signal ends the thread with its reason.
 * @throws what the thread throws; Error when it ends without an answer
 */
export async function inThread<Task, Answer>(file: URL, task: Task, { transfer = [], signal }: { readonly transfer?: readonly ArrayBuffer[]; readonly signal?: AbortSignal } = {}): Promise<Answer> {
  signal?.throwIfAborted();
  // A flag of the process, such as --input-type, may be one that no thread can start with.
  const worker = new Worker(file, { execArgv: [], name: basename(file.pathname) });
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const stop = (): void => reject(signal?.reason as Error);
  signal?.addEventListener('abort', stop, { once: true });
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', (code) => reject(new Error(`The thread of ${file.pathname} ended with code ${code} before it answered.`)));
  try {
    worker.postMessage(task, [...transfer]);
    return await promise;
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
