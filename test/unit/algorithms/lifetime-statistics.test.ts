import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kaplanMeier, medianSurvival, survivalRow } from '../../../algorithms/statistics/kaplan-meier.ts';
import { repeatRate } from '../../../algorithms/statistics/repeat-rate.ts';

describe('Kaplan and Meier', () => {
  // Remission times under 6-MP: Freireich et al., Blood 21 (1963)
  const durations = Float64Array.of(6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35);
  const happened = Uint8Array.of(1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0);

  it('agrees with statsmodels and lifelines on the remission times', () => {
    const curve = kaplanMeier(durations, happened);
    expect([...curve.times]).toEqual([6, 7, 10, 13, 16, 22, 23]);
    expect([...curve.atRisk]).toEqual([21, 17, 15, 12, 11, 7, 6]);
    // statsmodels 0.15.0: s = SurvfuncRight(T, E); s.surv_prob, s.surv_prob_se
    [0.8571428571428572, 0.8067226890756303, 0.7529411764705883, 0.6901960784313725, 0.6274509803921569, 0.5378151260504203, 0.44817927170868355].forEach((share, row) => expect(curve.survival[row]).toBeCloseTo(share, 12));
    [0.07636035483212125, 0.0869352851800572, 0.09634965299432052, 0.10681470777500983, 0.11405386525675254, 0.12823375169303403, 0.13459145675576048].forEach((error, row) => expect(Math.sqrt(curve.variance[row]!)).toBeCloseTo(error, 12));
    // lifelines 0.30.3: KaplanMeierFitter().fit(T, E).confidence_interval_, .median_survival_time_
    [[0.6197179552659838, 0.9515517476469969], [0.5631465646222333, 0.9228090192028802], [0.5031995107999564, 0.8893618351692651], [0.4316102224861839, 0.8490659633494505], [0.36751085598750194, 0.8049121894718411], [0.26777893676713493, 0.7467907176353943], [0.18805200595923233, 0.6801426284952412]].forEach(([lower, upper], row) => {
      expect(curve.lower[row]).toBeCloseTo(lower!, 12);
      expect(curve.upper[row]).toBeCloseTo(upper!, 12);
    });
    expect(medianSurvival(curve)).toBe(23);
  });

  it('is the plain share where nobody was lost from sight, and has no bounds once everybody is gone', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 60 }), (times) => {
      const curve = kaplanMeier(Float64Array.from(times), new Uint8Array(times.length).fill(1));
      curve.times.forEach((time, row) => expect(curve.survival[row]).toBeCloseTo(times.filter((other) => other > time).length / times.length, 10));
      expect(curve.lower.at(-1)).toBeNaN();
    }));
  });

  it('is read at any time', () => {
    const curve = kaplanMeier(durations, happened);
    expect([0, 6, 6.5, 23, 100].map((time) => survivalRow(curve, time))).toEqual([-1, 0, 0, 6, 6]);
    expect(medianSurvival(kaplanMeier(Float64Array.of(1, 2, 3), Uint8Array.of(1, 0, 0)))).toBeNaN();
  });

  it('refuses what is no time', () => {
    expect(() => kaplanMeier(Float64Array.of(-1), Uint8Array.of(1))).toThrow(RangeError);
    expect(() => kaplanMeier(Float64Array.of(Number.NaN, 1), Uint8Array.of(1, 1))).toThrow(RangeError);
    expect(() => kaplanMeier(new Float64Array(0), new Uint8Array(0))).toThrow(/nobody/);
    expect(() => kaplanMeier(Float64Array.of(1), Uint8Array.of(1, 0))).toThrow(RangeError);
  });
});

describe('the repeat rate', () => {
  it('counts buyers with a second order among buyers', () => {
    // statsmodels 0.15.0: proportion_confint(3, 5, method='wilson')
    const { buyers, repeaters, rate, interval } = repeatRate([0, 1, 2, 5, 1, 0, 2]);
    expect({ buyers, repeaters, rate }).toEqual({ buyers: 5, repeaters: 3, rate: 0.6 });
    expect(interval.lower).toBeCloseTo(0.2307242812760129, 12);
    expect(interval.upper).toBeCloseTo(0.8823792257673522, 12);
  });

  it('refuses a shop where nobody bought', () => {
    expect(() => repeatRate([0, 0])).toThrow(/nobody/);
    expect(() => repeatRate([1.5])).toThrow(RangeError);
  });
});
