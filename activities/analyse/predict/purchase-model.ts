import { GradientBoostingClassifier } from '../../../algorithms/predict/gradient-boosting-classifier.ts';
import { LogisticRegression } from '../../../algorithms/predict/logistic-regression.ts';
import { NeuralNetwork } from '../../../algorithms/predict/neural-network.ts';
import { SimpleImputer } from '../../../algorithms/preprocess/simple-imputer.ts';
import { StandardScaler } from '../../../algorithms/preprocess/standard-scaler.ts';
import type { PredictionRows } from './prediction-rows.ts';

/** Models that compete for the prediction; where no cycle before this one chose another, the first is the champion until another is better beyond chance. */
export const candidates = ['logistic', 'network', 'trees'] as const;
export type Candidate = (typeof candidates)[number];

/** Brings rows into the units a model was fitted in: missing values filled, every feature standardised. */
export type Prepare = (matrix: Float64Array, rows: number) => Float64Array;

/** Fitted on the rows that a model learns from. */
export function fitPreparation({ matrix, rows }: Pick<PredictionRows, 'matrix' | 'rows'>, width: number): { readonly prepare: Prepare; readonly prepared: Float64Array } {
  const imputer = new SimpleImputer({ strategy: 'median' }).fit(matrix, rows, width);
  const filled = imputer.transform(matrix, rows);
  const scaler = new StandardScaler().fit(filled, rows, width);
  return { prepared: scaler.transform(filled, rows), prepare: (other, count) => scaler.transform(imputer.transform(other, count), count) };
}

/** A fitted model over prepared rows. */
export interface PurchaseModel {
  readonly name: Candidate;
  /** Intercept left out; of a linear model only. */
  readonly coefficients?: Float64Array;
  probabilities(prepared: Float64Array, rows: number): Float64Array;
}

/**
 * A network of two small layers is enough for two dozen features; it stops when rows set aside no longer gain. One thread each: segments are sought at
 * the same time, and a thread that is started for some hundredths of a second costs more than it brings.
 */
const network = { hiddenLayerSizes: [32, 16], earlyStopping: true, nIterNoChange: 3, maxIter: 15 } as const;

/** Customers differ in a few habits and much chance: few small trees, which stop as the network does. */
const trees = { learningRate: 0.2, maxIter: 30, maxLeafNodes: 15, earlyStopping: true, nIterNoChange: 3 } as const;

/** Hyper-parameters that differ from an estimator's own defaults. */
export const hyperParameters: Readonly<Record<Candidate, object>> = { logistic: {}, network, trees };

export async function fitModel(name: Candidate, prepared: Float64Array, rows: number, width: number, labels: Uint8Array, seed: number): Promise<PurchaseModel> {
  if (name === 'logistic') {
    const model = new LogisticRegression({ nThreads: 1 }).fit(prepared, rows, width, labels);
    return { name, coefficients: model.coefficients, probabilities: (matrix, count) => model.predictProbability(matrix, count) };
  }
  if (name === 'trees') {
    const model = new GradientBoostingClassifier({ ...trees, seed, nThreads: 1 }).fit(prepared, rows, width, labels);
    return { name, probabilities: (matrix, count) => model.predictProbability(matrix, count) };
  }
  const model = await new NeuralNetwork({ ...network, seed, nThreads: 1 }).fit(prepared, rows, width, labels);
  return { name, probabilities: (matrix, count) => model.predictProbability(matrix, count) };
}
