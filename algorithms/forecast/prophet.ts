import { readFile } from 'node:fs/promises';
import { requireOrigins, requireSeries, type Forecaster } from './forecaster.ts';

export interface ProphetOptions {
  /** Whether there is a season of a year to be found, and one of a week. */
  readonly yearly: boolean;
  readonly weekly: boolean;
  /** Marks known in advance, such as holidays and promotions; see harmonic-regression.ts. */
  readonly regressors?: readonly Float64Array[];
}

/** Makes forecasters whose figures are days. */
export type MakeProphet = (options: ProphetOptions) => Forecaster;

const day = 86_400;
/** Any midnight: weeks and years are found by their length alone. */
const firstDay = 1_577_836_800;

/**
 * Prophet of @bsull/augurs, its Stan model compiled to WebAssembly: everything comes from the installed packages, nothing from a network. About
 * 0.2 s a fit, which is a hundred times exponential smoothing's. What comes after the fitted series does not change its forecasts.
 *
 * Source: S. Taylor and B. Letham, "Forecasting at scale", The American Statistician 72 (2018).
 */
export async function openProphet(): Promise<MakeProphet> {
  const [{ default: init, Prophet: Model }, { optimizer }] = await Promise.all([import('@bsull/augurs/prophet'), import('@bsull/augurs-prophet-wasmstan')]);
  await init({ module_or_path: await readFile(new URL('./prophet_bg.wasm', import.meta.resolve('@bsull/augurs/prophet'))) });

  return ({ yearly, weekly, regressors = [] }) => {
    let model: InstanceType<typeof Model> | undefined;
    let fitted: number | undefined;
    const dates = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, step) => firstDay + (from + step) * day);
    const marks = (from: number, to: number): Map<string, number[]> => new Map(regressors.map((column, index) => [`mark ${index}`, Array.from({ length: to - from }, (_, step) => column[from + step] ?? 0)]));
    const forecaster: Forecaster = {
      name: 'Prophet',
      fit(series) {
        requireSeries(series, 14);
        model?.free();
        model = new Model({
          optimizer, uncertaintySamples: 0,
          yearlySeasonality: { type: 'manual', enabled: yearly }, weeklySeasonality: { type: 'manual', enabled: weekly }, dailySeasonality: { type: 'manual', enabled: false },
        });
        regressors.forEach((_, index) => model!.addRegressor(`mark ${index}`));
        model.fit({ ds: dates(0, series.length), y: series, x: marks(0, series.length) }, { seed: 1 });
        fitted = series.length;
        return forecaster;
      },
      predictFrom(series, origins, horizon) {
        requireOrigins(fitted, series, origins, horizon);
        const [first = 0, last = 0] = [origins[0], origins[origins.length - 1]];
        const { point } = model!.predict({ ds: dates(first, last + horizon), x: marks(first, last + horizon) }).yhat;
        return Float64Array.from({ length: origins.length * horizon }, (_, place) => point[origins[Math.floor(place / horizon)]! - first + (place % horizon)]!);
      },
    };
    return forecaster;
  };
}
