import { digamma, logGamma, trigamma } from '../special-functions/log-gamma.ts';
import { dampedNewton } from './damped-newton.ts';
import type { LocalShape } from './damped-newton.ts';

export interface GammaGammaOptions {
  readonly maxIter?: number;
  /** Largest component of the gradient, by the logarithms of the parameters, of the mean negative log-likelihood at which fitting ends. */
  readonly tol?: number;
}

export interface GammaGammaParameters {
  /** Shape of the gamma distribution of one customer's purchases. */
  readonly p: number;
  /** Shape of the gamma distribution of its rate over customers. */
  readonly q: number;
  /** Rate of that distribution, in money. */
  readonly v: number;
}

/**
 * The Gamma-Gamma model of what a purchase is worth: each customer has a mean of their own, the means differ between customers, and
 * neither depends on how often a customer buys. Fitted by maximum likelihood with Newton's method.
 *
 * Source: P. Fader and B. Hardie, "The Gamma-Gamma model of monetary value", note 025, brucehardie.com/notes/025, 2013.
 */
export class GammaGamma {
  readonly maxIter: number;
  readonly tol: number;
  #parameters: GammaGammaParameters | undefined;
  #logLikelihood = Number.NaN;
  #iterations = 0;
  #converged = false;

  /** @throws RangeError when an option is out of its range. */
  constructor(options: GammaGammaOptions = {}) {
    this.maxIter = options.maxIter ?? 200;
    this.tol = options.tol ?? 1e-9;
    if (!Number.isInteger(this.maxIter) || this.maxIter < 1) throw new RangeError(`maxIter must be a positive integer, not ${this.maxIter}`);
    if (!(this.tol > 0)) throw new RangeError(`tol must be positive, not ${this.tol}`);
  }

  get parameters(): GammaGammaParameters {
    if (this.#parameters === undefined) throw new TypeError('GammaGamma is not fitted yet: call fit() first');
    return this.#parameters;
  }

  /** Of all customers it was fitted on. */
  get logLikelihood(): number {
    return this.#logLikelihood;
  }

  get iterations(): number {
    return this.#iterations;
  }

  /** False where the likelihood has no maximum within reach, as where all customers spend alike. */
  get converged(): boolean {
    return this.#converged;
  }

  /** Mean worth of a purchase over all customers; NaN where q is 1 or less, as the model then has none. */
  get populationMean(): number {
    const { p, q, v } = this.parameters;
    return q > 1 ? (p * v) / (q - 1) : Number.NaN;
  }

  /**
   * Customers of frequency 0 are left out: their purchases are not known to the model.
   * @param frequency purchases that each average is of, from 0.
   * @param averageValue money a purchase, positive where the frequency is.
   * @throws RangeError when the columns differ in length, a value is out of its range, or no frequency is above 0.
   */
  fit(frequency: Float64Array, averageValue: Float64Array): this {
    requireValues(frequency, averageValue);
    const rows = Uint32Array.from(frequency.keys().filter((row) => (frequency[row] as number) > 0));
    if (rows.length === 0) throw new RangeError('nobody bought again: there is nothing to fit');
    // In shares of the mean, so that the same steps are right for every currency.
    const unit = rows.reduce((sum, row) => sum + (averageValue[row] as number), 0) / rows.length;
    const likelihood = new Likelihood(rows.length, (row) => frequency[rows[row] as number] as number, (row) => (averageValue[rows[row] as number] as number) / unit);
    const { point, value, iterations, converged } = dampedNewton((logs) => likelihood.at(logs), new Float64Array(3), { maxIter: this.maxIter, tol: this.tol, longestStep: 2 });
    const [p, q, v] = point.map(Math.exp) as unknown as readonly [number, number, number];
    this.#parameters = { p, q, v: v * unit };
    this.#logLikelihood = -value * rows.length - rows.length * Math.log(unit);
    this.#iterations = iterations;
    this.#converged = converged;
    return this;
  }

  /**
   * Expected worth of each customer's next purchases, given the average of those seen: between that average and the population's mean,
   * the nearer to the average the more were seen. NaN where the model has no mean for so few.
   * @throws RangeError when the columns differ in length or a value is out of its range.
   */
  expectedValue(frequency: Float64Array, averageValue: Float64Array): Float64Array {
    requireValues(frequency, averageValue);
    const { p, q, v } = this.parameters;
    return frequency.map((x, row) => {
      const shape = p * x + q - 1;
      return shape > 0 ? (p * (v + (x === 0 ? 0 : x * (averageValue[row] as number)))) / shape : Number.NaN;
    });
  }
}

function requireValues(frequency: Float64Array, averageValue: Float64Array): void {
  if (frequency.length !== averageValue.length) throw new RangeError('frequency and averageValue must have one value a customer');
  for (let row = 0; row < frequency.length; row++) {
    const [x, value] = [frequency[row] as number, averageValue[row] as number];
    if (!(x >= 0 && x < Number.POSITIVE_INFINITY)) throw new RangeError(`the frequency of row ${row} must be from 0, not ${x}`);
    if (x > 0 && !(value > 0 && value < Number.POSITIVE_INFINITY)) throw new RangeError(`the average value of row ${row} must be positive, not ${value}`);
  }
}

/** Mean negative log-likelihood with derivatives by the logarithms of p, q and v. Rows stand by frequency: gamma functions once for each. */
class Likelihood {
  readonly #rows: number;
  /** Different frequencies; rows of the one at i are [starts[i], starts[i + 1]). */
  readonly #frequencies: number[] = [];
  readonly #starts: number[] = [];
  /** Frequency by average: what all purchases of the row come to. */
  readonly #totals: Float64Array;
  readonly #sumLogTotals: Float64Array;
  readonly #sumLogValues: number;

