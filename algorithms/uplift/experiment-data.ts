import type { MakeOutcomeModel, OutcomeModel } from './outcome-model.ts';

/** Customers of an experiment with two arms. */
export interface ExperimentData {
  /** Row-major rows x columns, known before the mail. */
  readonly x: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** 1 for who was to be mailed, 0 for who was held out. */
  readonly treated: Uint8Array;
  readonly outcome: Float64Array;
}

/** Learns how much more (or less) a customer's outcome is with the mail than without. */
export interface UpliftLearner {
  fit(data: ExperimentData): this;
  /** Uplift of each row in the outcome's unit. @throws RangeError when the shape is wrong; TypeError before `fit`. */
  predict(x: Float64Array, rows: number): Float64Array;
}

/** @throws RangeError when lengths do not fit, a flag is neither 0 nor 1, or an arm is empty. */
export function requireExperiment({ x, rows, columns, treated, outcome }: ExperimentData): void {
  if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`columns must be a positive integer, not ${columns}`);
  if (x.length !== rows * columns) throw new RangeError(`x has ${x.length} values, not rows x columns = ${rows * columns}`);
  if (treated.length !== rows || outcome.length !== rows) throw new RangeError(`there are ${treated.length} flags and ${outcome.length} outcomes for ${rows} rows`);
  let count = 0;
  for (const flag of treated) {
    if (flag > 1) throw new RangeError(`treated must be 0 or 1, not ${flag}`);
    count += flag;
  }
  if (count === 0 || count === rows) throw new RangeError('an arm is empty');
}

/** Rows of the experiment for which the test holds, in their order. */
export function rowsWhere({ x, rows, columns, treated, outcome }: ExperimentData, test: (row: number) => boolean): ExperimentData & { readonly places: Uint32Array } {
  const places = new Uint32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) if (test(row)) places[count++] = row;
  const [chosen, flags, outcomes] = [new Float64Array(count * columns), new Uint8Array(count), new Float64Array(count)];
  for (let place = 0; place < count; place++) {
    const row = places[place] as number;
    for (let column = 0; column < columns; column++) chosen[place * columns + column] = x[row * columns + column] as number;
    flags[place] = treated[row] as number;
    outcomes[place] = outcome[row] as number;
  }
  return { x: chosen, rows: count, columns, treated: flags, outcome: outcomes, places: places.slice(0, count) };
}

/** A model of the outcome among the treated, or among the others. */
export function modelOfArm(make: MakeOutcomeModel, data: ExperimentData, arm: 0 | 1): OutcomeModel {
  const part = rowsWhere(data, (row) => data.treated[row] === arm);
  const model = make();
  model.fit(part.x, part.rows, part.columns, part.outcome);
  return model;
}

export function requireFitted<Fitted>(fitted: Fitted | undefined, learner: string): Fitted {
  if (fitted === undefined) throw new TypeError(`${learner} is not fitted yet: call fit() first`);
  return fitted;
}
