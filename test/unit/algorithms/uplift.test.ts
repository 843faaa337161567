import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';
import { DRLearner } from '../../../algorithms/uplift/dr-learner.ts';
import type { ExperimentData, UpliftLearner } from '../../../algorithms/uplift/experiment-data.ts';
import { fallingOrder } from '../../../algorithms/uplift/falling-order.ts';
import { honestSplit } from '../../../algorithms/uplift/honest-split.ts';
import { meanModel, shareModel } from '../../../algorithms/uplift/outcome-model.ts';
import { doublyRobustDifference, doublyRobustValue, inversePropensityValue } from '../../../algorithms/uplift/policy-value.ts';
import { Ridge } from '../../../algorithms/uplift/ridge.ts';
import { SLearner } from '../../../algorithms/uplift/s-learner.ts';
import { TLearner } from '../../../algorithms/uplift/t-learner.ts';
import { UpliftRanking } from '../../../algorithms/uplift/uplift-ranking.ts';
import { XLearner } from '../../../algorithms/uplift/x-learner.ts';
import { readHillstrom, type HillstromCustomer } from './hillstrom.ts';
import { madeMatrix, madeNumber } from './made-numbers.ts';

const close = (seen: number, expected: number, digits = 9): void => expect(seen / expected, `${seen} is ${expected}`).toBeCloseTo(1, digits);

/** Customers whose effect is 0.15 + 0.2 * first column - 0.1 * second; a share of them is mailed. */
function experiment(rows: number, seed: number, mailedShare = 0.5): ExperimentData & { readonly truth: Float64Array } {
  const random = new SeededRandom(seed);
  const x = Float64Array.from({ length: rows * 3 }, () => random.normal());
  const truth = Float64Array.from({ length: rows }, (_, row) => 0.15 + 0.2 * x[row * 3]! - 0.1 * x[row * 3 + 1]!);
  const treated = Uint8Array.from({ length: rows }, () => (random.uniform() < mailedShare ? 1 : 0));
  const outcome = Float64Array.from({ length: rows }, (_, row) => 1 + 0.5 * x[row * 3 + 2]! + treated[row]! * truth[row]! + 0.5 * random.normal());
  return { x, rows, columns: 3, treated, outcome, truth };
}

function correlation(one: Float64Array, other: Float64Array): number {
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(one), mean(other)];
  const product = (p: Float64Array, q: Float64Array, m: number, n: number): number => p.reduce((sum, value, row) => sum + (value - m) * (q[row]! - n), 0);
  return product(one, other, a, b) / Math.sqrt(product(one, one, a, a) * product(other, other, b, b));
}

describe('linear regression with an L2 penalty', () => {
  const x = madeMatrix(200, 3, 0);
  const y = Float64Array.from({ length: 200 }, (_, row) => 2 * x[row * 3]! - x[row * 3 + 1]! + 0.5 * x[row * 3 + 2]! + 3 + madeNumber(9000 + row));

  it('agrees with scikit-learn', () => {
    // scikit-learn 1.9.1: Ridge(alpha=2.5).fit(x, y): coef_, intercept_
    const model = new Ridge({ alpha: 2.5 }).fit(x, 200, 3, y);
    [1.6812159910094917, -0.8532008088535369, 0.40166075616903923].forEach((expected, column) => close(model.coefficients[column]!, expected));
    close(model.intercept, 3.6385264024927784);
  });

  it('goes through the data where they are linear, and refuses what is not finite', () => {
    const exact = Float64Array.from({ length: 200 }, (_, row) => 7 - 3 * x[row * 3 + 1]!);
    new Ridge({ alpha: 0 }).fit(x, 200, 3, exact).predict(x, 200).forEach((value, row) => expect(value).toBeCloseTo(exact[row]!, 9));
    expect(() => new Ridge().fit(Float64Array.of(Number.NaN), 1, 1, Float64Array.of(1))).toThrow(RangeError);
    expect(() => new Ridge().predict(x, 200)).toThrow(TypeError);
    expect(() => new Ridge({ alpha: -1 })).toThrow(RangeError);
  });
});

