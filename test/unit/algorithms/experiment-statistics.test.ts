import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';
import { benjaminiHochberg, holm } from '../../../algorithms/statistics/adjusted-p-values.ts';
import { betaBinomial } from '../../../algorithms/statistics/beta-binomial.ts';
import { confidenceSequence, tightestMixture } from '../../../algorithms/statistics/confidence-sequence.ts';
import { cuped } from '../../../algorithms/statistics/cuped.ts';
import { mixtureSprt } from '../../../algorithms/statistics/mixture-sprt.ts';
import { newcombeInterval } from '../../../algorithms/statistics/newcombe-interval.ts';
import { normalPosterior } from '../../../algorithms/statistics/normal-posterior.ts';
import { ratioMetric } from '../../../algorithms/statistics/ratio-metric.ts';
import { scoreEstimate } from '../../../algorithms/statistics/score-estimate.ts';
import { shrinkEffects } from '../../../algorithms/statistics/shrink-effects.ts';
import { detectableMeans, detectableShares, powerOfMeans, powerOfShares, sampleSizeOfMeans, sampleSizeOfShares } from '../../../algorithms/statistics/test-power.ts';
import { welchBootstrap } from '../../../algorithms/statistics/welch-bootstrap.ts';
import { summariseSample, welchTest } from '../../../algorithms/statistics/welch-test.ts';
import { madeMatrix, madeNumber } from './made-numbers.ts';

const close = (seen: number, expected: number): void => expect(seen / expected).toBeCloseTo(1, 9);

describe('the beta posterior', () => {
  it('agrees with SciPy', () => {
    // SciPy 1.17.1: d = beta(121, 881): d.mean(), d.ppf(.025), d.ppf(.975); beta(1, 21).ppf; beta(3.5, 9.25).ppf(.05), .ppf(.95)
    const { mean, interval } = betaBinomial({ successes: 120, trials: 1000 });
    close(mean, 0.12075848303393213);
    close(interval.lower, 0.10132341964422845);
    close(interval.upper, 0.1416269997488508);
    const none = betaBinomial({ successes: 0, trials: 20 }).interval;
    close(none.lower, 0.0012048834483635127);
    close(none.upper, 0.16109761521907956);
    const informed = betaBinomial({ successes: 3, trials: 12 }, { prior: { alpha: 0.5, beta: 0.25 }, confidence: 0.9 }).interval;
    close(informed.lower, 0.09855577824398469);
    close(informed.upper, 0.49200109039363166);
  });

  it('refuses an improper prior', () => expect(() => betaBinomial({ successes: 1, trials: 2 }, { prior: { alpha: 0, beta: 1 } })).toThrow(RangeError));
});

describe('the normal posterior', () => {
  it('agrees with the formulas of conjugate priors', () => {
    // SciPy 1.17.1: pv = 1 / (1 / .0004 + 1 / .0009); pm = pv * .03 / .0004; norm.interval(.95, pm, pv ** .5); norm.sf(0, pm, pv ** .5)
    const posterior = normalPosterior({ difference: 0.03, variance: 0.0004 }, { variance: 0.0009 });
    close(posterior.mean, 0.02076923076923077);
    close(posterior.variance, 0.0002769230769230769);
    close(posterior.interval.lower, -0.011846541435331724);
    close(posterior.interval.upper, 0.05338500297379326);
    close(posterior.probabilityPositive, 0.8939982845385871);
  });

  it('lies between the estimate and the prior, and is never less certain than the estimate', () => {
    fc.assert(fc.property(fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: 1e-6, max: 10, noNaN: true }), fc.double({ min: 1e-6, max: 10, noNaN: true }), (difference, variance, prior) => {
      const posterior = normalPosterior({ difference, variance }, { variance: prior });
      expect(Math.abs(posterior.mean)).toBeLessThanOrEqual(Math.abs(difference) + 1e-12);
      expect(posterior.variance).toBeLessThanOrEqual(variance + 1e-12);
    }));
  });
});

