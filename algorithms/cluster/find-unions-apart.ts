import { Worker } from 'node:worker_threads';
import { findUnions } from './find-unions.ts';
import type { UnionsRequest } from './find-unions.ts';
import type { Unions } from './linkage.ts';

/** Up to so many rows the work takes less time than a thread takes to start. */
const worthThread = 1000;

/**
 * All unions of a dendrogram, by a thread of its own where they take long, so that the calling thread stays free.
 * @throws what the thread throws, RangeError where a matrix of distances finds no memory.
 */
export function findUnionsApart(request: UnionsRequest): Promise<Unions> {
  return new Promise((resolve, reject) => {
    if (request.rows <= worthThread) return resolve(findUnions(request));
    // What is handed over is the whole buffer under a matrix, even where the matrix is a small part of it.
    const matrix = request.matrix.byteLength === request.matrix.buffer.byteLength ? request.matrix : request.matrix.slice();
    // A flag of the process, such as --input-type, may be one that no thread can start with.
    const worker = new Worker(new URL('./find-unions.thread.ts', import.meta.url), { workerData: { ...request, matrix } satisfies UnionsRequest, name: 'unions', execArgv: [] });
    worker.on('message', resolve);
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`The thread that finds unions ended early with code ${code}.`)));
  });
}