describe('learners of uplift', () => {
  const data = experiment(4000, 1);
  const learners: readonly [string, () => UpliftLearner][] = [
    ['S', () => new SLearner({ outcome: meanModel() })], ['T', () => new TLearner({ outcome: meanModel() })], ['X', () => new XLearner({ outcome: meanModel() })], ['DR', () => new DRLearner({ outcome: meanModel() })],
  ];

  it.each(learners)('%s finds who is moved by the mail, and how much', (_, make) => {
    const other = experiment(2000, 2);
    const found = make().fit(data).predict(other.x, other.rows);
    expect(correlation(found, other.truth)).toBeGreaterThan(0.95);
    const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
    expect(Math.abs(mean - 0.15)).toBeLessThan(0.06);
  });

  it.each(learners)('%s is refused before it is fitted, and without two arms', (_, make) => {
    expect(() => make().predict(data.x, data.rows)).toThrow(TypeError);
    expect(() => make().fit({ ...data, treated: new Uint8Array(data.rows) })).toThrow(/arm is empty/);
    expect(() => make().fit({ ...data, outcome: new Float64Array(1) })).toThrow(RangeError);
  });

  it('S without interactions gives everybody the same', () => {
    const found = new SLearner({ outcome: meanModel(), interactions: false }).fit(data).predict(data.x, data.rows);
    expect(Math.max(...found) - Math.min(...found)).toBeLessThan(1e-9);
  });

  it('X needs no large holdout', () => {
    const small = experiment(4000, 3, 0.95);
    const found = new XLearner({ outcome: meanModel() }).fit(small).predict(small.x, small.rows);
    expect(correlation(found, small.truth)).toBeGreaterThan(0.9);
  });

  it('DR has scores whose mean is the average effect, also where the mailed were chosen', () => {
    const random = new SeededRandom(9);
    const rows = 6000;
    const base = experiment(rows, 4);
    // Those with much in the third column, who buy more anyway, are mailed more often.
    const treated = Uint8Array.from({ length: rows }, (_, row) => (random.uniform() < 1 / (1 + Math.exp(-1.2 * base.x[row * 3 + 2]!)) ? 1 : 0));
    const outcome = Float64Array.from({ length: rows }, (_, row) => 1 + 0.5 * base.x[row * 3 + 2]! + treated[row]! * base.truth[row]! + 0.5 * random.normal());
    const chosen = { ...base, treated, outcome };
    const naive = [1, 0].map((arm) => { const of = outcome.filter((_, row) => treated[row] === arm); return of.reduce((sum, value) => sum + value, 0) / of.length; });
    expect(naive[0]! - naive[1]!).toBeGreaterThan(0.4);
    const scores = new DRLearner({ outcome: meanModel(), propensity: shareModel() }).scores(chosen);
    expect(Math.abs(scores.reduce((sum, value) => sum + value, 0) / rows - 0.15)).toBeLessThan(0.05);
  });

  it('learn shares too, and a share model takes 0 and 1 alone', () => {
    const random = new SeededRandom(3);
    const shares = { ...data, outcome: Float64Array.from(data.truth, (truth, row) => (random.uniform() < 0.3 + data.treated[row]! * truth ? 1 : 0)) };
    expect(correlation(new TLearner({ outcome: shareModel() }).fit(shares).predict(shares.x, shares.rows), shares.truth)).toBeGreaterThan(0.9);
    expect(() => new TLearner({ outcome: shareModel() }).fit(data)).toThrow(/0 and 1/);
  });
});

it('the order of a ranking is that of a plain sort, the last of equals first', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 0.5, -0.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)), { maxLength: 200 }), (given) => {
    const plain = given.map((_, place) => place).sort((one, other) => (given[one]! < given[other]! ? 1 : given[one]! > given[other]! ? -1 : other - one));
    expect([...fallingOrder(Float64Array.from(given))]).toEqual(plain);
  }));
});