describe('effects of several segments together', () => {
  const estimates = [0.02, 0.05, -0.01, 0.08, 0.03].map((difference, place) => ({ difference, variance: [0.0004, 0.0003, 0.0005, 0.0006, 0.0002][place]! }));

  it('agree with the random-effects model of statsmodels', () => {
    // statsmodels 0.15.0: combine_effects(eff, var, method_re='dl'): tau2, mean_effect_re, q
    const { mean, between, heterogeneity, groups } = shrinkEffects(estimates);
    close(between, 0.0004329310344827589);
    close(mean, 0.03336499151510155);
    close(heterogeneity, 8.81034482758621);
    groups.forEach((group, place) => expect(Math.abs(group.mean - mean)).toBeLessThan(Math.abs(estimates[place]!.difference - mean)));
  });

  it('are one effect where they differ by chance only', () => {
    const { between, groups, mean } = shrinkEffects(estimates.map((estimate) => ({ ...estimate, variance: estimate.variance * 10 })));
    expect(between).toBe(0);
    for (const group of groups) expect(group.mean).toBeCloseTo(mean, 12);
  });
});

describe('CUPED', () => {
  const covariatesT = Float64Array.from({ length: 300 }, (_, row) => madeNumber(row) * 50);
  const covariatesC = Float64Array.from({ length: 400 }, (_, row) => madeNumber(10_000 + row) * 50);
  const treatment = { covariates: covariatesT, values: covariatesT.map((x, row) => 0.8 * x + madeNumber(20_000 + row) * 40 + 3) };
  const control = { covariates: covariatesC, values: covariatesC.map((x, row) => 0.8 * x + madeNumber(30_000 + row) * 40) };

  it('agrees with NumPy and SciPy', () => {
    // NumPy 2.4.6, SciPy 1.17.1: theta = within-arm sum of cross products / of squares; ttest_ind(yT - theta * (xT - m), yC - theta * (xC - m), equal_var=False)
    const result = cuped(treatment, control);
    close(result.theta, 0.7776205063567775);
    close(result.difference, 3.96942687351342);
    close(result.interval.lower, 2.238527489007369);
    close(result.interval.upper, 5.700326258019471);
    close(result.pValue, 7.946782620031743e-6);
    close(result.t, 4.5031973452455665);
    close(result.varianceReduction, 0.4927713961520832);
  });

  it('changes nothing where the covariate says nothing, whatever its unit', () => {
    const flat = { values: treatment.values, covariates: new Float64Array(300).fill(7) };
    const result = cuped(flat, { values: control.values, covariates: new Float64Array(400).fill(7) });
    expect(result.difference).toBeCloseTo(welchTest(summariseSample(treatment.values), summariseSample(control.values)).difference, 12);
    const cents = (sample: typeof treatment) => ({ values: sample.values, covariates: sample.covariates.map((x) => x * 100) });
    expect(cuped(cents(treatment), cents(control)).difference).toBeCloseTo(cuped(treatment, control).difference, 9);
  });

  it('refuses covariates that are not one a value', () => expect(() => cuped({ values: treatment.values, covariates: covariatesC }, control)).toThrow(/covariates/));
});

describe('a ratio by the delta method', () => {
  const numerators = Float64Array.from({ length: 250 }, (_, row) => Math.floor(madeNumber(40_000 + row) * 5));
  const denominators = Float64Array.from({ length: 250 }, (_, row) => 1 + Math.floor(madeNumber(50_000 + row) * 6));

  it('agrees with the formula in NumPy', () => {
    // NumPy 2.4.6: R = n.sum() / d.sum(); c = np.cov(n, d); (c[0,0] - 2*R*c[0,1] + R*R*c[1,1]) / d.mean()**2 / 250
    const { ratio, variance, linearised } = ratioMetric(numerators, denominators);
    close(ratio, 0.5708154506437768);
    close(variance, 0.0009714437377277286);
    const { mean, variance: spread } = summariseSample(linearised);
    close(mean, ratio);
    close(spread / 250, variance);
  });

  it('is the mean where every denominator is 1', () => {
    const { ratio, variance } = ratioMetric(numerators, new Float64Array(250).fill(1));
    const summary = summariseSample(numerators);
    close(ratio, summary.mean);
    close(variance, summary.variance / 250);
  });

  it('refuses denominators that sum to nothing', () => expect(() => ratioMetric(Float64Array.of(1, 2), Float64Array.of(0, 0))).toThrow(/denominators/));
});

