import { modelOfArm, requireExperiment, requireFitted, rowsWhere } from './experiment-data.ts';
import type { ExperimentData, UpliftLearner } from './experiment-data.ts';
import { meanModel } from './outcome-model.ts';
import type { MakeOutcomeModel, OutcomeModel } from './outcome-model.ts';

/**
 * Models of each arm impute what every customer would have done in the other one; the imputed effects of each arm are learnt, and the two
 * answers weighed by the arms' sizes. Good where one arm is much smaller, as a holdout is.
 *
 * Source: S. Künzel et al., "Metalearners for estimating heterogeneous treatment effects using machine learning", PNAS 116 (2019).
 */
export class XLearner implements UpliftLearner {
  readonly outcome: MakeOutcomeModel;
  readonly effect: MakeOutcomeModel;
  #fitted: { readonly ofTreated: OutcomeModel; readonly ofControl: OutcomeModel; readonly treatedShare: number } | undefined;

  /** @param options.effect learns the imputed effects; a linear regression when absent. */
  constructor({ outcome, effect = meanModel() }: { readonly outcome: MakeOutcomeModel; readonly effect?: MakeOutcomeModel }) {
    this.outcome = outcome;
    this.effect = effect;
  }

  /** @throws RangeError when the data are no experiment. */
  fit(data: ExperimentData): this {
    requireExperiment(data);
    const treated = rowsWhere(data, (row) => data.treated[row] === 1);
    const control = rowsWhere(data, (row) => data.treated[row] === 0);
    const without = modelOfArm(this.outcome, data, 0).predict(treated.x, treated.rows);
    const withMail = modelOfArm(this.outcome, data, 1).predict(control.x, control.rows);
    const ofTreated = this.effect();
    ofTreated.fit(treated.x, treated.rows, treated.columns, treated.outcome.map((value, row) => value - (without[row] as number)));
    const ofControl = this.effect();
    ofControl.fit(control.x, control.rows, control.columns, control.outcome.map((value, row) => (withMail[row] as number) - value));
    this.#fitted = { ofTreated, ofControl, treatedShare: treated.rows / data.rows };
    return this;
  }

  predict(x: Float64Array, rows: number): Float64Array {
    const { ofTreated, ofControl, treatedShare } = requireFitted(this.#fitted, 'XLearner');
    const control = ofControl.predict(x, rows);
    // The effects among the control arm rest on the larger arm's outcome model where the treated are many, so they weigh as the treated do.
    return ofTreated.predict(x, rows).map((value, row) => treatedShare * (control[row] as number) + (1 - treatedShare) * value);
  }
}
