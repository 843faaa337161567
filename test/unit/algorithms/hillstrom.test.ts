import { describe, expect, it } from 'vitest';
import { benjaminiHochberg, holm } from '../../../algorithms/statistics/adjusted-p-values.ts';
import { cuped } from '../../../algorithms/statistics/cuped.ts';
import type { Proportion } from '../../../algorithms/statistics/proportion.ts';
import { sampleRatioMismatch } from '../../../algorithms/statistics/sample-ratio-mismatch.ts';
import { twoProportionTest } from '../../../algorithms/statistics/two-proportion-test.ts';
import { summariseSample, welchTest } from '../../../algorithms/statistics/welch-test.ts';
import { readHillstrom, type HillstromCustomer } from './hillstrom.ts';

// The body of a block that is skipped runs all the same, so it must bear that the data are not there.
const found = readHillstrom();
const customers = found ?? [];
const sixFigures = (seen: number, expected: number): void => expect(Math.abs(seen / expected - 1), `${seen} is ${expected} to six figures`).toBeLessThan(5e-7);

describe.skipIf(found === undefined)("Hillstrom's experiment", () => {
  const by = (mail: HillstromCustomer['mail']): HillstromCustomer[] => customers.filter((customer) => customer.mail === mail);
  const arms = { mens: by('Mens E-Mail'), womens: by('Womens E-Mail'), none: by('No E-Mail') };
  const share = (group: readonly HillstromCustomer[], metric: 'visit' | 'conversion'): Proportion => ({ successes: group.reduce((sum, customer) => sum + customer[metric], 0), trials: group.length });
  const column = (group: readonly HillstromCustomer[], metric: 'spend' | 'history'): Float64Array => Float64Array.from(group, (customer) => customer[metric]);

  it('has the published counts, and arms of the planned sizes', () => {
    const rate = (group: readonly HillstromCustomer[]): string => (share(group, 'visit').successes / group.length).toFixed(4);
    expect([rate(arms.mens), rate(arms.womens), rate(arms.none)]).toEqual(['0.1828', '0.1514', '0.1062']);
    expect([arms.mens, arms.womens, arms.none].map((group) => share(group, 'conversion').successes)).toEqual([267, 189, 122]);
    // SciPy 1.17.1: chisquare([21307, 21387, 21306])
    const { chiSquare, pValue } = sampleRatioMismatch([21_307, 21_387, 21_306], [1, 1, 1]);
    sixFigures(chiSquare, 0.20253125);
    sixFigures(pValue, 0.9036929575604196);
  });

  // statsmodels 0.15.0: proportions_ztest([a, c], [na, nc]), confint_proportions_2indep(a, na, c, nc, method='newcomb')
  it.each([
    { arm: 'mens', metric: 'visit', difference: 0.07658956365153125, lower: 0.06995330808373154, upper: 0.08322674127411137, z: 22.48604082719282, pValue: 5.685165482802317e-112 },
    { arm: 'mens', metric: 'conversion', difference: 0.006805006519615695, lower: 0.005014344671481532, upper: 0.008640723396917826, z: 7.385114410925771, pValue: 1.5232235005955427e-13 },
    { arm: 'womens', metric: 'visit', difference: 0.045233106587052985, lower: 0.03889409535998813, upper: 0.051574342962213596, z: 13.949180655258505, pValue: 3.1824031593349214e-44 },
    { arm: 'womens', metric: 'conversion', difference: 0.003111057511085258, lower: 0.001501657131877008, upper: 0.004745471313672931, z: 3.77956095835785, pValue: 0.00015710512910668448 },
  ] as const)('$arm less none in $metric is as statsmodels has it', ({ arm, metric, difference, lower, upper, z, pValue }) => {
    const seen = twoProportionTest(share(arms[arm], metric), share(arms.none, metric));
    sixFigures(seen.difference, difference);
    sixFigures(seen.interval.lower, lower);
    sixFigures(seen.interval.upper, upper);
    sixFigures(seen.z, z);
    sixFigures(seen.pValue, pValue);
  });

  // SciPy 1.17.1: ttest_ind(a.spend, c.spend, equal_var=False), .confidence_interval(.95)
  it.each([
    { arm: 'mens', difference: 0.7698271558945368, lower: 0.4851397325684076, upper: 1.0545145792206658, t: 5.300140358411669, degrees: 36671.15797736051, pValue: 1.163814968225482e-7 },
    { arm: 'womens', difference: 0.4244122159365967, lower: 0.1689567898837787, upper: 0.6798676419894147, t: 3.256371576025392, degrees: 40064.88440653067, pValue: 0.0011293971023632495 },
  ] as const)('$arm less none in spend is as SciPy has it', ({ arm, difference, lower, upper, t, degrees, pValue }) => {
    const seen = welchTest(summariseSample(column(arms[arm], 'spend')), summariseSample(column(arms.none, 'spend')));
    sixFigures(seen.difference, difference);
    sixFigures(seen.interval.lower, lower);
    sixFigures(seen.interval.upper, upper);
    sixFigures(seen.t, t);
    sixFigures(seen.degreesOfFreedom, degrees);
    sixFigures(seen.pValue, pValue);
  });

  // SciPy 1.17.1: ttest_ind(a.spend - th * a.history, c.spend - th * c.history, equal_var=False), th the slope within the arms
  it.each([
    { arm: 'mens', theta: 0.0012172035835528888, lower: 0.48282397503295577, upper: 1.0520752635932582, pValue: 1.264785544674379e-7 },
    { arm: 'womens', theta: 0.0010319429009341644, lower: 0.16729827192926316, upper: 0.6781125336395123, pValue: 0.0011800623113945186 },
  ] as const)('$arm less none in spend, corrected by what was spent before, is as SciPy has it', ({ arm, theta, lower, upper, pValue }) => {
    const sample = (group: readonly HillstromCustomer[]) => ({ values: column(group, 'spend'), covariates: column(group, 'history') });
    const seen = cuped(sample(arms[arm]), sample(arms.none));
    sixFigures(seen.theta, theta);
    sixFigures(seen.interval.lower, lower);
    sixFigures(seen.interval.upper, upper);
    sixFigures(seen.pValue, pValue);
  });

  it('by history segment, with the p-values of seven tests corrected, is as statsmodels has it', () => {
    const segments = [...new Set(customers.map((customer) => customer.historySegment))].sort();
    const within = (group: readonly HillstromCustomer[], segment: string): Proportion => share(group.filter((customer) => customer.historySegment === segment), 'conversion');
    const pValues = segments.map((segment) => twoProportionTest(within(arms.mens, segment), within(arms.none, segment)).pValue);
    // statsmodels 0.15.0: multipletests([proportions_ztest(…)[1] for each segment], method='holm' and 'fdr_bh')
    [0.00015589461902370698, 0.003458857301556881, 0.00027744163246441403, 0.022277746698869266, 0.014640830369248558, 0.003398796192891347, 0.3178188284221223].forEach((expected, place) => sixFigures(pValues[place]!, expected));
    [0.0010912623331659488, 0.016993980964456736, 0.0016646497947864843, 0.04455549339773853, 0.043922491107745674, 0.016993980964456736, 0.3178188284221223].forEach((expected, place) => sixFigures(holm(pValues)[place]!, expected));
    [0.0009710457136254491, 0.006053000277724542, 0.0009710457136254491, 0.025990704482014144, 0.02049716251694798, 0.006053000277724542, 0.3178188284221223].forEach((expected, place) => sixFigures(benjaminiHochberg(pValues)[place]!, expected));
  });
});
