import { parentPort } from 'node:worker_threads';
import { forecastSeries } from './forecast-series.ts';
import type { ForecastTask } from './forecast-many.ts';

parentPort!.on('message', (tasks: readonly ForecastTask[]) => {
  parentPort!.postMessage(tasks.map(({ series, options }) => forecastSeries(series, options)));
});
