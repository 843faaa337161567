import { Ridge } from '../../algorithms/uplift/ridge.ts';
import { doublyRobustDifference, type PolicyValue } from '../../algorithms/uplift/policy-value.ts';
import type { Estimate } from '../../algorithms/statistics/normal-posterior.ts';
import { expectedGains, gainFeatures, type LinearModel, type MailPolicy } from '../mail-policy.ts';

/** One customer in one cycle. */
export interface Response {
  readonly customer: string;
  /** 0 for the first cycle. */
  readonly cycle: number;
  /** Only who was mailed or rested was drawn by lot between the two. */
  readonly standing: 'mailed' | 'rested' | 'left out' | 'never mailed';
  readonly offer: string | null;
  readonly orders: number;
  /** Margin with what a coupon took off put back, in the shop's currency. */
  readonly margin: number;
  /** Orders with the letter's coupon. */
  readonly redeemed: number;
  /** What the coupon cost. */
  readonly given: number;
  /** Values of `gainFeatures`. */
  readonly features: readonly number[];
}

/** What the responses say. */
export interface Lesson {
  readonly policy: MailPolicy;
  /** Share of those mailed or rested in the newest cycle whom the policy would mail. */
  readonly meantFor: number;
  /** More a customer by the policy than by a letter for everybody it looked at, judged on customers it had not learnt from. */
  readonly against: PolicyValue;
  /** More a customer with a letter than resting, cycle by cycle. */
  readonly effect: Estimate;
  /** Of each offer, more a letter than the mean of all of its cycle. */
  readonly offers: readonly (Estimate & { readonly offer: string; readonly letters: number })[];
  readonly mailed: number;
  readonly rested: number;
}

/** A later order of the same week tells little more, and one customer's ten orders should not decide. */
const mostOrders = 3;
/** Penalties of the ridge regressions, for features brought to a deviation of 1: about the squared residual of a customer's orders over the square of what a feature usually tells of them. */
const alphas = { lift: 300, level: 200 } as const;
const fewest = 10;

/**
 * Learns from everything seen so far what a letter brings (two ridge regressions of orders, with and without a letter), what its coupon costs, and what each offer
 * earns. Orders are counted at the mean margin of an order: what an order is worth is chance that says nothing about letters.
 * @param minimumGain least that a letter must be expected to bring, in the shop's currency
 * @returns undefined while fewer than 10 customers were mailed, or rested, or while nothing was sold
 */
export function learnResponses(responses: readonly Response[], { offers, costPerMail, minimumGain }: { readonly offers: readonly string[]; readonly costPerMail: number; readonly minimumGain: number }): Lesson | undefined {
  const drawn = responses.filter(({ standing }) => standing === 'mailed' || standing === 'rested');
  const mailed = drawn.filter(({ standing }) => standing === 'mailed');
  const rested = drawn.length - mailed.length;
  const sold = sum(responses, ({ orders }) => orders);
  if (mailed.length < fewest || rested < fewest || sold === 0) return undefined;
  const marginPerOrder = sum(responses, ({ margin }) => margin) / sold;
  const policy = fit(responses, marginPerOrder);
  const profit = ({ orders, given, standing }: Response): number => marginPerOrder * Math.min(orders, mostOrders) - given - (standing === 'mailed' ? costPerMail : 0);
  const newest = Math.max(...drawn.map(({ cycle }) => cycle));
  const now = drawn.filter(({ cycle }) => cycle === newest);
  return {
    policy, mailed: mailed.length, rested,
    meantFor: gainsOf(policy, now, costPerMail).filter((gain) => gain > minimumGain).length / now.length,
    against: judge(responses, drawn, { marginPerOrder, profit, costPerMail, minimumGain }),
    effect: stratified(drawn, profit, ({ standing }) => standing === 'mailed'),
    // An offer works through its coupon: orders without one are alike under all offers, and would only blur the comparison.
    offers: offers.map((offer) => ({ offer, letters: mailed.filter((response) => response.offer === offer).length, ...fromMean(mailed, ({ redeemed, given }) => marginPerOrder * Math.min(redeemed, mostOrders) - given, offer) })),
  };
}

/**
 * Without a letter: the chance that the purchase prediction gave before the first letter, brought to the level of those who got none. With a letter: that, and what
 * those who got one bought more, which features tell apart only as far as the evidence carries; without evidence a letter does for all what it does on average.
 */
function fit(responses: readonly Response[], marginPerOrder: number): MailPolicy {
  const features = Object.keys(gainFeatures);
  const natural = features.indexOf('natural');
  const mailed = responses.filter(({ standing }) => standing === 'mailed');
  const others = responses.filter(({ standing }) => standing !== 'mailed');
  const orders = (response: Response): number => Math.min(response.orders, mostOrders);
  const level = ridge(others.map((row) => [row.features[natural]!]), Float64Array.from(others, (row) => orders(row) - row.features[natural]!), alphas.level);
  const slope = 1 + level.coefficients[0]!;
  const without = (row: Response): number => level.intercept + slope * row.features[natural]!;
  const lift = ridge(mailed.map((row) => row.features), Float64Array.from(mailed, (row) => orders(row) - without(row)), alphas.lift);
  return {
    features, marginPerOrder,
    unmailed: { intercept: level.intercept, coefficients: features.map((_, column) => (column === natural ? slope : 0)) },
    mailed: { intercept: level.intercept + lift.intercept, coefficients: lift.coefficients.map((coefficient, column) => coefficient + (column === natural ? slope : 0)) },
    given: ridge(mailed.map((row) => row.features), Float64Array.from(mailed, ({ given }) => given), alphas.lift),
  };
}

