import { dampedNewton } from './damped-newton.ts';
import type { LocalShape } from './damped-newton.ts';
import { groupEqualRows } from './group-equal-rows.ts';
import type { PurchaseHistories } from './purchase-histories.ts';
import { requireHistories } from './purchase-histories.ts';

export interface BgNbdOptions {
  /** Weight of the sum of the squared parameters in the mean negative log-likelihood: above 0 it holds them where few bought again. */
  readonly penalty?: number;
  readonly maxIter?: number;
  /** Largest component of the gradient, by the logarithms of the parameters, of the mean negative log-likelihood at which fitting ends. */
  readonly tol?: number;
}

export interface BgNbdParameters {
  /** Shape of the gamma distribution of purchase rates. */
  readonly r: number;
  /** Its rate, in the unit of time of the histories. */
  readonly alpha: number;
  /** The beta distribution, Beta(a, b), of the probability to drop out after a purchase. */
  readonly a: number;
  readonly b: number;
}

/**
 * The BG/NBD model of customers who buy at their own rate and may drop out, unseen, after any purchase; fitted by maximum likelihood.
 * Equal histories are counted together, and Newton's method on the logarithms of the parameters needs about ten passes over them.
 *
 * Source: P. Fader, B. Hardie, K. L. Lee, "Counting your customers the easy way: an alternative to the Pareto/NBD model", Marketing
 * Science 24(2), 2005.
 */
export class BgNbd {
  readonly penalty: number;
  readonly maxIter: number;
  readonly tol: number;
  #parameters: BgNbdParameters | undefined;
  #logLikelihood = Number.NaN;
  #iterations = 0;
  #converged = false;

  /** @throws RangeError when an option is out of its range. */
  constructor(options: BgNbdOptions = {}) {
    this.penalty = options.penalty ?? 0;
    this.maxIter = options.maxIter ?? 200;
    this.tol = options.tol ?? 1e-9;
    if (!(this.penalty >= 0 && this.penalty < Number.POSITIVE_INFINITY)) throw new RangeError(`penalty must be from 0, not ${this.penalty}`);
    if (!Number.isInteger(this.maxIter) || this.maxIter < 1) throw new RangeError(`maxIter must be a positive integer, not ${this.maxIter}`);
    if (!(this.tol > 0)) throw new RangeError(`tol must be positive, not ${this.tol}`);
  }

  /** A model of known parameters, such as another fit's. @throws RangeError unless all are positive and finite. */
  static of(parameters: BgNbdParameters): BgNbd {
    for (const [name, value] of Object.entries(parameters)) {
      if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw new RangeError(`${name} must be positive, not ${value}`);
    }
    const model = new BgNbd();
    model.#parameters = parameters;
    model.#converged = true;
    return model;
  }

