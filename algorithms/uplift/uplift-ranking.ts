import { SeededRandom } from '../random/seeded-random.ts';
import { requireConfidence } from '../statistics/proportion.ts';
import type { Interval } from '../statistics/proportion.ts';
import { quantile } from '../statistics/quantile.ts';
import { fallingOrder } from './falling-order.ts';

/** Customers of an experiment whom a model has put in order, the most persuadable first. */
export interface RankedCustomers {
  readonly uplift: Float64Array;
  /** 1 for mailed. */
  readonly treated: Uint8Array;
  /** 0 or 1. */
  readonly outcome: Uint8Array;
}

/** What mailing the first so many customers gains. */
export interface GainCurve {
  /** From 0; customers with the same uplift come together. */
  readonly customers: Float64Array;
  readonly gain: Float64Array;
}

/** A score of the order as seen, with a percentile interval from resampled customers. */
export interface RankingScore {
  readonly score: number;
  readonly interval: Interval;
}

type Kind = 'qini' | 'uplift';

/**
 * Judges the order of an uplift model by an experiment: Qini and uplift curves, their areas as shares of the best possible order's, and the
 * effect among the first k. Definitions as scikit-uplift's, with negative effects.
 *
 * Source: N. Radcliffe, "Using control groups to target on predicted lift", 2007; P. Gutierrez and J.-Y. Gérardy, "Causal inference and
 * uplift modelling: a review of the literature", PMLR 67 (2017).
 */
export class UpliftRanking {
  readonly #customers: RankedCustomers;
  readonly #order: Uint32Array;
  /** Orders that could not be beaten, by what they depend on: resampling asks for the same ones again and again. */
  readonly #best = new Map<string, { readonly values: Float64Array; readonly order: Uint32Array }>();

  /** @throws RangeError when lengths differ, an uplift is NaN, a flag or outcome is neither 0 nor 1, or an arm is empty. */
  constructor(customers: RankedCustomers) {
    const { uplift, treated, outcome } = customers;
    if (treated.length !== uplift.length || outcome.length !== uplift.length) throw new RangeError(`there are ${treated.length} flags and ${outcome.length} outcomes for ${uplift.length} customers`);
    if (uplift.some(Number.isNaN)) throw new RangeError('an uplift is NaN');
    if (treated.some((flag) => flag > 1) || outcome.some((flag) => flag > 1)) throw new RangeError('treated and outcome must be 0 or 1');
    const count = treated.reduce((sum, flag) => sum + flag, 0);
    if (count === 0 || count === treated.length) throw new RangeError('an arm is empty');
    this.#customers = customers;
    this.#order = fallingOrder(uplift);
  }

  /** Outcomes more among the treated than the control arm, scaled to as many, would have had. */
  qiniCurve(): GainCurve {
    return this.#curve('qini', this.#order, this.#customers.uplift);
  }

  /** Difference of the arms' shares times the customers so far. */
  upliftCurve(): GainCurve {
    return this.#curve('uplift', this.#order, this.#customers.uplift);
  }

  /** Area between the Qini curve and a random order's, over the same of the best order. */
  qiniScore(): number {
    return this.#score('qini');
  }

  /** Area between the uplift curve and a random order's, over the same of the best order (AUUC). */
  upliftScore(): number {
    return this.#score('uplift');
  }

  /**
   * Difference of the arms' shares among the first share k of all customers (`overall`), or among the first share k of each arm (`by group`).
   * @throws RangeError when k is not in (0, 1) or no customer of an arm is among the first.
   */
  upliftAtK(k: number, strategy: 'overall' | 'by group' = 'overall'): number {
    return this.#atK(k, strategy);
  }

  /** The Qini score with an interval. @throws RangeError as `bootstrap` options are out of range. */
  bootstrapQini(options: BootstrapRankingOptions = {}): RankingScore {
    return this.#bootstrap(() => this.#score('qini'), (weights) => this.#score('qini', weights), options);
  }

  /** The uplift score with an interval. @throws RangeError as `bootstrapQini`. */
  bootstrapUplift(options: BootstrapRankingOptions = {}): RankingScore {
    return this.#bootstrap(() => this.#score('uplift'), (weights) => this.#score('uplift', weights), options);
  }

  /** The effect among the first k with an interval. @throws RangeError as `upliftAtK` and `bootstrapQini`. */
  bootstrapUpliftAtK(k: number, options: BootstrapRankingOptions & { readonly strategy?: 'overall' | 'by group' } = {}): RankingScore {
    const { strategy = 'overall' } = options;
    return this.#bootstrap(() => this.#atK(k, strategy), (weights) => this.#atK(k, strategy, weights), options);
  }

