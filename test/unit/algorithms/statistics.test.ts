import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';
import { bootstrapDifference } from '../../../algorithms/statistics/bootstrap-difference.ts';
import { probabilityBetter } from '../../../algorithms/statistics/probability-better.ts';
import type { Proportion } from '../../../algorithms/statistics/proportion.ts';
import { sampleRatioMismatch } from '../../../algorithms/statistics/sample-ratio-mismatch.ts';
import { twoProportionTest } from '../../../algorithms/statistics/two-proportion-test.ts';
import { summariseSample, welchTest } from '../../../algorithms/statistics/welch-test.ts';
import { wilsonInterval } from '../../../algorithms/statistics/wilson-interval.ts';

const of = (successes: number, trials: number): Proportion => ({ successes, trials });
const proportions = fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 400 })).map(([a, b]) => of(Math.min(a, b), Math.max(a, b)));

describe("Wilson's interval", () => {
  it('has the published and the usual figures', () => {
    // Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3: 81/263 and 15/148
    expectInterval(wilsonInterval(of(81, 263)), 0.2553, 0.3662, 4);
    expectInterval(wilsonInterval(of(15, 148)), 0.0624, 0.1605, 4);
    // statsmodels 0.15.0: proportion_confint(0, 20, method='wilson') and (81, 263, 0.1, method='wilson')
    expectInterval(wilsonInterval(of(0, 20)), 0, 0.1611251580528194, 12);
    expectInterval(wilsonInterval(of(81, 263), 0.9), 0.2633136171884814, 0.35656634960848815, 12);
  });

  it('lies in [0, 1] around the share', () => {
    fc.assert(fc.property(proportions, (proportion) => {
      const { lower, upper } = wilsonInterval(proportion);
      const share = proportion.successes / proportion.trials;
      expect(lower).toBeGreaterThanOrEqual(0);
      expect(upper).toBeLessThanOrEqual(1);
      expect(lower).toBeLessThanOrEqual(share);
      expect(upper).toBeGreaterThanOrEqual(share);
    }));
  });
});

describe('the test of two proportions', () => {
  it.each([
    // Newcombe, Statistics in Medicine 17 (1998) 873, table II, method 10
    [of(56, 70), of(48, 80), 0.0524, 0.3339],
    [of(9, 10), of(3, 10), 0.1705, 0.809],
    [of(5, 56), of(0, 29), -0.0381, 0.1926],
    [of(10, 10), of(0, 10), 0.6075, 1],
  ])('has the published interval of %j less %j', (treatment, control, lower, upper) => {
    expectInterval(twoProportionTest(treatment, control).interval, lower, upper, 4);
  });

  it('agrees with statsmodels', () => {
    // statsmodels 0.15.0: proportions_ztest([120, 80], [1000, 1000]), confint_proportions_2indep(120, 1000, 80, 1000, method='newcomb')
    const { difference, z, pValue, interval } = twoProportionTest(of(120, 1000), of(80, 1000));
    expect(difference).toBeCloseTo(0.04, 12);
    expect(z).toBeCloseTo(2.9814239699997187, 12);
    expect(pValue).toBeCloseTo(0.0028691127920766196, 12);
    expectInterval(interval, 0.013718313895640565, 0.0664494707100381, 12);
  });

  it('keeps the tail where it is tiny', () => {
    // statsmodels 0.15.0: proportions_ztest([2000, 1000], [10000, 10000])
    expect(twoProportionTest(of(2000, 10_000), of(1000, 10_000)).pValue / 2.807559107324101e-87).toBeCloseTo(1, 9);
  });

  it('changes sign and nothing else when the groups change places', () => {
    fc.assert(fc.property(proportions, proportions, (a, b) => {
      const there = twoProportionTest(a, b);
      const back = twoProportionTest(b, a);
      expect(back.pValue).toBeCloseTo(there.pValue, 12);
      expectInterval(back.interval, -there.interval.upper, -there.interval.lower, 12);
      expect(there.interval.lower).toBeLessThanOrEqual(there.difference);
      expect(there.interval.upper).toBeGreaterThanOrEqual(there.difference);
    }));
  });

  it('finds nothing where nobody or everybody converted, and refuses what is no proportion', () => {
    expect(twoProportionTest(of(0, 50), of(0, 60))).toMatchObject({ z: 0, pValue: 1 });
    expect(twoProportionTest(of(50, 50), of(60, 60))).toMatchObject({ z: 0, pValue: 1 });
    for (const bad of [of(3, 2), of(-1, 2), of(0, 0), of(0.5, 2)]) expect(() => twoProportionTest(bad, of(1, 2))).toThrow(RangeError);
    expect(() => twoProportionTest(of(1, 2), of(1, 2), { confidence: 1 })).toThrow(/confidence/);
  });
});

