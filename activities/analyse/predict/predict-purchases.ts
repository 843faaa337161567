import { daysBefore } from '../../days-before.ts';
import type { RelationRef } from '../../../gateways/warehouse/relation-ref.ts';
import type { Column, CycleFolder, WarehouseSession } from '../../../gateways/warehouse/warehouse.ts';
import { candidates, type Candidate } from './purchase-model.ts';
import type { PredictionQuality } from './prediction-quality.ts';
import { labelledByPurchases, readPredictionRows } from './prediction-rows.ts';
import { featureNames, tellBy, type Told } from './tell-by.ts';

export interface PredictPurchases extends CycleFolder {
  readonly asOf: string;
  /** Horizon: will a customer buy within so many days? */
  readonly days: number;
  /** Champion of the last cycle; the first of the candidates where there is none. */
  readonly incumbent?: Candidate;
  readonly seed: number;
  /** For the intervals of the models' figures. */
  readonly resamples: number;
  readonly signal?: AbortSignal;
}

/**
 * Probability that a customer buys within `days` after the cycle's as_of: `segments.predictions` (customer_id, probability, will_buy, reasons).
 *
 * Split by time: candidates learn from customers as they were two horizons ago and what they did in the first; on what they did in the second, some
 * customers choose the champion and its threshold, and others, who are in neither, judge. The champion is then fitted anew on the second horizon.
 * Beside it: `segments.prediction_model` (the logistic model's coefficients, which the feedback reads, and which features were left out because they know the future), `segments.prediction_quality` (the champion,
 * one row), `segments.model_comparison` (every candidate and figure with interval), `segments.calibration` and `segments.importances`.
 */
export async function predictPurchases(session: WarehouseSession, { days, incumbent = candidates[0], seed, resamples, signal, ...folder }: PredictPurchases): Promise<{ relations: Record<string, RelationRef>; quality: PredictionQuality; champion: string; leaks: readonly string[] }> {
  let made: Told | undefined;
  const once = async (): Promise<Told> => (made ??= await readAndCompute(session, { asOf: folder.asOf, days, incumbent, seed, resamples, signal }));
  const write = (name: string, columns: (prediction: Told) => readonly Column[]): Promise<RelationRef> => session.write(folder, {
    name, algorithm: 'predict-purchases 5', inputs: ['features.customers', 'features.customers_earlier', 'features.customers_earliest', 'features.orders'], parameters: { days, incumbent, seed, resamples, asOf: folder.asOf },
    columns: async () => columns(await once()),
  });
  const relations = {
    'segments.predictions': await write('segments.predictions', ({ customers, probabilities, quality, reasons }) => [
      { name: 'customer_id', type: 'VARCHAR', values: customers }, { name: 'probability', type: 'DOUBLE', values: probabilities },
      { name: 'will_buy', type: 'BOOLEAN', values: Array.from(probabilities, (probability) => probability >= quality.threshold) }, { name: 'reasons', type: 'VARCHAR', values: reasons },
    ]),
    'segments.prediction_model': await write('segments.prediction_model', ({ features, coefficients, leaks }) => [
      { name: 'feature', type: 'VARCHAR', values: features }, { name: 'coefficient', type: 'DOUBLE', values: coefficients },
      { name: 'knows_future', type: 'BOOLEAN', values: features.map((_, column) => leaks.includes(column)) },
    ]),
    'segments.prediction_quality': await write('segments.prediction_quality', ({ quality }) =>
      (Object.keys(quality) as (keyof PredictionQuality)[]).map((name) => ({ name, type: 'DOUBLE' as const, values: [quality[name]] }))),
    'segments.model_comparison': await write('segments.model_comparison', ({ judged }) => {
      const rows = judged.flatMap(({ figures, ...model }) => figures.map((figure) => ({ ...model, ...figure })));
      return [
        { name: 'model', type: 'VARCHAR', values: rows.map((row) => row.model) }, { name: 'is_champion', type: 'BOOLEAN', values: rows.map((row) => row.isChampion) },
        { name: 'metric', type: 'VARCHAR', values: rows.map((row) => row.figure.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) },
        ...(['value', 'lower', 'upper'] as const).map((name) => ({ name, type: 'DOUBLE' as const, values: rows.map((row) => row[name]) })),
        { name: 'p_value', type: 'DOUBLE', values: rows.map((row) => row.pValue) },
      ];
    }),
    'segments.calibration': await write('segments.calibration', ({ calibration }) => [
      { name: 'customers', type: 'BIGINT', values: calibration.map((bin) => bin.rows) }, { name: 'told', type: 'DOUBLE', values: calibration.map((bin) => bin.meanProbability) },
      { name: 'came', type: 'DOUBLE', values: calibration.map((bin) => bin.shareOfPositives) },
    ]),
    'segments.importances': await write('segments.importances', ({ features, importances }) => [
      { name: 'feature', type: 'VARCHAR', values: importances.map(({ column }) => features[column]!) },
      { name: 'auc_lost', type: 'DOUBLE', values: importances.map(({ mean }) => mean) }, { name: 'deviation', type: 'DOUBLE', values: importances.map(({ deviation }) => deviation) },
    ]),
  };
  const [quality] = await session.rows<Record<keyof PredictionQuality, number>>('from segments.prediction_quality');
  const [champion] = await session.rows<{ model: string }>('select model from segments.model_comparison where is_champion limit 1');
  return { relations, quality: quality!, champion: champion?.model ?? 'the base rate', leaks: await session.texts('select feature from segments.prediction_model where knows_future order by feature') };
}

/** Reads the customers of three times, and lets a thread compute. */
async function readAndCompute(session: WarehouseSession, { asOf, days, incumbent, seed, resamples, signal }: Omit<PredictPurchases, keyof CycleFolder> & { readonly incumbent: Candidate }): Promise<Told> {
  const names = await featureNames(session);
  const recent = await readPredictionRows(session, { labelled: labelledByPurchases('features.customers_earlier', daysBefore(asOf, days), days), features: names });
  const past = await readPredictionRows(session, { labelled: labelledByPurchases('features.customers_earliest', daysBefore(asOf, 2 * days), days), features: names });
  return tellBy(session, { names, recent, past, now: 'features.customers', customers: 'select customer_id from features.customers', incumbent, seed, resamples, signal });
}