describe('the judgement of a ranking', () => {
  const rows = 60;
  const uplift = Float64Array.from({ length: rows }, (_, row) => Math.floor((((row + 1) * 2654435761) % 4294967296) / 4294967296 * 12) / 12);
  const treated = Uint8Array.from({ length: rows }, (_, row) => ((row * 7) % 3 === 0 ? 0 : 1));
  const outcome = Uint8Array.from({ length: rows }, (_, row) => ((row * 5) % 4 === 0 ? 1 : 0));
  const ranking = new UpliftRanking({ uplift, treated, outcome });

  it('agrees with scikit-uplift, ties and all', () => {
    // scikit-uplift 0.5.1: qini_auc_score(y, u, t), uplift_auc_score(y, u, t), uplift_at_k(y, u, t, 'overall', .3), uplift_at_k(y, u, t, 'by_group', .25)
    close(ranking.qiniScore(), 0.0977248677248677);
    close(ranking.upliftScore(), 0.07848875153397583);
    close(ranking.upliftAtK(0.3), 0.16666666666666666);
    close(ranking.upliftAtK(0.25, 'by group'), 0.2);
    // scikit-uplift 0.5.1: qini_curve(y, u, t), uplift_curve(y, u, t)[1]
    const { customers, gain } = ranking.qiniCurve();
    expect([...customers]).toEqual([0, 5, 10, 15, 19, 25, 30, 35, 40, 44, 50, 55, 60]);
    [0, 2, 0.5, 1.25, 1.8333333333333335, -0.25, 1.333333333333333, 0.25, 1, 0.2666666666666666, 0.5, 1.7777777777777786, 0].forEach((expected, point) => expect(gain[point]).toBeCloseTo(expected, 9));
    [0, 2.5, 0.8333333333333331, 1.7045454545454546, 2.67948717948718, -0.3676470588235295, 1.9047619047619047, 0.3804347826086954, 1.428571428571428, 0.4045977011494253, 0.735294117647059, 2.6426426426426444, 0].forEach((expected, point) => expect(ranking.upliftCurve().gain[point]).toBeCloseTo(expected, 9));
  });

  it('is 1 for the best order, and the same in whatever order the rows come', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(1), fc.nat(1)), { minLength: 12, maxLength: 80 }), fc.nat(1000), (given, seed) => {
      const people = [...given, [3, 1, 1], [4, 0, 1], [5, 1, 0], [6, 0, 0]] as [number, number, number][];
      const of = (order: readonly [number, number, number][], value: (row: [number, number, number]) => number) => new UpliftRanking({ uplift: Float64Array.from(order, value), treated: Uint8Array.from(order, ([, arm]) => arm), outcome: Uint8Array.from(order, ([, , bought]) => bought) });
      const best = of(people, ([, arm, bought]) => (arm === 1 ? bought : -bought)).qiniScore();
      if (Number.isFinite(best)) expect(best).toBeCloseTo(1, 9);
      const shuffled = new SeededRandom(seed).shuffle([...people]);
      const [one, other] = [of(people, ([uplift]) => uplift).qiniScore(), of(shuffled, ([uplift]) => uplift).qiniScore()];
      if (Number.isFinite(one)) expect(other).toBeCloseTo(one, 9);
    }));
  });

  it('comes with intervals that are the same for the same seed and hold the score', () => {
    const { score, interval } = ranking.bootstrapQini({ resamples: 300 });
    expect(ranking.bootstrapQini({ resamples: 300 }).interval).toEqual(interval);
    expect(interval.lower).toBeLessThan(score);
    expect(interval.upper).toBeGreaterThan(score);
    const narrow = ranking.bootstrapUplift({ resamples: 300, confidence: 0.5 }).interval;
    const wide = ranking.bootstrapUplift({ resamples: 300, confidence: 0.99 }).interval;
    expect(wide.upper - wide.lower).toBeGreaterThan(narrow.upper - narrow.lower);
  });

  it('has an interval for the first k that is as wide as theory has it', () => {
    const random = new SeededRandom(8);
    const n = 4000;
    const big = new UpliftRanking({ uplift: Float64Array.from({ length: n }, () => random.uniform()), treated: Uint8Array.from({ length: n }, (_, row) => row % 2), outcome: Uint8Array.from({ length: n }, () => (random.uniform() < 0.2 ? 1 : 0)) });
    const { interval } = big.bootstrapUpliftAtK(0.5, { resamples: 400, strategy: 'by group' });
    // two shares of 0.2 among 1,000 each
    const theory = 2 * 1.96 * Math.sqrt((2 * 0.2 * 0.8) / 1000);
    expect((interval.upper - interval.lower) / theory).toBeGreaterThan(0.8);
    expect((interval.upper - interval.lower) / theory).toBeLessThan(1.25);
  });

  it('is refused without two arms or with outcomes that are no flags', () => {
    expect(() => new UpliftRanking({ uplift, treated: new Uint8Array(rows), outcome })).toThrow(/arm is empty/);
    expect(() => new UpliftRanking({ uplift, treated, outcome: Uint8Array.from(outcome, () => 2) })).toThrow(RangeError);
    expect(() => ranking.upliftAtK(1)).toThrow(RangeError);
  });
});