  get parameters(): BgNbdParameters {
    if (this.#parameters === undefined) throw new TypeError('BgNbd is not fitted yet: call fit() first');
    return this.#parameters;
  }

  /** Of all customers, without the penalty; NaN for a model that was not fitted. */
  get logLikelihood(): number {
    return this.#logLikelihood;
  }

  get iterations(): number {
    return this.#iterations;
  }

  /** False where the likelihood has no maximum within reach, as where nobody seems ever to have dropped out. */
  get converged(): boolean {
    return this.#converged;
  }

  /** @throws RangeError when the histories are not as described, or nobody bought again. */
  fit(histories: PurchaseHistories): this {
    requireHistories(histories);
    const { frequency, age } = histories;
    if (!frequency.some((x) => x > 0)) throw new RangeError('nobody bought again: there is nothing to fit');
    // Times by their largest: the same steps are then right for days and for years.
    const unit = age.reduce((most, value) => Math.max(most, value), 0) / 10 || 1;
    const likelihood = new Likelihood(histories, unit, this.penalty);
    const { point, value, iterations, converged } = dampedNewton((logs) => likelihood.at(logs), new Float64Array(4), { maxIter: this.maxIter, tol: this.tol, longestStep: 2 });
    const [r, alpha, a, b] = point.map(Math.exp) as unknown as readonly [number, number, number, number];
    this.#parameters = { r, alpha: alpha * unit, a, b };
    const penalty = this.penalty * (r * r + alpha * alpha + a * a + b * b);
    const repeats = frequency.reduce((sum, x) => sum + x, 0);
    this.#logLikelihood = (penalty - value) * frequency.length - repeats * Math.log(unit);
    this.#iterations = iterations;
    this.#converged = converged;
    return this;
  }

  /**
   * Probability that each customer has not dropped out; 1 for who bought once, as the model lets nobody drop out before.
   * @throws RangeError when the histories are not as described.
   */
  probabilityAlive(histories: PurchaseHistories): Float64Array {
    requireHistories(histories);
    const { r, alpha, a, b } = this.parameters;
    const { frequency, recency, age } = histories;
    return frequency.map((x, row) => (x === 0 ? 1 : 1 / deadByAlive(r, alpha, a, b, x, recency[row] as number, age[row] as number)));
  }

  /**
   * Purchases expected of each customer within `horizon` after the end of what is known, in the histories' unit of time.
   * @throws RangeError when the horizon is negative or the histories are not as described.
   */
  expectedPurchases(horizon: number, histories: PurchaseHistories): Float64Array {
    return this.expectedPurchasesBy(Float64Array.of(horizon), histories);
  }

  /**
   * The same for several horizons at once: row-major, customers x horizons.
   * @throws RangeError when a horizon is negative or the histories are not as described.
   */
  expectedPurchasesBy(horizons: Float64Array, histories: PurchaseHistories): Float64Array {
    requireHistories(histories);
    for (const horizon of horizons) if (!(horizon >= 0 && horizon < Number.POSITIVE_INFINITY)) throw new RangeError(`a horizon must be from 0, not ${horizon}`);
    const { r, alpha, a, b } = this.parameters;
    const { frequency, recency, age } = histories;
    // What does not depend on recency is found once for each frequency and age.
    const { firsts, groupOf } = groupEqualRows([frequency, age]);
    const width = horizons.length;
    const ifAlive = new Float64Array(firsts.length * width);
    firsts.forEach((row, group) => {
      for (let column = 0; column < width; column++) ifAlive[group * width + column] = expectedIfAlive(r, alpha, a, b, frequency[row] as number, age[row] as number, horizons[column] as number);
    });
    const expected = new Float64Array(frequency.length * width);
    for (let row = 0; row < frequency.length; row++) {
      const x = frequency[row] as number;
      const odds = x === 0 ? 1 : deadByAlive(r, alpha, a, b, x, recency[row] as number, age[row] as number);
      const group = groupOf[row] as number;
      for (let column = 0; column < width; column++) expected[row * width + column] = (ifAlive[group * width + column] as number) / odds;
    }
    return expected;
  }

  /** Repeat purchases expected of a new customer within `horizon` after the first. @throws RangeError when it is negative. */
  expectedPurchasesOfNew(horizon: number): number {
    return this.expectedPurchases(horizon, { frequency: new Float64Array(1), recency: new Float64Array(1), age: new Float64Array(1) })[0] as number;
  }
}

/** 1 + the odds of having dropped out just after the last purchase, for who bought again. */
function deadByAlive(r: number, alpha: number, a: number, b: number, x: number, recency: number, age: number): number {
  return 1 + (a / (b + x - 1)) * Math.exp((r + x) * Math.log((alpha + age) / (alpha + recency)));
}

/**
 * The numerator of the paper's equation (10).
 *
 * Euler's transformation of its hypergeometric function, 2F1(r+x, b+x; c; z) = (1-z)^(a-1-r-x) 2F1(a+b-1-r, a-1; c; z) with
 * c = a+b+x-1, takes r + x out of the powers, and with the factors a - 1 and c divided out before they are summed neither a = 1 nor
 * c = 0 is singular. Its terms cancel each other where r is far above a + b, and are many where a is large: there the paper's own
 * form is summed, whose terms have one sign.
 */
function expectedIfAlive(r: number, alpha: number, a: number, b: number, x: number, age: number, horizon: number): number {
  const c = a + b + x - 1;
  const z = horizon / (alpha + age + horizon);
  const logRest = Math.log1p(-z);
  const p = a + b - 1 - r;
  if (a > 2 || p < -10) {
    const power = Math.abs(a - 1) < 1e-7 ? 1e-7 : a - 1;
    const bottom = c || Number.EPSILON;
    const { sum, logScale } = sumHypergeometric(1, r + x, b + x, bottom, 1, z);
    const logSize = (r + x) * logRest + logScale + Math.log(Math.abs(sum));
    // Below 0 where c is.
    return Math.max(0, (bottom * (sum > 0 ? -Math.expm1(logSize) : 1 + Math.exp(logSize))) / power);
  }
  const power = a - 1;
  const first = power === 0 ? -logRest : -Math.expm1(power * logRest) / power;
  const { sum, logScale } = sumHypergeometric(p * z, p + 1, a, c + 1, 2, z);
  return Math.max(0, c * first - Math.exp(power * logRest + logScale) * sum);
}

/** Sum of terms from `term` on, of which each is the one before by (one + n)(other + n) z / (bottom + n)(last + n), as sum by e^logScale. */
function sumHypergeometric(term: number, one: number, other: number, bottom: number, last: number, z: number): { readonly sum: number; readonly logScale: number } {
  let sum = term;
  let logScale = 0;
  for (let n = 0; n < 1_000_000; n++) {
    const factor = ((one + n) * (other + n) * z) / ((bottom + n) * (last + n));
    term *= factor;
    sum += term;
    // Terms may grow before they fall.
    if (Math.abs(term) <= 1e-16 * Math.abs(sum) && Math.abs(factor) < 1) break;
    if (Math.abs(sum) > 1e200) {
      sum *= 1e-200;
      term *= 1e-200;
      logScale += 200 * Math.LN10;
    }
  }
  return { sum, logScale };
}

/** Mean negative log-likelihood of equal histories counted together, with derivatives by the logarithms of r, alpha, a and b. */
class Likelihood {
  readonly #frequency: Float64Array;
  readonly #recency: Float64Array;
  readonly #age: Float64Array;
  readonly #weights: Float64Array;
  readonly #customers: number;
  readonly #penalty: number;
  /** Customers who bought again more than n times. */
  readonly #moreThan: Float64Array;