describe('always-valid inference', () => {
  const estimate = { difference: 0.031, variance: 0.00012 };
  const mixtureVariance = 0.0004;

  it('agrees with numerical integration over the mixture', () => {
    // SciPy 1.17.1: quad of exp(norm.logpdf(d, th, v ** .5) - norm.logpdf(d, 0, v ** .5)) * norm.pdf(th, 0, t2 ** .5)
    const { likelihoodRatio, pValue } = mixtureSprt(estimate, { mixtureVariance });
    close(likelihoodRatio, 10.453738553337061);
    close(pValue, 0.09565955709508138);
    // SciPy 1.17.1: brentq of the same integral against th0 being 20
    const { lower, upper } = confidenceSequence(estimate, { mixtureVariance });
    close(lower, -0.00310889989547774);
    close(upper, 0.06510889989547775);
  });

  it('has 0 outside the sequence exactly where the p-value is small', () => {
    fc.assert(fc.property(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: 1e-4, max: 1, noNaN: true }), fc.double({ min: 1e-4, max: 1, noNaN: true }), fc.double({ min: 0.5, max: 0.99, noNaN: true }), (difference, variance, mixture, confidence) => {
      const { lower, upper } = confidenceSequence({ difference, variance }, { mixtureVariance: mixture, confidence });
      const { pValue } = mixtureSprt({ difference, variance }, { mixtureVariance: mixture });
      const margin = Math.min(Math.abs(lower), Math.abs(upper));
      if (margin > 1e-9) expect(lower > 0 || upper < 0).toBe(pValue < 1 - confidence);
    }));
  });

  it('is wider than an interval for one look, and tightest near the planned sample', () => {
    const width = (mixture: number): number => {
      const { lower, upper } = confidenceSequence(estimate, { mixtureVariance: mixture });
      return upper - lower;
    };
    const best = tightestMixture(estimate.variance);
    expect(width(best)).toBeGreaterThan(2 * 1.96 * Math.sqrt(estimate.variance));
    const others = [0.25, 0.5, 2, 4].map((factor) => width(best * factor));
    // The formula is an approximation: within half a percent of the best of a fine grid.
    const finest = Math.min(...Array.from({ length: 400 }, (_, step) => width(best * 1.01 ** (step - 200))));
    expect(width(best)).toBeLessThan(finest * 1.005);
    for (const other of others) expect(other).toBeGreaterThan(width(best));
  });

  it('knows nothing of shares of 0 and 1, and the log odds of others', () => {
    expect(mixtureSprt(scoreEstimate({ successes: 0, trials: 50 }, { successes: 0, trials: 50 }), { mixtureVariance: 0.1 }).pValue).toBe(1);
    const { difference, variance } = scoreEstimate({ successes: 110, trials: 1000 }, { successes: 100, trials: 1000 });
    expect(difference).toBeCloseTo(Math.log((110 / 890) / (100 / 900)), 3);
    expect(difference / Math.sqrt(variance)).toBeCloseTo(0.7294219615409074, 12); // statsmodels 0.15.0: proportions_ztest([110, 100], [1000, 1000])[0]
  });
});

describe('p-values of several tests', () => {
  const pValues = [0.01, 0.04, 0.03, 0.005, 0.2, 0.04];

  it('agree with statsmodels', () => {
    // statsmodels 0.15.0: multipletests(p, method='holm')[1], multipletests(p, method='fdr_bh')[1]
    [0.05, 0.12, 0.12, 0.03, 0.2, 0.12].forEach((expected, place) => expect(holm(pValues)[place]).toBeCloseTo(expected, 12));
    [0.03, 0.048, 0.048, 0.03, 0.2, 0.048].forEach((expected, place) => expect(benjaminiHochberg(pValues)[place]).toBeCloseTo(expected, 12));
  });

  it('only grow, keep their order, and Holm is never kinder than Benjamini and Hochberg', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (given) => {
      const [strict, kind] = [holm(given), benjaminiHochberg(given)];
      given.forEach((pValue, place) => {
        expect(kind[place]!).toBeGreaterThanOrEqual(pValue);
        expect(strict[place]!).toBeGreaterThanOrEqual(kind[place]! - 1e-12);
        given.forEach((other, at) => { if (other < pValue) expect(strict[at]!).toBeLessThanOrEqual(strict[place]!); });
      });
    }));
    expect(() => holm([1.1])).toThrow(RangeError);
  });
});

