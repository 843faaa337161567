import { bootstrapClassification, type BootstrappedFigure } from '../../../algorithms/metrics/bootstrap-classification.ts';
import { calibrationCurve, type CalibrationBin } from '../../../algorithms/metrics/calibration-curve.ts';
import { deLongTest } from '../../../algorithms/metrics/de-long-test.ts';
import { permutationImportance, type ColumnImportance } from '../../../algorithms/metrics/permutation-importance.ts';
import { rocAuc } from '../../../algorithms/metrics/roc-auc.ts';
import { findLeaks, withoutColumns } from './find-leaks.ts';
import { qualityOf, thresholdOfBestF1, type PredictionQuality } from './prediction-quality.ts';
import { predictionReasons } from './prediction-reasons.ts';
import type { PredictionRows } from './prediction-rows.ts';
import { candidates, fitModel, fitPreparation, type Candidate, type PurchaseModel } from './purchase-model.ts';

/** All that a prediction is computed from. */
export interface PredictionTask {
  readonly features: readonly string[];
  /** What candidates learn from, what chooses among them, and what judges the choice. */
  readonly learned: PredictionRows;
  readonly choosing: PredictionRows;
  readonly judges: PredictionRows;
  /** What the champion is fitted anew on. */
  readonly latest: PredictionRows;
  readonly now: Pick<PredictionRows, 'matrix' | 'rows'>;
  /** Champion of the last cycle, which the others challenge. */
  readonly incumbent: Candidate;
  readonly seed: number;
  /** For the intervals of the figures. */
  readonly resamples: number;
}

/** One candidate on the customers that judge it. */
export interface JudgedModel {
  readonly model: Candidate;
  readonly isChampion: boolean;
  /** Of a difference from the champion's AUC by chance (DeLong); 1 for the champion itself. */
  readonly pValue: number;
  readonly figures: readonly BootstrappedFigure[];
}

export interface Prediction {
  readonly coefficients: Float64Array;
  readonly probabilities: Float64Array;
  readonly reasons: readonly string[];
  readonly quality: PredictionQuality;
  readonly judged: readonly JudgedModel[];
  readonly calibration: readonly CalibrationBin[];
  readonly importances: readonly ColumnImportance[];
  /** Columns left out because they know the future. */
  readonly leaks: readonly number[];
}

/** A challenger takes over when a difference so large would come by chance this seldom. */
const significance = 0.05;
/** Customers on whom shuffling a feature is judged; more say no more. */
const shuffled = 5000;

/** Leaves out what knows the future, fits the candidates, chooses the champion, judges it, fits it anew and asks it about everybody. Needs no file and no clock. */
export async function computePrediction(task: PredictionTask): Promise<Prediction> {
  const { features, learned, choosing, now, latest, judges } = task;
  if (!hasBothClasses(learned) || !hasBothClasses(choosing)) return baseRate(features.length, now.rows, latest, judges);
  const leaks = findLeaks(learned, features.length);
  const clean = <Rows extends { readonly matrix: Float64Array }>(rows: Rows): Rows => ({ ...rows, matrix: withoutColumns(rows.matrix, features.length, leaks) });
  return { ...await choosePrediction({ ...task, learned: clean(learned), choosing: clean(choosing), judges: clean(judges), latest: clean(latest), now: clean(now) }), leaks };
}

async function choosePrediction({ features, learned, choosing, judges, latest, now, incumbent, seed, resamples }: PredictionTask): Promise<Omit<Prediction, 'leaks'>> {
  const width = features.length;
  const { prepare, prepared } = fitPreparation(learned, width);
  const [chooseMatrix, judgeMatrix] = [prepare(choosing.matrix, choosing.rows), prepare(judges.matrix, judges.rows)];
  const models: PurchaseModel[] = [];
  for (const name of candidates) models.push(await fitModel(name, prepared, learned.rows, width, learned.labels, seed));
  const told = models.map((model) => model.probabilities(chooseMatrix, choosing.rows));
  const champion = chooseChampion(choosing.labels, told, candidates.indexOf(incumbent));
  const threshold = thresholdOfBestF1(choosing.labels, told[champion]!);
  const judgements = models.map((model) => model.probabilities(judgeMatrix, judges.rows));

  const anew = fitPreparation(latest, width);
  const fitted = await fitModel(candidates[champion]!, anew.prepared, latest.rows, width, latest.labels, seed);
  const linear = fitted.coefficients ?? (await fitModel('logistic', anew.prepared, latest.rows, width, latest.labels, seed)).coefficients!;
  const today = anew.prepare(now.matrix, now.rows);
  const probabilities = fitted.probabilities(today, now.rows);
  const figures = bootstrapClassification(judges.labels, judgements, threshold, { resamples, seed });
  const sample = Math.min(judges.rows, shuffled);
  return {
    probabilities, coefficients: linear,
    reasons: predictionReasons(fitted, today, now.rows, probabilities, features),
    quality: qualityOf(judges.labels, judgements[champion]!, threshold),
    judged: models.map(({ name }, place) => ({
      model: name, isChampion: place === champion,
      pValue: place === champion || !hasBothClasses(judges) ? 1 : deLongTest(judges.labels, judgements[place]!, judgements[champion]!).pValue,
      figures: figures[place]!,
    })),
    calibration: calibrationCurve(judges.labels, judgements[champion]!, { nBins: 10, strategy: 'quantile' }),
    importances: hasBothClasses({ labels: judges.labels.subarray(0, sample) })
      ? permutationImportance((matrix: Float64Array, rows) => models[champion]!.probabilities(matrix, rows), rocAuc, judgeMatrix.subarray(0, sample * width), sample, width, judges.labels.subarray(0, sample), { nRepeats: 3, seed })
      : [],
  };
}

function hasBothClasses({ labels }: { readonly labels: Uint8Array }): boolean {
  // Two of each are what DeLong's variance needs.
  const positives = labels.reduce((sum, label) => sum + label, 0);
  return positives >= 2 && labels.length - positives >= 2;
}

/**
 * The incumbent, unless a challenger has a higher AUC on the same customers beyond chance. Its recipe is fitted to the customers of two horizons ago, which
 * is what it was fitted to when a cycle of one horizon ago made it champion: so the challengers meet the model whose word counted since, not a fresher one.
 */
function chooseChampion(labels: Uint8Array, told: readonly Float64Array[], incumbent: number): number {
  let champion = incumbent;
  for (let challenger = 0; challenger < told.length; challenger++) {
    const { difference, pValue } = deLongTest(labels, told[challenger]!, told[champion]!);
    if (difference > 0 && pValue < significance) champion = challenger;
  }
  return champion;
}

/** Where everybody or nobody bought there is nothing to learn but the rate itself. */
function baseRate(width: number, customers: number, { labels }: PredictionRows, judges: PredictionRows): Prediction {
  const rate = labels.reduce((sum, label) => sum + label, 0) / Math.max(labels.length, 1);
  return {
    coefficients: new Float64Array(width), probabilities: new Float64Array(customers).fill(rate), reasons: new Array<string>(customers).fill(''),
    quality: judges.rows === 0 ? nothingJudged : qualityOf(judges.labels, new Float64Array(judges.rows).fill(rate), 0.5), judged: [], calibration: [], importances: [], leaks: [],
  };
}

const nothingJudged: PredictionQuality = { customers: 0, positives: 0, threshold: 0.5, auc: Number.NaN, accuracy: Number.NaN, precision: Number.NaN, recall: Number.NaN, f1: Number.NaN };
