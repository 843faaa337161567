import { parentPort } from 'node:worker_threads';
import type { ForecastTask } from './forecast-many.ts';
import { forecastSeries } from './forecast-series.ts';
import { openProphet } from './prophet.ts';

parentPort!.on('message', async (tasks: readonly ForecastTask[]) => {
  const makeProphet = tasks.some(({ options }) => options.prophet === true) ? await openProphet() : undefined;
  parentPort!.postMessage(tasks.map(({ series, options }) => forecastSeries(series, options, makeProphet)));
});
