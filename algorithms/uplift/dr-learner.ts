import { SeededRandom } from '../random/seeded-random.ts';
import { modelOfArm, requireExperiment, requireFitted, rowsWhere } from './experiment-data.ts';
import type { ExperimentData, UpliftLearner } from './experiment-data.ts';
import { meanModel } from './outcome-model.ts';
import type { MakeOutcomeModel, OutcomeModel } from './outcome-model.ts';

export interface DrLearnerOptions {
  readonly outcome: MakeOutcomeModel;
  /** Learns the doubly robust scores; a linear regression when absent. */
  readonly effect?: MakeOutcomeModel;
  /** Learns who is mailed where that was not by a fixed share; the share of each fold's others when absent. */
  readonly propensity?: MakeOutcomeModel;
  readonly folds?: number;
  readonly seed?: number;
}

/** Propensities nearer to 0 and 1 give single customers too much weight. */
const least = 0.01;

/**
 * Learns each customer's doubly robust score: the models' effect plus the residual weighed by the chance of the arm, each score from models
 * that did not see the customer. Right when either the outcome models or the propensities are.
 *
 * Source: E. Kennedy, "Towards optimal doubly robust estimation of heterogeneous causal effects", Electronic Journal of Statistics 17 (2023).
 */
export class DRLearner implements UpliftLearner {
  readonly outcome: MakeOutcomeModel;
  readonly effect: MakeOutcomeModel;
  readonly propensity: MakeOutcomeModel | undefined;
  readonly folds: number;
  readonly seed: number;
  #fitted: OutcomeModel | undefined;

  /** @throws RangeError unless folds is an integer from 2. */
  constructor({ outcome, effect = meanModel(), propensity, folds = 5, seed = 0 }: DrLearnerOptions) {
    if (!Number.isInteger(folds) || folds < 2) throw new RangeError(`folds must be an integer from 2, not ${folds}`);
    this.outcome = outcome;
    this.effect = effect;
    this.propensity = propensity;
    this.folds = folds;
    this.seed = seed;
  }

  /** @throws RangeError when the data are no experiment, or without a fold an arm is empty. */
  fit(data: ExperimentData): this {
    requireExperiment(data);
    const model = this.effect();
    model.fit(data.x, data.rows, data.columns, this.scores(data));
    this.#fitted = model;
    return this;
  }

  /** Doubly robust score of each row; their mean is the average effect. @throws RangeError as fit. */
  scores(data: ExperimentData): Float64Array {
    const foldOf = new SeededRandom(this.seed).shuffle(Uint32Array.from({ length: data.rows }, (_, row) => row % this.folds));
    const scores = new Float64Array(data.rows);
    for (let fold = 0; fold < this.folds; fold++) {
      const others = rowsWhere(data, (row) => foldOf[row] !== fold);
      requireExperiment(others);
      const own = rowsWhere(data, (row) => foldOf[row] === fold);
      const mailed = modelOfArm(this.outcome, others, 1).predict(own.x, own.rows);
      const not = modelOfArm(this.outcome, others, 0).predict(own.x, own.rows);
      const chances = this.#chances(others, own);
      own.places.forEach((row, place) => {
        const chance = Math.min(Math.max(chances[place] as number, least), 1 - least);
        const [one, zero] = [mailed[place] as number, not[place] as number];
        const correction = own.treated[place] === 1 ? ((own.outcome[place] as number) - one) / chance : -((own.outcome[place] as number) - zero) / (1 - chance);
        scores[row] = one - zero + correction;
      });
    }
    return scores;
  }

  #chances(others: ExperimentData, own: ExperimentData): Float64Array {
    const flags = Float64Array.from(others.treated);
    if (this.propensity === undefined) return new Float64Array(own.rows).fill(flags.reduce((sum, flag) => sum + flag, 0) / others.rows);
    const model = this.propensity();
    model.fit(others.x, others.rows, others.columns, flags);
    return model.predict(own.x, own.rows);
  }

  predict(x: Float64Array, rows: number): Float64Array {
    return requireFitted(this.#fitted, 'DRLearner').predict(x, rows);
  }
}