describe('planning', () => {
  it('of shares agrees with statsmodels', () => {
    // statsmodels 0.15.0: power_proportions_2indep(.02, .10, nobs1=500, ratio=1, alpha=.05)
    close(powerOfShares(0.02, 500, { controlShare: 0.1 }), 0.17259041374484188);
    // statsmodels 0.15.0: power_proportions_2indep(.02, .10, nobs1=3000, ratio=3, alpha=.05): there the larger arm is the control
    close(powerOfShares(0.02, 9000, { controlShare: 0.1, ratio: 1 / 3 }), 0.8623123731642224);
    // statsmodels 0.15.0: samplesize_proportions_2indep_onetail(.02, .10, .8, ratio=1, alpha=.025, alternative='smaller'), and of -.02
    close(sampleSizeOfShares(0.02, 0.8, { controlShare: 0.1 }), 3840.8474824362734);
    close(sampleSizeOfShares(-0.02, 0.8, { controlShare: 0.1 }), 3212.937062496111);
  });

  it('of means agrees with statsmodels', () => {
    // statsmodels 0.15.0: NormalIndPower().power(effect_size=.1, nobs1=1000, alpha=.05, ratio=.5)
    const comparison = { deviation: 1, ratio: 0.5 };
    close(powerOfMeans(0.1, 1000, comparison), 0.4466901014753237);
    // statsmodels 0.15.0: normal_sample_size_one_tail(.1, .8, .025, std_null=3 ** .5, std_alternative=3 ** .5)
    close(sampleSizeOfMeans(0.1, 0.8, comparison), 2354.6639203047275);
    // statsmodels 0.15.0: NormalIndPower().solve_power(nobs1=1000, power=.8, alpha=.05, ratio=.5), which counts the far tail too
    expect(detectableMeans(1000, 0.8, comparison)).toBeCloseTo(0.1534489439529215, 6);
  });

  it('finds the smallest difference again, and more power with more customers', () => {
    fc.assert(fc.property(fc.double({ min: 0.01, max: 0.6, noNaN: true }), fc.integer({ min: 300, max: 100_000 }), fc.double({ min: 0.3, max: 4, noNaN: true }), (controlShare, count, ratio) => {
      const comparison = { controlShare, ratio };
      const difference = detectableShares(count, 0.8, comparison);
      expect(sampleSizeOfShares(difference, 0.8, comparison) / count).toBeCloseTo(1, 5);
      expect(powerOfShares(difference, count * 2, comparison)).toBeGreaterThan(0.8);
    }));
    expect(() => sampleSizeOfMeans(0, 0.8, { deviation: 1 })).toThrow(RangeError);
    expect(() => powerOfShares(0.2, 10, { controlShare: 0.9 })).toThrow(RangeError);
  });
});

describe('the bootstrapped Welch test', () => {
  const random = new SeededRandom(3);
  const skewed = (n: number, shift: number): Float64Array => Float64Array.from({ length: n }, () => Math.exp(1.5 * random.normal()) + shift);

  it('comes near theory where that holds, and is the same for the same seed', () => {
    const [one, other] = [madeMatrix(400, 1, 0), madeMatrix(500, 1, 5000)];
    const seen = welchBootstrap(one, other, { resamples: 4000 });
    const theory = welchTest(summariseSample(one), summariseSample(other));
    const width = theory.interval.upper - theory.interval.lower;
    expect(Math.abs(seen.interval.lower - theory.interval.lower)).toBeLessThan(0.06 * width);
    expect(Math.abs(seen.interval.upper - theory.interval.upper)).toBeLessThan(0.06 * width);
    expect(Math.abs(seen.pValue - theory.pValue)).toBeLessThan(0.04);
    expect(welchBootstrap(one, other, { resamples: 4000 })).toEqual(seen);
  });

  it('reaches further to the side of the long tail', () => {
    const { interval, difference } = welchBootstrap(skewed(60, 1), Float64Array.from({ length: 60 }, (_, row) => row % 2));
    expect(interval.upper - difference).toBeGreaterThan(difference - interval.lower);
  });

  it('is the plain test without spread', () => {
    expect(welchBootstrap(Float64Array.of(3, 3), Float64Array.of(1, 1))).toMatchObject({ difference: 2, interval: { lower: 2, upper: 2 }, pValue: 0 });
  });
});

it("Newcombe's interval agrees with statsmodels at another confidence", () => {
  // statsmodels 0.15.0: confint_proportions_2indep(18, 200, 9, 150, method='newcomb', alpha=.1)
  const { lower, upper } = newcombeInterval({ successes: 18, trials: 200 }, { successes: 9, trials: 150 }, 0.9);
  close(lower, -0.019139316727952896);
  close(upper, 0.07618428776896825);
});
