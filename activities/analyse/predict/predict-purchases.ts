import { bootstrapClassification, type BootstrappedFigure } from '../../../algorithms/metrics/bootstrap-classification.ts';
import { calibrationCurve, type CalibrationBin } from '../../../algorithms/metrics/calibration-curve.ts';
import { deLongTest } from '../../../algorithms/metrics/de-long-test.ts';
import { permutationImportance, type ColumnImportance } from '../../../algorithms/metrics/permutation-importance.ts';
import { rocAuc } from '../../../algorithms/metrics/roc-auc.ts';
import { quoteIdentifier } from '../../../gateways/warehouse/quote.ts';
import type { RelationRef } from '../../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../../gateways/warehouse/sql-file.ts';
import type { Column, CycleFolder, WarehouseSession } from '../../../gateways/warehouse/warehouse.ts';
import { qualityOf, thresholdOfBestF1, type PredictionQuality } from './prediction-quality.ts';
import { predictionReasons } from './prediction-reasons.ts';
import { readCustomersNow, readPredictionRows, type PredictionRows } from './prediction-rows.ts';
import { candidates, fitModel, fitPreparation, type Candidate, type PurchaseModel } from './purchase-model.ts';

/** One candidate on the customers that judge it. */
interface Judged {
  readonly model: Candidate;
  readonly isChampion: boolean;
  /** Of a difference from the champion's AUC by chance (DeLong); 1 for the champion itself. */
  readonly pValue: number;
  readonly figures: readonly BootstrappedFigure[];
}

interface Prediction {
  readonly features: readonly string[];
  readonly coefficients: Float64Array;
  readonly customers: readonly string[];
  readonly probabilities: Float64Array;
  readonly reasons: readonly string[];
  readonly quality: PredictionQuality;
  readonly judged: readonly Judged[];
  readonly calibration: readonly CalibrationBin[];
  readonly importances: readonly ColumnImportance[];
}

/** A challenger takes over when a difference so large would come by chance this seldom. */
const significance = 0.05;
const resamples = 200;
/** Customers on whom shuffling a feature is judged; more say no more. */
const shuffled = 5000;

export interface PredictPurchases extends CycleFolder {
  readonly asOf: string;
  /** Horizon: will a customer buy within so many days? */
  readonly days: number;
  readonly seed: number;
}

/**
 * Probability that a customer buys within `days` after the cycle's as_of: `segments.predictions` (customer_id, probability, will_buy, reasons).
 *
 * Split by time: candidates learn from customers as they were two horizons ago and what they did in the first; on what they did in the second, some
 * customers choose the champion and its threshold, and others, who are in neither, judge. The champion is then fitted anew on the second horizon.
 * Beside it: `segments.prediction_model` (the logistic model's coefficients, which the feedback reads), `segments.prediction_quality` (the champion,
 * one row), `segments.model_comparison` (every candidate and figure with interval), `segments.calibration` and `segments.importances`.
 */