describe("Welch's test", () => {
  it('agrees with SciPy', () => {
    const a = Float64Array.of(27.5, 21, 19, 23.6, 17, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19, 21.7, 21.4);
    const b = Float64Array.of(27.1, 22, 20.8, 23.4, 23.4, 23.5, 25.8, 22, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5, 44);
    // SciPy 1.17.1: r = ttest_ind(a, b, equal_var=False); r.statistic, r.pvalue, r.df, r.confidence_interval(0.95)
    const result = welchTest(summariseSample(a), summariseSample(b));
    expect(result.t).toBeCloseTo(-2.4596505158730673, 12);
    expect(result.pValue).toBeCloseTo(0.023114068333726243, 12);
    expect(result.degreesOfFreedom).toBeCloseTo(20.049252546496444, 10);
    expectInterval(result.interval, -7.650469800086391, -0.6295301999136105, 10);
    // SciPy 1.17.1: ttest_ind_from_stats(52.1, 45, 50000, 50, 44.5, 48000, equal_var=False)
    const large = welchTest({ count: 50_000, mean: 52.1, variance: 45 ** 2 }, { count: 48_000, mean: 50, variance: 44.5 ** 2 });
    expect(large.t).toBeCloseTo(7.344488919415568, 12);
    expect(large.pValue / 2.081433068899856e-13).toBeCloseTo(1, 9);
  });

  it('weighs samples without spread', () => {
    const flat = { count: 5, mean: 2, variance: 0 };
    expect(welchTest(flat, flat)).toMatchObject({ t: 0, pValue: 1, difference: 0 });
    expect(welchTest({ ...flat, mean: 1 }, flat)).toMatchObject({ t: Number.NEGATIVE_INFINITY, pValue: 0, difference: -1 });
  });

  it('refuses samples too small or not finite', () => {
    expect(() => summariseSample(Float64Array.of(1))).toThrow(RangeError);
    expect(() => summariseSample(Float64Array.of(1, Number.NaN))).toThrow(/finite/);
    expect(() => welchTest({ count: 1, mean: 0, variance: 0 }, { count: 5, mean: 0, variance: 1 })).toThrow(RangeError);
  });
});