  constructor(rows: number, frequencyOf: (row: number) => number, valueOf: (row: number) => number) {
    this.#rows = rows;
    const groupByFrequency = new Map<number, number>();
    const sizes: number[] = [];
    const groupOf = new Uint32Array(rows);
    for (let row = 0; row < rows; row++) {
      const x = frequencyOf(row);
      let group = groupByFrequency.get(x);
      if (group === undefined) {
        groupByFrequency.set(x, (group = this.#frequencies.push(x) - 1));
        sizes.push(0);
      }
      groupOf[row] = group;
      sizes[group] = (sizes[group] as number) + 1;
    }
    let end = 0;
    for (const size of sizes) {
      this.#starts.push(end);
      end += size;
    }
    this.#starts.push(end);
    const cursors = this.#starts.slice();
    this.#totals = new Float64Array(rows);
    this.#sumLogTotals = new Float64Array(sizes.length);
    let sumLogValues = 0;
    for (let row = 0; row < rows; row++) {
      const group = groupOf[row] as number;
      const value = valueOf(row);
      const total = (this.#frequencies[group] as number) * value;
      const cursor = cursors[group] as number;
      this.#totals[cursor] = total;
      cursors[group] = cursor + 1;
      this.#sumLogTotals[group] = (this.#sumLogTotals[group] as number) + Math.log(total);
      sumLogValues += Math.log(value);
    }
    this.#sumLogValues = sumLogValues;
  }

  at(logs: Float64Array): LocalShape {
    const [p, q, v] = logs.map(Math.exp) as unknown as readonly [number, number, number];
    const logV = Math.log(v);
    let value = this.#rows * (q * logV - logGamma(q)) - this.#sumLogValues;
    let gP = 0;
    let gQ = this.#rows * (logV - digamma(q));
    let gV = (this.#rows * q) / v;
    let [hPP, hPQ, hPV] = [0, 0, 0];
    let hQQ = -this.#rows * trigamma(q);
    let hQV = this.#rows / v;
    let hVV = -(this.#rows * q) / (v * v);

    for (let index = 0; index < this.#frequencies.length; index++) {
      const x = this.#frequencies[index] as number;
      const from = this.#starts[index] as number;
      const to = this.#starts[index + 1] as number;
      const rows = to - from;
      let [logs, inverses, squares] = [0, 0, 0];
      for (let row = from; row < to; row++) {
        const all = v + (this.#totals[row] as number);
        const inverse = 1 / all;
        logs += Math.log(all);
        inverses += inverse;
        squares += inverse * inverse;
      }
      const shape = p * x;
      const both = shape + q;
      const logTotals = this.#sumLogTotals[index] as number;
      value += rows * (logGamma(both) - logGamma(shape)) + shape * logTotals - both * logs;
      gP += x * (rows * (digamma(both) - digamma(shape)) + logTotals - logs);
      gQ += rows * digamma(both) - logs;
      gV -= both * inverses;
      hPP += x * x * rows * (trigamma(both) - trigamma(shape));
      hPQ += x * rows * trigamma(both);
      hPV -= x * inverses;
      hQQ += rows * trigamma(both);
      hQV -= inverses;
      hVV += both * squares;
    }
    const parameters = [p, q, v];
    const gradient = Float64Array.from([gP, gQ, gV], (slope, i) => (-slope * (parameters[i] as number)) / this.#rows);
    const hessian = Float64Array.from([hPP, hPQ, hPV, hPQ, hQQ, hQV, hPV, hQV, hVV], (curve, at) => {
      const [i, j] = [Math.trunc(at / 3), at % 3];
      return (-curve * (parameters[i] as number) * (parameters[j] as number)) / this.#rows + (i === j ? (gradient[i] as number) : 0);
    });
    return { value: -value / this.#rows, gradient, hessian };
  }
}
