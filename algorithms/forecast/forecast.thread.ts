import { parentPort } from 'node:worker_threads';
import type { ForecastTask } from './forecast-many.ts';
import { forecastSeries } from './forecast-series.ts';
import { openProphet } from './prophet.ts';

// A rejection nobody takes ends the thread with its error, which is what the asker waits for.
parentPort!.on('message', (tasks: readonly ForecastTask[]) => void answer(tasks));

async function answer(tasks: readonly ForecastTask[]): Promise<void> {
  const makeProphet = tasks.some(({ options }) => options.prophet === true) ? await openProphet() : undefined;
  parentPort!.postMessage(tasks.map(({ series, options }) => forecastSeries(series, options, makeProphet)));
}