describe('an honest split', () => {
  it('keeps learning and judging apart, with each arm shared out alike', () => {
    fc.assert(fc.property(fc.array(fc.nat(1), { minLength: 20, maxLength: 200 }), fc.double({ min: 0.2, max: 0.8, noNaN: true }), fc.nat(99), (flags, judgeShare, seed) => {
      const treated = Uint8Array.from([...flags, 0, 0, 0, 0, 1, 1, 1, 1]);
      const { learn, judge } = honestSplit(treated, { judgeShare, seed });
      expect([...learn, ...judge].sort((a, b) => a - b)).toEqual(Array.from(treated, (_, row) => row));
      for (const arm of [0, 1]) expect(Math.abs([...judge].filter((row) => treated[row] === arm).length - judgeShare * treated.filter((flag) => flag === arm).length)).toBeLessThanOrEqual(0.5);
    }));
    expect(() => honestSplit(Uint8Array.of(0, 1, 1, 1))).toThrow(/too few/);
  });
});

describe('the value of a policy before it is used', () => {
  const n = 200;
  const x = madeMatrix(200, 3, 0);
  const treated = Uint8Array.from({ length: n }, (_, row) => (madeNumber(20_000 + row) < 0.3 ? 1 : 0));
  const base = Float64Array.from({ length: n }, (_, row) => 2 * x[row * 3]! - x[row * 3 + 1]! + 0.5 * x[row * 3 + 2]! + 3 + madeNumber(9000 + row));
  const mean = base.reduce((sum, value) => sum + value, 0) / n;
  const logged = { treated, outcome: base.map((value, row) => value + treated[row]! * x[row * 3]!), propensity: new Float64Array(n).fill(0.3), policy: Uint8Array.from({ length: n }, (_, row) => (x[row * 3]! > 0.5 ? 1 : 0)) };

  it('agrees with the formulas in NumPy', () => {
    // NumPy 2.4.6: w = where(t == pi, 1 / where(t == 1, e, 1 - e), 0); s = w * y; and where(pi == 1, m1, m0) + w * (y - where(t == 1, m1, m0)); s.mean(), s.std(ddof=1) / n ** .5
    const ips = inversePropensityValue(logged);
    close(ips.value, 4.647671660973546);
    close(ips.standardError, 0.4529770015601231);
    const robust = doublyRobustValue(logged, { mailed: Float64Array.from({ length: n }, (_, row) => mean + x[row * 3]!), notMailed: new Float64Array(n).fill(mean) });
    close(robust.value, 4.668055427533275);
    close(robust.standardError, 0.09910519929704945);
    expect(robust.interval.upper - robust.value).toBeCloseTo(1.959963984540054 * robust.standardError, 9);
  });

  it('finds the true value of a targeting policy, the closer with models', () => {
    const data = experiment(8000, 12);
    const policy = Uint8Array.from(data.truth, (truth) => (truth > 0.15 ? 1 : 0));
    const real = data.truth.reduce((sum, truth, row) => sum + 1 + 0.5 * data.x[row * 3 + 2]! + policy[row]! * truth, 0) / data.rows;
    const trial = { outcome: data.outcome, treated: data.treated, propensity: new Float64Array(data.rows).fill(0.5), policy };
    const ips = inversePropensityValue(trial);
    const robust = doublyRobustValue(trial, { mailed: Float64Array.from(data.truth, (truth, row) => 1 + 0.5 * data.x[row * 3 + 2]! + truth), notMailed: Float64Array.from(data.truth, (_, row) => 1 + 0.5 * data.x[row * 3 + 2]!) });
    expect(Math.abs(ips.value - real)).toBeLessThan(3.5 * ips.standardError);
    expect(Math.abs(robust.value - real)).toBeLessThan(3.5 * robust.standardError);
    expect(robust.standardError).toBeLessThan(0.7 * ips.standardError);
  });

  it('is told apart from another policy by what the two do differently, the more precisely', () => {
    const data = experiment(8000, 13);
    const policy = Uint8Array.from(data.truth, (truth) => (truth > 0 ? 1 : 0));
    const everybody = new Uint8Array(data.rows).fill(1);
    const trial = { outcome: data.outcome, treated: data.treated, propensity: new Float64Array(data.rows).fill(0.5), policy };
    const expected = { mailed: Float64Array.from(data.truth, (truth, row) => 1 + 0.5 * data.x[row * 3 + 2]! + truth), notMailed: Float64Array.from(data.truth, (_, row) => 1 + 0.5 * data.x[row * 3 + 2]!) };
    const difference = doublyRobustDifference(trial, everybody, expected);
    const [one, other] = [doublyRobustValue(trial, expected), doublyRobustValue({ ...trial, policy: everybody }, expected)];
    close(difference.value, one.value - other.value);
    expect(difference.standardError).toBeLessThan(0.7 * Math.hypot(one.standardError, other.standardError));
    const real = data.truth.reduce((sum, truth, row) => sum + (policy[row]! - 1) * truth, 0) / data.rows;
    expect(Math.abs(difference.value - real)).toBeLessThan(3.5 * difference.standardError);
    expect(doublyRobustDifference(trial, policy, expected)).toMatchObject({ value: 0, standardError: 0 });
  });

  it('is refused where somebody had no chance of one arm', () => {
    expect(() => inversePropensityValue({ ...logged, propensity: new Float64Array(n) })).toThrow(/propensity/);
    expect(() => doublyRobustValue(logged, { mailed: new Float64Array(1), notMailed: new Float64Array(1) })).toThrow(RangeError);
  });
});

