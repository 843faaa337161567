import { Worker } from 'node:worker_threads';
import { forecastSeries, type ForecastOptions, type SeriesForecast } from './forecast-series.ts';

export interface ForecastTask {
  readonly series: Float64Array;
  readonly options: ForecastOptions;
}

/** Fewer are done before a thread has started. */
const worthThreads = 16;
/** Few enough that no thread waits long for another at the end. */
const batch = 16;

/**
 * `forecastSeries` of many series over some threads; the same bytes with any number of them.
 * @param signal ends the threads with its reason
 * @throws what forecastSeries throws
 */
export async function forecastMany(tasks: readonly ForecastTask[], { threads = 1, signal }: { readonly threads?: number; readonly signal?: AbortSignal } = {}): Promise<SeriesForecast[]> {
  signal?.throwIfAborted();
  if (threads < 2 || tasks.length < worthThreads) return tasks.map(({ series, options }) => forecastSeries(series, options));
  const results: SeriesForecast[] = new Array(tasks.length);
  let next = 0;
  const workers = Array.from({ length: Math.min(threads, Math.ceil(tasks.length / batch)) }, () => new Worker(new URL('./forecast.thread.ts', import.meta.url), { execArgv: [], name: 'forecast' }));
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(signal?.reason as Error);
  signal?.addEventListener('abort', stop, { once: true });
  const work = async (worker: Worker): Promise<void> => {
    while (next < tasks.length) {
      const from = next;
      next += batch;
      const answered = Promise.withResolvers<readonly SeriesForecast[]>();
      worker.once('message', answered.resolve);
      worker.once('error', answered.reject);
      worker.postMessage(tasks.slice(from, from + batch));
      (await answered.promise).forEach((result, place) => { results[from + place] = result; });
      worker.removeListener('error', answered.reject);
    }
  };
  try {
    await Promise.race([Promise.all(workers.map(work)), stopped.promise]);
    return results;
  } finally {
    signal?.removeEventListener('abort', stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