  constructor({ frequency, recency, age }: PurchaseHistories, unit: number, penalty: number) {
    const { firsts, groupOf } = groupEqualRows([frequency, recency, age]);
    this.#frequency = Float64Array.from(firsts, (row) => frequency[row] as number);
    this.#recency = Float64Array.from(firsts, (row) => (recency[row] as number) / unit);
    this.#age = Float64Array.from(firsts, (row) => (age[row] as number) / unit);
    this.#weights = new Float64Array(firsts.length);
    for (const group of groupOf) this.#weights[group] = (this.#weights[group] as number) + 1;
    this.#customers = frequency.length;
    this.#penalty = penalty;
    this.#moreThan = new Float64Array(frequency.reduce((most, x) => Math.max(most, x), 0));
    for (const x of frequency) if (x > 0) this.#moreThan[x - 1] = (this.#moreThan[x - 1] as number) + 1;
    for (let n = this.#moreThan.length - 2; n >= 0; n--) this.#moreThan[n] = (this.#moreThan[n] as number) + (this.#moreThan[n + 1] as number);
  }

  at(logs: Float64Array): LocalShape {
    const [r, alpha, a, b] = logs.map(Math.exp) as unknown as readonly [number, number, number, number];
    // First and second derivatives by the parameters themselves, of the log-likelihood.
    let [value, gR, gAlpha, gA, gB] = [0, 0, 0, 0, 0];
    let [hRR, hRAlpha, hRA, hRB, hAlphaAlpha, hAlphaA, hAlphaB, hAA, hAB, hBB] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    // gamma(r + x) / gamma(r) and beta(a, b + x) / beta(a, b) are products over n < x: each factor once, by how many customers have it.
    for (let n = 0; n < this.#moreThan.length; n++) {
      const weight = this.#moreThan[n] as number;
      const [rn, bn, abn] = [r + n, b + n, a + b + n];
      value += weight * Math.log((rn * bn) / abn);
      gR += weight / rn;
      hRR -= weight / (rn * rn);
      gA -= weight / abn;
      gB += weight * (1 / bn - 1 / abn);
      const second = weight / (abn * abn);
      hAA += second;
      hAB += second;
      hBB += second - weight / (bn * bn);
    }
    const logAlpha = Math.log(alpha);
    const logA = Math.log(a);
    const logBx = Float64Array.from({ length: this.#moreThan.length + 1 }, (_, x) => Math.log(b + x - 1));
    value += this.#customers * r * logAlpha;
    gR += this.#customers * logAlpha;
    gAlpha += (this.#customers * r) / alpha;
    hRAlpha += this.#customers / alpha;
    hAlphaAlpha -= (this.#customers * r) / (alpha * alpha);

    for (let row = 0; row < this.#weights.length; row++) {
      const weight = this.#weights[row] as number;
      const x = this.#frequency[row] as number;
      const rx = r + x;
      const alive = alpha + (this.#age[row] as number);
      const logAlive = Math.log(alive);
      if (x === 0) {
        value -= weight * rx * logAlive;
        gR -= weight * logAlive;
        gAlpha -= (weight * rx) / alive;
        hRAlpha -= weight / alive;
        hAlphaAlpha += (weight * rx) / (alive * alive);
        continue;
      }
      const left = alpha + (this.#recency[row] as number);
      const logLeft = Math.log(left);
      const bx = b + x - 1;
      const ifAlive = -rx * logAlive;
      const ifLeft = logA - (logBx[x] as number) - rx * logLeft;
      // The larger of the two as 1.
      const smaller = Math.exp(-Math.abs(ifAlive - ifLeft));
      value += weight * (Math.max(ifAlive, ifLeft) + Math.log(1 + smaller));
      const dead = (ifLeft > ifAlive ? 1 : smaller) / (1 + smaller);
      const living = (ifLeft > ifAlive ? smaller : 1) / (1 + smaller);
      // Gradient of a log of a sum is the mean of the gradients by their shares; its Hessian adds the spread of them.
      const dR = logAlive - logLeft;
      const dAlpha = rx / alive - rx / left;
      const dA = 1 / a;
      const dB = -1 / bx;
      gR += weight * (dead * dR - logAlive);
      gAlpha += weight * (dead * dAlpha - rx / alive);
      gA += weight * dead * dA;
      gB += weight * dead * dB;
      const spread = weight * dead * living;
      hRR += spread * dR * dR;
      hRAlpha += spread * dR * dAlpha - weight * (living / alive + dead / left);
      hRA += spread * dR * dA;
      hRB += spread * dR * dB;
      hAlphaAlpha += spread * dAlpha * dAlpha + weight * rx * (living / (alive * alive) + dead / (left * left));
      hAlphaA += spread * dAlpha * dA;
      hAlphaB += spread * dAlpha * dB;
      hAA += (spread - weight * dead) * dA * dA;
      hAB += spread * dA * dB;
      hBB += (spread + weight * dead) * dB * dB;
    }
    return this.#byLogarithms(value, [r, alpha, a, b], [gR, gAlpha, gA, gB], [hRR, hRAlpha, hRA, hRB, hRAlpha, hAlphaAlpha, hAlphaA, hAlphaB, hRA, hAlphaA, hAA, hAB, hRB, hAlphaB, hAB, hBB]);
  }

  /** Chain rule to the logarithms, mean instead of sum, minus, and the penalty. */
  #byLogarithms(logLikelihood: number, parameters: readonly number[], first: readonly number[], second: readonly number[]): LocalShape {
    const penalties = parameters.map((parameter) => this.#penalty * parameter * parameter);
    const gradient = Float64Array.from(first, (slope, i) => (-slope * (parameters[i] as number)) / this.#customers + 2 * (penalties[i] as number));
    const hessian = Float64Array.from(second, (curve, at) => {
      const [i, j] = [at >> 2, at & 3];
      const mixed = (-curve * (parameters[i] as number) * (parameters[j] as number)) / this.#customers;
      return i === j ? mixed + (gradient[i] as number) + 2 * (penalties[i] as number) : mixed;
    });
    return { value: -logLikelihood / this.#customers + penalties.reduce((sum, penalty) => sum + penalty, 0), gradient, hessian };
  }
}
