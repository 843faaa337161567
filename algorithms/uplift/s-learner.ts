import { requireExperiment, requireFitted } from './experiment-data.ts';
import type { ExperimentData, UpliftLearner } from './experiment-data.ts';
import type { MakeOutcomeModel, OutcomeModel } from './outcome-model.ts';

/**
 * One model of the outcome with the mail among its columns; the uplift is what the model changes when the mail is switched on. With
 * `interactions` every column comes a second time for the mailed, without which a linear model gives everybody the same effect.
 *
 * Source: S. Künzel et al., "Metalearners for estimating heterogeneous treatment effects using machine learning", PNAS 116 (2019).
 */
export class SLearner implements UpliftLearner {
  readonly outcome: MakeOutcomeModel;
  readonly interactions: boolean;
  #fitted: { readonly model: OutcomeModel; readonly columns: number } | undefined;

  constructor({ outcome, interactions = true }: { readonly outcome: MakeOutcomeModel; readonly interactions?: boolean }) {
    this.outcome = outcome;
    this.interactions = interactions;
  }

  /** @throws RangeError when the data are no experiment. */
  fit(data: ExperimentData): this {
    requireExperiment(data);
    const { x, rows, columns, treated, outcome } = data;
    const wide = this.#widen(x, rows, columns, (row) => treated[row] as number);
    const model = this.outcome();
    model.fit(wide.x, rows, wide.columns, outcome);
    this.#fitted = { model, columns };
    return this;
  }

  predict(x: Float64Array, rows: number): Float64Array {
    const { model, columns } = requireFitted(this.#fitted, 'SLearner');
    if (x.length !== rows * columns) throw new RangeError(`x has ${x.length} values, not rows x columns = ${rows * columns}`);
    const [mailed, not] = ([1, 0] as const).map((flag) => model.predict(this.#widen(x, rows, columns, () => flag).x, rows)) as [Float64Array, Float64Array];
    return mailed.map((value, row) => value - (not[row] as number));
  }

  #widen(x: Float64Array, rows: number, columns: number, flagOf: (row: number) => number): { x: Float64Array; columns: number } {
    const width = this.interactions ? 2 * columns + 1 : columns + 1;
    const wide = new Float64Array(rows * width);
    for (let row = 0; row < rows; row++) {
      const own = x.subarray(row * columns, (row + 1) * columns);
      const flag = flagOf(row);
      wide.set(own, row * width);
      wide[row * width + columns] = flag;
      if (this.interactions && flag === 1) wide.set(own, row * width + columns + 1);
    }
    return { x: wide, columns: width };
  }
}
