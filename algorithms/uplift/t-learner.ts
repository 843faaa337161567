import { modelOfArm, requireExperiment, requireFitted } from './experiment-data.ts';
import type { ExperimentData, UpliftLearner } from './experiment-data.ts';
import type { MakeOutcomeModel, OutcomeModel } from './outcome-model.ts';

/**
 * Two models, one of each arm; the uplift is their difference.
 *
 * Source: S. Künzel et al., "Metalearners for estimating heterogeneous treatment effects using machine learning", PNAS 116 (2019).
 */
export class TLearner implements UpliftLearner {
  readonly outcome: MakeOutcomeModel;
  #fitted: { readonly treated: OutcomeModel; readonly control: OutcomeModel } | undefined;

  constructor({ outcome }: { readonly outcome: MakeOutcomeModel }) {
    this.outcome = outcome;
  }

  /** @throws RangeError when the data are no experiment. */
  fit(data: ExperimentData): this {
    requireExperiment(data);
    this.#fitted = { treated: modelOfArm(this.outcome, data, 1), control: modelOfArm(this.outcome, data, 0) };
    return this;
  }

  predict(x: Float64Array, rows: number): Float64Array {
    const { treated, control } = requireFitted(this.#fitted, 'TLearner');
    const without = control.predict(x, rows);
    return treated.predict(x, rows).map((value, row) => value - (without[row] as number));
  }
}