describe('the bootstrap', () => {
  const random = new SeededRandom(11);
  const skewed = (n: number, shift: number): Float64Array => Float64Array.from({ length: n }, () => Math.exp(random.normal()) + shift);
  const treatment = skewed(800, 0.3);
  const control = skewed(1000, 0);

  it('comes near the interval of theory where that holds', () => {
    const { difference, interval } = bootstrapDifference(treatment, control, { resamples: 4000 });
    const theory = welchTest(summariseSample(treatment), summariseSample(control));
    expect(difference).toBeCloseTo(theory.difference, 12);
    const width = theory.interval.upper - theory.interval.lower;
    expect(Math.abs(interval.lower - theory.interval.lower)).toBeLessThan(0.1 * width);
    expect(Math.abs(interval.upper - theory.interval.upper)).toBeLessThan(0.1 * width);
  });

  it('gives the same for the same seed, and a wider interval for more confidence', () => {
    const narrow = bootstrapDifference(treatment, control, { seed: 5, confidence: 0.8 });
    expect(bootstrapDifference(treatment, control, { seed: 5, confidence: 0.8 })).toEqual(narrow);
    const wide = bootstrapDifference(treatment, control, { seed: 5, confidence: 0.99 });
    expect(wide.interval.lower).toBeLessThan(narrow.interval.lower);
    expect(wide.interval.upper).toBeGreaterThan(narrow.interval.upper);
  });

  it('has no width without spread, and refuses an empty group', () => {
    expect(bootstrapDifference(Float64Array.of(3, 3), Float64Array.of(1))).toEqual({ difference: 2, interval: { lower: 2, upper: 2 } });
    expect(() => bootstrapDifference(new Float64Array(0), control)).toThrow(/empty/);
    expect(() => bootstrapDifference(treatment, control, { resamples: 10 })).toThrow(RangeError);
  });
});

describe('the test for a sample ratio mismatch', () => {
  it('agrees with SciPy, in the far tail too', () => {
    // SciPy 1.17.1: chisquare([821588, 815482]), chisquare([480, 330, 190], [500, 300, 200]), chi2.sf(400, 1)
    const two = sampleRatioMismatch([821_588, 815_482], [1, 1]);
    expect(two.chiSquare).toBeCloseTo(22.77436884189436, 9);
    expect(two.pValue / 1.8217928726191858e-6).toBeCloseTo(1, 9);
    const three = sampleRatioMismatch([480, 330, 190], [0.5, 0.3, 0.2]);
    expect(three.chiSquare).toBeCloseTo(4.3, 9);
    expect(three.pValue).toBeCloseTo(0.11648415777349701, 12);
    expect(three.degreesOfFreedom).toBe(2);
    expect(sampleRatioMismatch([6000, 4000], [1, 1]).pValue / 5.507248237212379e-89).toBeCloseTo(1, 9);
  });

  it('refuses arms without a plan', () => {
    expect(() => sampleRatioMismatch([1, 2], [1])).toThrow(RangeError);
    expect(() => sampleRatioMismatch([1, 2], [1, 0])).toThrow(/not positive/);
    expect(() => sampleRatioMismatch([0, 0], [1, 1])).toThrow(/no observations/);
    expect(() => sampleRatioMismatch([1, 1.5], [1, 1])).toThrow(RangeError);
  });
});

describe('the probability that the treatment is better', () => {
  it.each([
    // SciPy 1.17.1: integrate.quad of beta(s1 + 1, n1 - s1 + 1).pdf * beta(s0 + 1, n0 - s0 + 1).cdf
    [of(120, 1000), of(100, 1000), 0.9231834389735597],
    [of(3, 10), of(5, 12), 0.3001076860950328],
    [of(20_300, 200_000), of(20_000, 200_000), 0.9424739123601349],
    [of(0, 10), of(0, 10), 0.5],
  ])('of %j against %j agrees with numerical integration', (treatment, control, probability) => {
    expect(probabilityBetter(treatment, control)).toBeCloseTo(probability, 9);
  });

  it('and that the control is better make 1', () => {
    fc.assert(fc.property(proportions, proportions, (a, b) => {
      expect(probabilityBetter(a, b) + probabilityBetter(b, a)).toBeCloseTo(1, 10);
    }));
  });

  it('stays finite at the ends', () => {
    expect(probabilityBetter(of(100_000, 100_000), of(0, 100_000))).toBeCloseTo(1, 9);
    expect(probabilityBetter(of(0, 100_000), of(100_000, 100_000))).toBe(0);
  });
});

function expectInterval({ lower, upper }: { lower: number; upper: number }, expectedLower: number, expectedUpper: number, digits: number): void {
  expect(lower).toBeCloseTo(expectedLower, digits);
  expect(upper).toBeCloseTo(expectedUpper, digits);
}