const customers = readHillstrom();
describe.skipIf(customers === undefined)("on Hillstrom's experiment", () => {
  const columnsOf = (customer: HillstromCustomer): number[] => [
    customer.recency, customer.history, customer.mens, customer.womens, customer.newbie, Number(customer.zipCode === 'Rural'), Number(customer.zipCode === 'Urban'), Number(customer.channel === 'Phone'), Number(customer.channel === 'Web'),
  ];

  /** Even rows of the mail's and the control's customers to learn from, odd ones to judge by, standardised by the former. */
  function halves(mail: HillstromCustomer['mail']): readonly [ExperimentData, ExperimentData] {
    const both = customers!.filter((customer) => customer.mail === mail || customer.mail === 'No E-Mail');
    const table = both.map(columnsOf);
    const learn = table.filter((_, row) => row % 2 === 0);
    const scale = table[0]!.map((_, column) => {
      const mean = learn.reduce((sum, row) => sum + row[column]!, 0) / learn.length;
      return { mean, deviation: Math.sqrt(learn.reduce((sum, row) => sum + (row[column]! - mean) ** 2, 0) / learn.length) };
    });
    const half = (rest: number): ExperimentData => {
      const rows = both.filter((_, row) => row % 2 === rest);
      return {
        rows: rows.length, columns: scale.length, treated: Uint8Array.from(rows, (customer) => Number(customer.mail === mail)), outcome: Float64Array.from(rows, (customer) => customer.visit),
        x: Float64Array.from(rows.flatMap((customer) => columnsOf(customer).map((value, column) => (value - scale[column]!.mean) / scale[column]!.deviation))),
      };
    };
    return [half(0), half(1)];
  }

  // scikit-uplift 0.5.1 and scikit-learn 1.9.1: lr = LogisticRegression(C=1, tol=1e-10, max_iter=100000); m = TwoModels(lr, lr', method='vanilla').fit(X, Y, T);
  // u = m.predict(Xt); qini_auc_score(Yt, u, Tt), uplift_auc_score(Yt, u, Tt), uplift_at_k(Yt, u, Tt, 'overall', .3), uplift_at_k(Yt, u, Tt, 'by_group', .3)
  it.each([
    { mail: 'Womens E-Mail', qini: 0.05774016086861831, auuc: 0.026556459851609943, overall: 0.06354162703047085, byGroup: 0.06255798459312527 },
    { mail: 'Mens E-Mail', qini: 0.005704475491546319, auuc: 0.002988274347708708, overall: 0.08037923434895208, byGroup: 0.08109788154583378 },
  ] as const)('the T-learner ranks the visits of $mail as well as scikit-uplift does', ({ mail, qini, auuc, overall, byGroup }) => {
    const [learn, judge] = halves(mail);
    const uplift = new TLearner({ outcome: shareModel({ C: 1, tol: 1e-9 }) }).fit(learn).predict(judge.x, judge.rows);
    const ranking = new UpliftRanking({ uplift, treated: judge.treated, outcome: Uint8Array.from(judge.outcome) });
    expect(ranking.qiniScore()).toBeGreaterThan(qini - 2e-7);
    expect(ranking.qiniScore()).toBeCloseTo(qini, 4);
    expect(ranking.upliftScore()).toBeCloseTo(auuc, 4);
    expect(ranking.upliftAtK(0.3)).toBeCloseTo(overall, 4);
    expect(ranking.upliftAtK(0.3, 'by group')).toBeCloseTo(byGroup, 4);
  });

  it('the women\'s mail moves some more than others, and every learner finds them', () => {
    const [learn, judge] = halves('Womens E-Mail');
    const outcome = Uint8Array.from(judge.outcome);
    for (const learner of [new SLearner({ outcome: shareModel() }), new XLearner({ outcome: shareModel() }), new DRLearner({ outcome: shareModel() })]) {
      const ranking = new UpliftRanking({ uplift: learner.fit(learn).predict(judge.x, judge.rows), treated: judge.treated, outcome });
      const { score, interval } = ranking.bootstrapQini({ resamples: 200 });
      expect(score).toBeGreaterThan(0.05);
      expect(interval.lower).toBeGreaterThan(0);
    }
  });

  it('mailing the half with the most uplift is worth more than mailing half by chance, as told before it is done', () => {
    const [learn, judge] = halves('Womens E-Mail');
    const learner = new TLearner({ outcome: shareModel() }).fit(learn);
    const uplift = learner.predict(judge.x, judge.rows);
    const middle = Float64Array.from(uplift).sort()[judge.rows >> 1]!;
    const propensity = new Float64Array(judge.rows).fill(0.5);
    const value = (policy: Uint8Array) => inversePropensityValue({ outcome: judge.outcome, treated: judge.treated, propensity, policy });
    const targeted = value(Uint8Array.from(uplift, (gain) => (gain > middle ? 1 : 0)));
    const random = new SeededRandom(1);
    const byChance = value(Uint8Array.from(uplift, () => (random.uniform() < 0.5 ? 1 : 0)));
    expect(targeted.value).toBeGreaterThan(byChance.value);
    // Visits where nobody or everybody is mailed: .1062 and .1514.
    expect(targeted.value).toBeGreaterThan(0.1062);
    expect(targeted.interval.upper).toBeLessThan(0.1614);
  });
});