/** Ridge regression over features brought to mean 0 and deviation 1, its coefficients in the features' own units. */
function ridge(features: readonly (readonly number[])[], y: Float64Array, alpha: number): LinearModel {
  const columns = features[0]!.length;
  const means = Array.from({ length: columns }, (_, column) => features.reduce((total, row) => total + row[column]!, 0) / features.length);
  const deviations = means.map((mean, column) => Math.sqrt(features.reduce((total, row) => total + (row[column]! - mean) ** 2, 0) / features.length) || 1);
  const x = Float64Array.from({ length: features.length * columns }, (_, place) => (features[Math.floor(place / columns)]![place % columns]! - means[place % columns]!) / deviations[place % columns]!);
  const fitted = new Ridge({ alpha }).fit(x, features.length, columns, y);
  const coefficients = Array.from(fitted.coefficients, (coefficient, column) => coefficient / deviations[column]!);
  return { coefficients, intercept: coefficients.reduce((total, coefficient, column) => total - coefficient * means[column]!, fitted.intercept) };
}

const matrixOf = (responses: readonly Response[]): Float64Array => Float64Array.from(responses.flatMap(({ features }) => features));

const gainsOf = (policy: MailPolicy, responses: readonly Response[], costPerMail: number): number[] => expectedGains(policy, matrixOf(responses), responses.length, costPerMail).map(({ gain }) => gain);

/** Learns from one half of the customers and judges on the other, both ways round. */
function judge(responses: readonly Response[], drawn: readonly Response[], { marginPerOrder, profit, costPerMail, minimumGain }: { readonly marginPerOrder: number; readonly profit: (response: Response) => number; readonly costPerMail: number; readonly minimumGain: number }): PolicyValue {
  const halfOf = halves(responses);
  const shares = Map.groupBy(drawn, ({ cycle }) => cycle);
  const propensities = new Map([...shares].map(([cycle, rows]) => [cycle, rows.filter(({ standing }) => standing === 'mailed').length / rows.length]));
  const judged = drawn.filter(({ cycle }) => propensities.get(cycle)! > 0 && propensities.get(cycle)! < 1);
  const ordered = [0, 1].flatMap((half) => judged.filter(({ customer }) => halfOf.get(customer) === half));
  const scored = [0, 1].flatMap((half) => {
    const learnt = responses.filter(({ customer }) => halfOf.get(customer) !== half);
    const seen = ordered.filter(({ customer }) => halfOf.get(customer) === half);
    const policy = fit(learnt, marginPerOrder);
    const gains = gainsOf(policy, seen, costPerMail);
    const without = expectedGains({ ...policy, unmailed: zero, given: zero, mailed: policy.unmailed }, matrixOf(seen), seen.length, 0);
    return seen.map((_, row) => ({ gain: gains[row]!, without: without[row]!.gain }));
  });
  return doublyRobustDifference({
    outcome: Float64Array.from(ordered, profit),
    treated: Uint8Array.from(ordered, ({ standing }) => Number(standing === 'mailed')),
    propensity: Float64Array.from(ordered, ({ cycle }) => propensities.get(cycle)!),
    policy: Uint8Array.from(scored, ({ gain }) => Number(gain > minimumGain)),
  }, new Uint8Array(ordered.length).fill(1), {
    mailed: Float64Array.from(scored, ({ gain, without }) => without + gain), notMailed: Float64Array.from(scored, ({ without }) => without),
  });
}

const zero: LinearModel = { intercept: 0, coefficients: [] };

/** Every second customer in the order of their ids: which half says nothing about them, and a repeat gives the same halves. */
function halves(responses: readonly Response[]): ReadonlyMap<string, number> {
  return new Map([...new Set(responses.map(({ customer }) => customer))].sort().map((customer, place) => [customer, place % 2]));
}

/** Difference of two groups within each cycle, cycles weighted by what they can say. */
function stratified(responses: readonly Response[], figure: (response: Response) => number, isFirst: (response: Response) => boolean): Estimate {
  let [weights, difference, variance] = [0, 0, 0];
  for (const rows of Map.groupBy(responses, ({ cycle }) => cycle).values()) {
    const [one, other] = [moments(rows.filter(isFirst), figure), moments(rows.filter((row) => !isFirst(row)), figure)];
    if (one.count < 2 || other.count < 2) continue;
    const weight = (one.count * other.count) / (one.count + other.count);
    weights += weight;
    difference += weight * (one.mean - other.mean);
    variance += weight ** 2 * (one.variance / one.count + other.variance / other.count);
  }
  return weights === 0 ? { difference: 0, variance: Number.MAX_VALUE } : { difference: difference / weights, variance: variance / weights ** 2 };
}

/** An offer's letters less the mean of all letters, within each cycle. */
function fromMean(mailed: readonly Response[], figure: (response: Response) => number, offer: string): Estimate {
  let [letters, difference, variance] = [0, 0, 0];
  for (const rows of Map.groupBy(mailed, ({ cycle }) => cycle).values()) {
    const own = moments(rows.filter((row) => row.offer === offer), figure);
    if (own.count < 2) continue;
    const all = moments(rows, figure);
    letters += own.count;
    difference += own.count * (own.mean - all.mean);
    variance += own.count * Math.max(own.variance, all.variance);
  }
  return letters === 0 ? { difference: 0, variance: Number.MAX_VALUE } : { difference: difference / letters, variance: variance / letters ** 2 };
}

function moments(rows: readonly Response[], figure: (response: Response) => number): { readonly count: number; readonly mean: number; readonly variance: number } {
  const mean = sum(rows, figure) / rows.length;
  return { count: rows.length, mean, variance: sum(rows, (row) => (figure(row) - mean) ** 2) / Math.max(rows.length - 1, 1) };
}

const sum = <Row>(rows: readonly Row[], figure: (row: Row) => number): number => rows.reduce((total, row) => total + figure(row), 0);