export async function predictPurchases(session: WarehouseSession, { days, seed, ...folder }: PredictPurchases): Promise<{ relations: Record<string, RelationRef>; quality: PredictionQuality; champion: string }> {
  const before = daysBefore(folder.asOf, 2 * days);
  const earliest = await session.materialise(folder, { name: 'features.customers_earliest', sql: await readSql('features.customers'), parameters: { as_of: before } });
  let made: Prediction | undefined;
  const once = async (): Promise<Prediction> => (made ??= await fitAndPredict(session, folder.asOf, days, seed));
  const write = (name: string, columns: (prediction: Prediction) => readonly Column[]): Promise<RelationRef> => session.write(folder, {
    name, algorithm: 'predict-purchases 2', inputs: ['features.customers', 'features.customers_earlier', 'features.customers_earliest', 'features.orders'], parameters: { days, seed, asOf: folder.asOf },
    columns: async () => columns(await once()),
  });
  const relations = {
    'features.customers_earliest': earliest,
    'segments.predictions': await write('segments.predictions', ({ customers, probabilities, quality, reasons }) => [
      { name: 'customer_id', type: 'VARCHAR', values: customers }, { name: 'probability', type: 'DOUBLE', values: probabilities },
      { name: 'will_buy', type: 'BOOLEAN', values: Array.from(probabilities, (probability) => probability >= quality.threshold) }, { name: 'reasons', type: 'VARCHAR', values: reasons },
    ]),
    'segments.prediction_model': await write('segments.prediction_model', ({ features, coefficients }) => [
      { name: 'feature', type: 'VARCHAR', values: features }, { name: 'coefficient', type: 'DOUBLE', values: coefficients },
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
  return { relations, quality: quality!, champion: champion?.model ?? 'the base rate' };
}

async function fitAndPredict(session: WarehouseSession, asOf: string, days: number, seed: number): Promise<Prediction> {
  const names = [...(await session.describe('from features.customers')).keys()].filter((name) => name !== 'customer_id');
  const tables = ['features.customers_earlier', 'features.customers_earliest'] as const;
  const known = await Promise.all(tables.map((table) => session.rows<Record<string, number>>(`select count(*) as customers, ${names.map((name) => `count(${quoteIdentifier(name)}) as ${quoteIdentifier(name)}`).join(', ')} from ${table}`)));
  const [earlierCounts, earliestCounts] = known.map(([counts]) => counts!) as [Record<string, number>, Record<string, number>];
  // A shop whose history is too short for two horizons learns from other customers of the same time.
  const byTime = earliestCounts['customers']! >= fewestCustomers;
  const features = names.filter((name) => earlierCounts[name]! > 0 && (!byTime || earliestCounts[name]! > 0));
  const recent = await readPredictionRows(session, { table: 'features.customers_earlier', features, asOf: daysBefore(asOf, days), days });
  const past = byTime ? await readPredictionRows(session, { table: 'features.customers_earliest', features, asOf: daysBefore(asOf, 2 * days), days }) : undefined;
  const customers = await session.texts('select customer_id from features.customers');
  const now = await readCustomersNow(session, 'features.customers', features);

  const judges = recent((part) => part < 3);
  const learned = past?.(() => true) ?? recent((part) => part >= 6);
  const choosing = past === undefined ? recent((part) => part >= 3 && part < 6) : recent((part) => part >= 3);
  if (!hasBothClasses(learned) || !hasBothClasses(choosing)) return baseRate(features, customers, recent(() => true), judges);

  const width = features.length;
  const { prepare, prepared } = fitPreparation(learned, width);
  const [chooseMatrix, judgeMatrix] = [prepare(choosing.matrix, choosing.rows), prepare(judges.matrix, judges.rows)];
  const models: PurchaseModel[] = [];
  for (const name of candidates) models.push(await fitModel(name, prepared, learned.rows, width, learned.labels, seed));
  const told = models.map((model) => model.probabilities(chooseMatrix, choosing.rows));
  const champion = chooseChampion(choosing.labels, told);
  const threshold = thresholdOfBestF1(choosing.labels, told[champion]!);
  const judgements = models.map((model) => model.probabilities(judgeMatrix, judges.rows));

  const latest = recent(() => true);
  const anew = fitPreparation(latest, width);
  const fitted = await fitModel(candidates[champion]!, anew.prepared, latest.rows, width, latest.labels, seed);
  const linear = fitted.coefficients ?? (await fitModel('logistic', anew.prepared, latest.rows, width, latest.labels, seed)).coefficients!;
  const today = anew.prepare(now.matrix, now.rows);
  const probabilities = fitted.probabilities(today, now.rows);
  const sample = Math.min(judges.rows, shuffled);
  return {
    features, customers, probabilities, coefficients: linear,
    reasons: predictionReasons(fitted, today, now.rows, probabilities, features),
    quality: qualityOf(judges.labels, judgements[champion]!, threshold),
    judged: models.map(({ name }, place) => ({
      model: name, isChampion: place === champion,
      pValue: place === champion || !hasBothClasses(judges) ? 1 : deLongTest(judges.labels, judgements[place]!, judgements[champion]!).pValue,
      figures: bootstrapClassification(judges.labels, judgements[place]!, threshold, { resamples, seed }),
    })),
    calibration: calibrationCurve(judges.labels, judgements[champion]!, { nBins: 10, strategy: 'quantile' }),
    importances: hasBothClasses({ labels: judges.labels.subarray(0, sample) })
      ? permutationImportance((matrix: Float64Array, rows) => models[champion]!.probabilities(matrix, rows), rocAuc, judgeMatrix.subarray(0, sample * width), sample, width, judges.labels.subarray(0, sample), { nRepeats: 3, seed })
      : [],
  };
}

/** Below this a horizon of its own tells nothing. */
const fewestCustomers = 50;

const daysBefore = (instant: string, days: number): string => new Date(Date.parse(instant) - days * 86_400_000).toISOString();

function hasBothClasses({ labels }: { readonly labels: Uint8Array }): boolean {
  // Two of each are what DeLong's variance needs.
  const positives = labels.reduce((sum, label) => sum + label, 0);
  return positives >= 2 && labels.length - positives >= 2;
}

/** The first candidate, unless another has a higher AUC on the same customers beyond chance. */
function chooseChampion(labels: Uint8Array, told: readonly Float64Array[]): number {
  let champion = 0;
  for (let challenger = 1; challenger < told.length; challenger++) {
    const { difference, pValue } = deLongTest(labels, told[challenger]!, told[champion]!);
    if (difference > 0 && pValue < significance) champion = challenger;
  }
  return champion;
}

/** Where everybody or nobody bought there is nothing to learn but the rate itself. */
function baseRate(features: readonly string[], customers: readonly string[], { labels }: PredictionRows, judges: PredictionRows): Prediction {
  const rate = labels.reduce((sum, label) => sum + label, 0) / Math.max(labels.length, 1);
  return {
    features, coefficients: new Float64Array(features.length), customers, probabilities: new Float64Array(customers.length).fill(rate), reasons: customers.map(() => ''),
    quality: judges.rows === 0 ? nothingJudged : qualityOf(judges.labels, new Float64Array(judges.rows).fill(rate), 0.5), judged: [], calibration: [], importances: [],
  };
}

const nothingJudged: PredictionQuality = { customers: 0, positives: 0, threshold: 0.5, auc: Number.NaN, accuracy: Number.NaN, precision: Number.NaN, recall: Number.NaN, f1: Number.NaN };
