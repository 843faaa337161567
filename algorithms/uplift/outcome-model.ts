import { LogisticRegression } from '../predict/logistic-regression.ts';
import type { LogisticRegressionOptions } from '../predict/logistic-regression.ts';
import { Ridge } from './ridge.ts';

/** What a learner of uplift is made of: anything that learns the mean of an outcome from a customer's figures. */
export interface OutcomeModel {
  fit(x: Float64Array, rows: number, columns: number, y: Float64Array): void;
  predict(x: Float64Array, rows: number): Float64Array;
}

/** Makes a fresh model each time; learners fit several. */
export type MakeOutcomeModel = () => OutcomeModel;

/** The chance of an outcome of 0 or 1, by logistic regression; the plain share where only one of them occurs. */
export function shareModel(options: LogisticRegressionOptions = {}): MakeOutcomeModel {
  return () => {
    const model = new LogisticRegression(options);
    let only: number | undefined;
    return {
      fit(x, rows, columns, y) {
        if (!y.every((value) => value === 0 || value === 1)) throw new RangeError('a share model needs outcomes of 0 and 1');
        only = y.every((value) => value === y[0]) ? y[0] : undefined;
        if (only === undefined) model.fit(x, rows, columns, Uint8Array.from(y));
      },
      predict: (x, rows) => (only === undefined ? model.predictProbability(x, rows) : new Float64Array(rows).fill(only)),
    };
  };
}

/** The mean of an outcome in any unit, by linear regression. */
export function meanModel(options: { readonly alpha?: number } = {}): MakeOutcomeModel {
  return () => {
    const model = new Ridge(options);
    return { fit: (x, rows, columns, y) => { model.fit(x, rows, columns, y); }, predict: (x, rows) => model.predict(x, rows) };
  };
}
