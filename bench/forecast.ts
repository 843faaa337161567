import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { forecastMany } from '../algorithms/forecast/forecast-many.ts';
import { mase, naiveScale } from '../algorithms/forecast/mase.ts';
import { writeMadeSeries } from './made-series.ts';
import type { Runs, Subject } from './side-by-side.ts';

interface ForecastInput {
  /** Doubles, a row a series: `known` days and the `horizon` days that came after. */
  readonly file: string;
  readonly series: number;
  readonly known: number;
  readonly horizon: number;
  readonly period: number;
  readonly cores: number;
}

const inside = 'share inside the 95 % intervals';

/** Daily series forecast four weeks ahead: backtest, choice of the model and calibrated intervals here, MSTL of statsforecast there, on as many cores. */
export const subject: Subject<ForecastInput> = {
  name: 'forecast',
  description: 'Daily forecasts with intervals, beside statsforecast\'s MSTL with and without a season of the year.',
  module: import.meta.url,
  ownEnvironment: true,
  peers: [
    { name: 'statsforecast MSTL', script: 'forecast.py', parameters: { seasons: [7, 365] } },
    { name: 'statsforecast MSTL, week alone', script: 'forecast.py', parameters: { seasons: [7] } },
  ],
  async inputs({ folder, say }) {
    await mkdir(folder, { recursive: true });
    const [known, horizon, period, cores] = [730, 28, 7, availableParallelism()];
    const inputs: Record<string, ForecastInput> = {};
    for (const [name, series] of [['1,000 series x 730 days', 1000], ['100 series x 730 days', 100]] as const) {
      const file = join(folder, `made-${series}.f64`);
      await writeMadeSeries(file, { series, days: known + horizon, seed: 11 }, say);
      inputs[name] = { file, series, known, horizon, period, cores };
    }
    return inputs;
  },
  async own({ file, series, known, horizon, period, cores }) {
    const bytes = await readFile(file);
    const figures = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const options = { horizon, period, longPeriod: 365.25, level: 0.95, origins: 12, step: 7 };
    const days = known + horizon;
    const tasks = Array.from({ length: series }, (_, row) => ({ series: figures.slice(row * days, row * days + known), options }));
    const startedAt = performance.now();
    const forecasts = await forecastMany(tasks, { threads: cores });
    const seconds = (performance.now() - startedAt) / 1000;
    let [scaled, held] = [0, 0];
    forecasts.forEach(({ points, halfWidths }, row) => {
      const actual = figures.subarray(row * days + known, (row + 1) * days);
      scaled += mase(actual, points, naiveScale(tasks[row]!.series, period)) / series;
      actual.forEach((figure, step) => { if (Math.abs(figure - points[step]!) <= halfWidths[step]!) held++; });
    });
    return { seconds: { forecast: seconds }, figures: { MASE: scaled, [inside]: held / (series * horizon) } };
  },
  check({ own, peers }: Runs) {
    const theirs = Object.entries(peers).map(([name, [run]]) => [name, run!.figures['MASE']!] as const);
    return own.flatMap(({ figures }) => [
      ...theirs.filter(([, there]) => figures['MASE']! > there).map(([name, there]) => `MASE is ${figures['MASE']} here and ${there} by ${name}`),
      ...(figures[inside]! >= 0.88 && figures[inside]! <= 0.96 ? [] : [`the 95 % intervals hold ${figures[inside]} of what came`]),
    ]);
  },
};