  /** Each arm is resampled for itself, as the experiment fixed its size. */
  #bootstrap(seen: () => number, of: (weights: Uint32Array) => number, { resamples = 500, confidence = 0.95, seed = 0 }: BootstrapRankingOptions): RankingScore {
    requireConfidence(confidence);
    if (!Number.isInteger(resamples) || resamples < 100) throw new RangeError(`resamples must be an integer of at least 100, not ${resamples}`);
    const { treated } = this.#customers;
    const arms = [0, 1].map((arm) => Uint32Array.from(treated, (_, row) => row).filter((row) => treated[row] === arm));
    const random = new SeededRandom(seed);
    const scores = new Float64Array(resamples);
    const weights = new Uint32Array(treated.length);
    for (let resample = 0; resample < resamples; resample++) {
      weights.fill(0);
      for (const rows of arms) for (let draw = 0; draw < rows.length; draw++) weights[rows[random.integer(rows.length)] as number]! += 1;
      scores[resample] = of(weights);
    }
    scores.sort();
    const tail = (1 - confidence) / 2;
    return { score: seen(), interval: { lower: quantile(scores, tail), upper: quantile(scores, 1 - tail) } };
  }

  #score(kind: Kind, weights?: Uint32Array): number {
    const actual = this.#curve(kind, this.#order, this.#customers.uplift, weights);
    const best = this.#bestOrder(kind, weights);
    const perfect = this.#curve(kind, best.order, best.values, weights);
    const random = (perfect.customers.at(-1) * perfect.gain.at(-1)) / 2;
    return (area(actual) - random) / (area(perfect) - random);
  }

  /** An order that nobody's could beat, knowing what everybody did. */
  #bestOrder(kind: Kind, weights?: Uint32Array): { readonly values: Float64Array; readonly order: Uint32Array } {
    const { treated, outcome } = this.#customers;
    if (kind === 'qini') return this.#remember('qini', (row) => (treated[row] === 1 ? (outcome[row] as number) : -(outcome[row] as number)));
    let boughtAnyway = 0;
    let notMoved = 0;
    for (let row = 0; row < outcome.length; row++) {
      const weight = weights?.[row] ?? 1;
      if (outcome[row] === 1 && treated[row] === 0) boughtAnyway += weight;
      if (outcome[row] === 0 && treated[row] === 1) notMoved += weight;
    }
    const second = boughtAnyway > notMoved ? outcome : treated;
    return this.#remember(second === outcome ? 'outcome second' : 'treated second', (row) => 2 * (outcome[row] === treated[row] ? 1 : 0) + (second[row] as number));
  }

  #remember(name: string, valueOf: (row: number) => number): { readonly values: Float64Array; readonly order: Uint32Array } {
    const known = this.#best.get(name);
    if (known !== undefined) return known;
    const values = new Float64Array(this.#customers.outcome.length);
    for (let row = 0; row < values.length; row++) values[row] = valueOf(row);
    const made = { values, order: fallingOrder(values) };
    this.#best.set(name, made);
    return made;
  }

  #curve(kind: Kind, order: Uint32Array, uplift: Float64Array, weights?: Uint32Array): GainCurve {
    const { treated, outcome } = this.#customers;
    const customers = new Float64Array(order.length + 1);
    const gain = new Float64Array(order.length + 1);
    let points = 1;
    const [count, bought] = [[0, 0], [0, 0]] as [[number, number], [number, number]];
    for (let place = 0; place < order.length; place++) {
      const row = order[place] as number;
      const weight = weights?.[row] ?? 1;
      const arm = treated[row] as 0 | 1;
      count[arm] += weight;
      bought[arm] += weight * (outcome[row] as number);
      const next = order[place + 1];
      if (next !== undefined && uplift[next] === uplift[row]) continue;
      const all = count[0] + count[1];
      if (all === customers[points - 1]) continue;
      customers[points] = all;
      gain[points] = kind === 'qini'
        ? bought[1] - (count[0] === 0 ? 0 : (bought[0] * count[1]) / count[0])
        : ((count[1] === 0 ? 0 : bought[1] / count[1]) - (count[0] === 0 ? 0 : bought[0] / count[0])) * all;
      points++;
    }
    return { customers: customers.slice(0, points), gain: gain.slice(0, points) };
  }

  #atK(k: number, strategy: 'overall' | 'by group', weights?: Uint32Array): number {
    if (!(k > 0 && k < 1)) throw new RangeError(`k must be in (0, 1), not ${k}`);
    const { treated, outcome } = this.#customers;
    const total: [number, number] = [0, 0];
    treated.forEach((arm, row) => { total[arm as 0 | 1] += weights?.[row] ?? 1; });
    const limits = strategy === 'overall' ? undefined : total.map((size) => Math.floor(size * k));
    const wanted = Math.floor((total[0] + total[1]) * k);
    const [count, bought] = [[0, 0], [0, 0]] as [[number, number], [number, number]];
    for (const row of this.#order) {
      const arm = treated[row] as 0 | 1;
      const room = limits === undefined ? wanted - count[0] - count[1] : (limits[arm] as number) - count[arm];
      const weight = Math.min(weights?.[row] ?? 1, room);
      if (weight <= 0) continue;
      count[arm] += weight;
      bought[arm] += weight * (outcome[row] as number);
    }
    if (count[0] === 0 || count[1] === 0) throw new RangeError(`among the first ${k} of the customers an arm is empty`);
    return bought[1] / count[1] - bought[0] / count[0];
  }
}

export interface BootstrapRankingOptions {
  readonly resamples?: number;
  readonly confidence?: number;
  readonly seed?: number;
}

/** Under the curve, by trapezia. */
function area({ customers, gain }: GainCurve): number {
  let sum = 0;
  for (let point = 1; point < customers.length; point++) {
    sum += (((customers[point] as number) - (customers[point - 1] as number)) * ((gain[point] as number) + (gain[point - 1] as number))) / 2;
  }
  return sum;
}
