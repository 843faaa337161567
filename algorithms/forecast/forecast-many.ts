import { Worker } from 'node:worker_threads';
import { forecastSeries, type ForecastOptions, type SeriesForecast } from './forecast-series.ts';

export interface ForecastTask {
  readonly series: Float64Array;
  readonly options: ForecastOptions;
}

/** Fewer are done before a thread has started. */
const worthThreads = 16;
/** Few enough that no thread waits long for another at the end. */
const batchSize = 16;

/**
 * `forecastSeries` of many series over some threads; the same bytes with any number of them. A series for which Prophet competes has a thread of
 * its own: Prophet's features stand in an order that hangs on what it was asked before, and its sums on that order.
 * @param signal ends the threads with its reason
 * @throws what forecastSeries throws
 */
export async function forecastMany(tasks: readonly ForecastTask[], { threads = 1, signal }: { readonly threads?: number; readonly signal?: AbortSignal } = {}): Promise<SeriesForecast[]> {
  signal?.throwIfAborted();
  const places = tasks.map((_, place) => place);
  const quick = places.filter((place) => tasks[place]!.options.prophet !== true);
  const slow = places.filter((place) => tasks[place]!.options.prophet === true);
  const results: SeriesForecast[] = new Array(tasks.length);
  const inThreads = threads >= 2 && quick.length >= worthThreads;
  if (!inThreads) for (const place of quick) results[place] = forecastSeries(tasks[place]!.series, tasks[place]!.options);
  const batches: { readonly places: readonly number[]; readonly alone: boolean }[] = [
    ...(inThreads ? Array.from({ length: Math.ceil(quick.length / batchSize) }, (_, batch) => ({ places: quick.slice(batch * batchSize, (batch + 1) * batchSize), alone: false })) : []),
    ...slow.map((place) => ({ places: [place], alone: true })),
  ];
  const workers = new Set<Worker>();
  const start = (): Worker => {
    const worker = new Worker(new URL('./forecast.thread.ts', import.meta.url), { execArgv: [], name: 'forecast' });
    workers.add(worker);
    return worker;
  };
  const end = async (worker: Worker): Promise<void> => {
    workers.delete(worker);
    await worker.terminate();
  };
  let next = 0;
  const work = async (): Promise<void> => {
    let worker: Worker | undefined;
    for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) {
      if (batch.alone && worker !== undefined) await end(worker);
      if (batch.alone || worker === undefined) worker = start();
      const given = batch.places;
      (await ask(worker, given.map((place) => tasks[place]!))).forEach((result, at) => { results[given[at]!] = result; });
    }
  };
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(signal?.reason as Error);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([Promise.all(Array.from({ length: Math.min(Math.max(threads, 1), batches.length) }, work)), stopped.promise]);
    return results;
  } finally {
    signal?.removeEventListener('abort', stop);
    await Promise.all([...workers].map(end));
  }
}

async function ask(worker: Worker, tasks: readonly ForecastTask[]): Promise<readonly SeriesForecast[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly SeriesForecast[]>();
  worker.once('message', resolve);
  worker.once('error', reject);
  try {
    worker.postMessage(tasks);
    return await promise;
  } finally {
    worker.removeListener('message', resolve);
    worker.removeListener('error', reject);
  }
}
