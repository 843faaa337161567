import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';
import { backtest, rollingOrigins } from '../../../algorithms/forecast/backtest.ts';
import { conformalHalfWidths } from '../../../algorithms/forecast/conformal-half-widths.ts';
import { ETS } from '../../../algorithms/forecast/ets.ts';
import { runEts } from '../../../algorithms/forecast/ets-recursion.ts';
import { forecastMany } from '../../../algorithms/forecast/forecast-many.ts';
import { forecastSeries } from '../../../algorithms/forecast/forecast-series.ts';
import { HarmonicRegression } from '../../../algorithms/forecast/harmonic-regression.ts';
import { Croston, TSB } from '../../../algorithms/forecast/intermittent.ts';
import { mase, naiveScale } from '../../../algorithms/forecast/mase.ts';
import { decomposeSeasons, MSTL } from '../../../algorithms/forecast/mstl.ts';
import { nelderMead } from '../../../algorithms/forecast/nelder-mead.ts';
import { openProphet } from '../../../algorithms/forecast/prophet.ts';
import { SeasonalNaive } from '../../../algorithms/forecast/seasonal-naive.ts';
import { stl } from '../../../algorithms/forecast/stl.ts';

/** The same in Python: t = np.arange(84); np.round(100 + .5 * t + 15 * np.sin(2 * np.pi * t / 7) + ((t * 37) % 23) - 11, 3) */
const sawtooth = Float64Array.from({ length: 84 }, (_, t) => Math.round((100 + 0.5 * t + 15 * Math.sin((2 * Math.PI * t) / 7) + ((t * 37) % 23) - 11) * 1000) / 1000);

const ahead = (forecaster: { fit(series: Float64Array): { predictFrom(series: Float64Array, origins: readonly number[], horizon: number): Float64Array } }, series: Float64Array, horizon: number): number[] =>
  [...forecaster.fit(series).predictFrom(series, [series.length], horizon)];

describe('exponential smoothing', () => {
  // statsforecast 2.1.1: f = ets_f(y, m=7, model=model, damped=damped); -2 * f['loglik']; forecast_ets(f, h=3)['mean']
  it.each([
    ['ANN', 810.528339770157, [136.68892431, 136.68892431, 136.68892431]],
    ['ANA', 713.749647026561, [139.84406037, 154.06727651, 153.73336049]],
    ['AAdA', 691.209266358348, [140.28263844, 154.9296548, 155.13675126]],
    ['MNM', 719.616514823458, [140.12965321, 157.46416869, 156.66963877]],
    ['MAdM', 697.402630973368, [139.48864749, 157.40051704, 157.40232116]],
  ])('%s reaches the likelihood that statsforecast finds, and says about the same', (model, theirs, means) => {
    const ets = new ETS({ period: 7, models: [model], maxEvaluations: 400 });
    const forecasts = ahead(ets, sawtooth, 3);
    expect(ets.deviance).toBeLessThan(theirs + 1.5);
    forecasts.forEach((forecast, step) => expect(Math.abs(forecast - means[step]!)).toBeLessThan(3));
  });

  it('is the textbook recursion: simple smoothing by hand', () => {
    const state = { level: 10, growth: 0, season: new Float64Array(0) };
    const { squares } = runEts(Float64Array.of(12, 8), 0, 2, { error: 'A', trend: 'N', season: 'N' }, { alpha: 0.5, beta: 0, gamma: 0, phi: 1 }, state);
    // errors 2 and 8 - 11 = -3
    expect(squares).toBe(13);
    expect(state.level).toBe(9.5);
  });

  it('says the same from the end of a series whether it goes there at once or by steps', () => {
    const ets = new ETS({ period: 7 }).fit(sawtooth.subarray(0, 60));
    const steps = ets.predictFrom(sawtooth, [60, 65, 84], 5);
    expect([...steps.subarray(10)]).toEqual([...ets.predictFrom(sawtooth, [84], 5)]);
  });

  it('takes a season where there is one and none where there is none', () => {
    const random = new SeededRandom(5);
    const flat = Float64Array.from({ length: 200 }, () => 50 + random.normal());
    expect(new ETS({ period: 7 }).fit(flat).name).toBe('ETS(A,N,N)');
    expect(new ETS({ period: 7 }).fit(sawtooth).name).not.toContain(',N)');
  });

  it('keeps a constant series constant', () => {
    expect(ahead(new ETS({ period: 7 }), new Float64Array(50).fill(7), 3)).toEqual([7, 7, 7]);
  });

  it('refuses models it does not know, short series and what is not finite', () => {
    expect(() => new ETS({ models: ['XYZ'] })).toThrow(RangeError);
    expect(() => new ETS().fit(Float64Array.of(1, 2))).toThrow(RangeError);
    expect(() => new ETS().fit(Float64Array.of(1, 2, Number.NaN, 4))).toThrow(RangeError);
    expect(() => new ETS().predictFrom(sawtooth, [84], 1)).toThrow(TypeError);
    expect(() => new ETS().fit(sawtooth).predictFrom(sawtooth, [80], 1)).toThrow(RangeError);
  });
});

describe('decomposition', () => {
  // statsmodels 0.15.0: STL(y, period=7, seasonal=11, seasonal_deg=0).fit(), whose defaults are five inner iterations and no jumps
  it('is that of statsmodels without jumps', () => {
    const { seasonal, trend } = stl(sawtooth, { period: 7, seasonal: 11, seasonalDegree: 0, innerIterations: 5, jump: 1 });
    [-2.2437300562423657, 13.62678824992581, -14.347554356018414, -13.145315209637944].forEach((value, place) => expect(seasonal[[0, 1, 40, 83][place]!]).toBeCloseTo(value, 8));
    [96.61253740671413, 97.6634636561293, 121.42201778931168, 144.87247722704853].forEach((value, place) => expect(trend[[0, 1, 40, 83][place]!]).toBeCloseTo(value, 8));
  });

  // STL(y, period=7).fit(inner_iter=2, outer_iter=0)
  it('is that of statsmodels with lines instead of means', () => {
    const { seasonal, trend } = stl(sawtooth, { period: 7, jump: 1 });
    [-6.301330756497307, 16.44275202110945, -15.268697786988186, -16.592781511315682].forEach((value, place) => expect(seasonal[[0, 1, 40, 83][place]!]).toBeCloseTo(value, 8));
    [97.29196501057024, 98.17055145571958, 121.33650414487195, 145.44455917524485].forEach((value, place) => expect(trend[[0, 1, 40, 83][place]!]).toBeCloseTo(value, 8));
  });

  // STL(y, period=7, seasonal=11, seasonal_deg=0, seasonal_jump=2, trend_jump=2, low_pass_jump=2).fit(inner_iter=2, outer_iter=0)
  it('is that of statsmodels with jumps', () => {
    const { seasonal, trend } = stl(sawtooth, { period: 7, seasonal: 11, seasonalDegree: 0, jump: 2 });
    [-2.373925313811803, 13.657223567438422, -14.86416841772713, -13.076893399536786].forEach((value, place) => expect(seasonal[[0, 1, 40, 83][place]!]).toBeCloseTo(value, 8));
    [96.65548355882316, 97.68946325928448, 121.42390628586215, 144.82068939713824].forEach((value, place) => expect(trend[[0, 1, 40, 83][place]!]).toBeCloseTo(value, 8));
  });

  // statsforecast 2.1.1: mstl(y, [7, 28])
  it('of two seasons is that of statsforecast', () => {
    const { seasonal, trend, remainder } = decomposeSeasons(sawtooth, { periods: [28, 7], stl: { seasonalDegree: 0, innerIterations: 5, jump: 1 } });
    const at = (column: Float64Array): number[] => [column[0]!, column[40]!, column[83]!];
    [-1.3128544334847105, -14.872398944652126, -12.37284694411303].forEach((value, place) => expect(at(seasonal[0]!)[place]).toBeCloseTo(value, 8));
    [-8.860478896160238, -2.7307003003191497, -0.7124128650761216].forEach((value, place) => expect(at(seasonal[1]!)[place]).toBeCloseTo(value, 8));
    [99.21196027871721, 119.89192724137168, 141.9438177689783].forEach((value, place) => expect(at(trend)[place]).toBeCloseTo(value, 8));
    [-0.038626949072266825, 0.08717200359960486, 1.9144420402108437].forEach((value, place) => expect(at(remainder)[place]).toBeCloseTo(value, 8));
  });

  it('loses nothing: seasons, trend and remainder are the series', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 30, maxLength: 90 }), (values) => {
      const series = Float64Array.from(values);
      const { seasonal, trend, remainder } = decomposeSeasons(series, { periods: [5, 14] });
      series.forEach((value, t) => expect(seasonal[0]![t]! + seasonal[1]![t]! + trend[t]! + remainder[t]!).toBeCloseTo(value, 6));
    }), { numRuns: 30 });
  });

  it('goes on with the last cycle', () => {
    const series = Float64Array.from({ length: 70 }, (_, t) => 20 + [5, -5, 0, 3, -3, 1, -1][t % 7]!);
    ahead(new MSTL({ periods: [7] }), series, 7).forEach((forecast, step) => expect(forecast).toBeCloseTo(series[step]!, 3));
  });
});

describe('harmonic regression', () => {
  it('finds waves, weekdays and the effect of a mark it was told of, and goes on with them', () => {
    const promotion = Float64Array.from({ length: 760 }, (_, t) => (t % 50 < 4 ? 1 : 0));
    const truth = Float64Array.from({ length: 760 }, (_, t) => 40 + 10 * Math.sin((2 * Math.PI * t) / 365.25) + [6, 0, 0, 0, 2, 0, 0][t % 7]! + 15 * promotion[t]!);
    const model = new HarmonicRegression({ longPeriod: 365.25, period: 7, regressors: [promotion] });
    const forecasts = ahead(model, truth.subarray(0, 730), 30);
    expect(model.effects[0]).toBeCloseTo(15, 1);
    forecasts.forEach((forecast, step) => expect(Math.abs(forecast - truth[730 + step]!)).toBeLessThan(0.5));
  });

  it('counts a mark that is not told beyond the end as absent', () => {
    const marks = Float64Array.from({ length: 100 }, (_, t) => (t >= 95 ? 1 : 0));
    const series = Float64Array.from({ length: 100 }, (_, t) => 10 + 20 * marks[t]!);
    expect(ahead(new HarmonicRegression({ longPeriod: 365.25, harmonics: [0], regressors: [marks] }), series, 2)[0]).toBeLessThan(15);
  });
});

describe('Prophet', () => {
  const promotion = Float64Array.from({ length: 440 }, (_, t) => (t % 50 < 4 ? 1 : 0));
  const truth = Float64Array.from({ length: 440 }, (_, t) => 40 + 0.05 * t + [6, 0, 0, 0, 2, 0, 0][t % 7]! + 15 * promotion[t]! + ((t * 37) % 11) / 5);

  it('finds trend, weekdays and the effect of a promotion, from any later origin', async () => {
    const model = (await openProphet())({ yearly: false, weekly: true, regressors: [promotion] });
    const [known, later] = [model.fit(truth.subarray(0, 400)).predictFrom(truth, [400], 28), model.predictFrom(truth, [400, 410], 10)];
    known.forEach((forecast, step) => expect(Math.abs(forecast - truth[400 + step]!)).toBeLessThan(3));
    later.subarray(10).forEach((forecast, step) => expect(forecast).toBeCloseTo(known[10 + step]!, 6));
    expect(() => model.predictFrom(truth, [399], 1)).toThrow(RangeError);
  });

  it('competes where it is asked to, and says the same whatever else is forecast beside it', async () => {
    const options = { horizon: 14, period: 7, longPeriod: 365.25, level: 0.95, origins: 4, step: 7, regressors: [promotion], prophet: true };
    const [one, ...others] = await forecastMany([truth, truth.map((value) => value * 2), truth].map((series) => ({ series: series.slice(0, 400), options })), { threads: 2 });
    expect(one!.tried.map(({ model }) => model)).toContain('Prophet');
    expect(others[1]).toEqual(one);
    expect(() => forecastSeries(truth.subarray(0, 400), options)).toThrow(TypeError);
  });
});

describe('intermittent demand', () => {
  const rare = Float64Array.of(0, 0, 3, 0, 0, 0, 2, 0, 5, 0, 0, 1, 0, 0, 0, 0, 4, 0, 2, 0);

  // Intervals 3, 4, 2, 3, 5, 2 and sizes 3, 2, 5, 1, 4, 2, as Syntetos and Boylan's form of Croston's method has them.
  it('Croston smooths sizes and intervals apart', () => {
    const croston = new Croston();
    const [forecast] = ahead(croston, rare, 1);
    const smooth = (values: readonly number[]): number => values.slice(1).reduce((level, value) => level + croston.alpha * (value - level), values[0]!);
    expect(forecast).toBeCloseTo(((1 - croston.alpha / 2) * smooth([3, 2, 5, 1, 4, 2])) / smooth([3, 4, 2, 3, 5, 2]), 12);
  });

  it('of a product that no longer sells falls by TSB and stays by Croston', () => {
    const gone = Float64Array.from([...rare, ...new Float64Array(200)]);
    const [tsb, croston] = [new TSB().fit(rare), new Croston().fit(rare)].map((model) => model.predictFrom(gone, [20, 220], 1));
    expect(tsb![1]).toBeLessThan(tsb![0]!);
    expect(croston![1]).toBe(croston![0]);
  });

  it('gives a rate between nothing and the largest sale', () => {
    fc.assert(fc.property(fc.array(fc.nat(9), { minLength: 4, maxLength: 60 }), (values) => {
      const series = Float64Array.from(values);
      for (const model of [new Croston(), new TSB()]) {
        const [rate] = ahead(model, series, 1);
        expect(rate).toBeGreaterThanOrEqual(0);
        expect(rate).toBeLessThanOrEqual(Math.max(...values));
      }
    }), { numRuns: 50 });
  });
});

describe('accuracy', () => {
  it('is scaled by the seasonal naive forecast inside the series', () => {
    expect(naiveScale(Float64Array.of(1, 2, 4, 3), 1)).toBeCloseTo(4 / 3, 12);
    expect(mase(Float64Array.of(10, 12), Float64Array.of(11, 10), 2)).toBe(0.75);
    expect(() => mase(Float64Array.of(1), Float64Array.of(1), 0)).toThrow(RangeError);
    expect(naiveScale(Float64Array.of(1), 1)).toBeNaN();
  });

  it('is judged at origins whose whole horizon is known, the last one as late as can be', () => {
    expect(rollingOrigins(100, { horizon: 10, origins: 3, step: 7, least: 20 })).toEqual([76, 83, 90]);
    expect(rollingOrigins(30, { horizon: 10, origins: 3, step: 7, least: 14 })).toEqual([20]);
    expect(rollingOrigins(20, { horizon: 10, origins: 3, step: 7, least: 14 })).toEqual([]);
  });

  it('of a backtest knows nothing behind an origin', () => {
    const changed = sawtooth.map((value, t) => (t >= 70 ? value * 3 : value));
    const [before, after] = [sawtooth, changed].map((series) => backtest(new ETS({ period: 7 }), series, [50, 70], 10));
    before!.subarray(0, 10).forEach((error, step) => expect(after![step]).toBe(error));
    before!.subarray(10).forEach((error, step) => expect(after![10 + step]! - error).toBeCloseTo(2 * sawtooth[70 + step]!, 8));
  });
});

describe('intervals', () => {
  it('hold the share they were made to hold, among the errors they were made of', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 80, maxLength: 80 }), (values) => {
      const errors = Float64Array.from(values);
      const widths = conformalHalfWidths(errors, 4, { level: 0.9, pool: 2 });
      const held = errors.filter((error, place) => Math.abs(error) <= widths[place % 4]!).length;
      expect(held / 80).toBeGreaterThanOrEqual(0.9);
      expect([...widths]).toEqual([...widths].sort((a, b) => a - b));
    }), { numRuns: 50 });
  });

  it('hold 88 to 96 of 100 days to come at 95, over made series of every kind', async () => {
    const random = new SeededRandom(3);
    const tasks = Array.from({ length: 60 }, (_, row) => {
      const days = Float64Array.from({ length: 430 }, (__, t) => (row % 6 === 5 ? (random.uniform() < 0.2 ? 1 + random.integer(4) : 0) : Math.max(0, Math.round(30 + 8 * Math.sin((2 * Math.PI * (t + row)) / 7) + 5 * random.normal()))));
      return { days, series: days.slice(0, 402), options: { horizon: 28, period: 7, longPeriod: 365.25, level: 0.95, origins: 12, step: 7 } };
    });
    const [alone, together] = [await forecastMany(tasks), await forecastMany(tasks.map(({ series, options }) => ({ series, options })), { threads: 2 })];
    expect(together).toEqual(alone);
    let held = 0;
    alone.forEach(({ points, halfWidths }, row) => points.forEach((point, step) => { if (Math.abs(tasks[row]!.days[402 + step]! - point) <= halfWidths[step]!) held++; }));
    expect(held / (60 * 28)).toBeGreaterThan(0.88);
    expect(held / (60 * 28)).toBeLessThan(0.97);
  });
});

describe('the choice of a model', () => {
  const options = { horizon: 14, period: 7, longPeriod: 365.25, level: 0.95, origins: 8, step: 7 };

  it('is never worse in its backtest than the seasonal naive floor, and says what was tried', () => {
    const { model, mase: chosen, tried, kind } = forecastSeries(sawtooth, options);
    expect(kind).toBe('regular');
    expect(tried[0]!.model).toBe('seasonal naive (7)');
    expect(chosen).toBe(Math.min(...tried.map(({ mase: of }) => of)));
    expect(tried.find(({ mase: of }) => of === chosen)!.model.slice(0, 3)).toBe(model.slice(0, 3));
  });

  it('says the mean, without an interval, of a series too short to be judged', () => {
    const { kind, points, halfWidths, mase: score } = forecastSeries(Float64Array.of(2, 4), options);
    expect(kind).toBe('short');
    expect([...points]).toEqual(new Array(14).fill(3));
    expect(halfWidths.every(Number.isNaN)).toBe(true);
    expect(score).toBeNaN();
  });

  it('never says less than nothing of what is never less than nothing', () => {
    const falling = Float64Array.from({ length: 120 }, (_, t) => Math.max(0, 60 - t + (t % 7)));
    expect(forecastSeries(falling, options).points.every((point) => point >= 0)).toBe(true);
  });

  it('takes a method for intermittent demand, or the floor, where most days are empty', () => {
    const random = new SeededRandom(9);
    const rare = Float64Array.from({ length: 300 }, () => (random.uniform() < 0.2 ? 3 : 0));
    expect(forecastSeries(rare, options).kind).toBe('intermittent');
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const work = forecastMany(Array.from({ length: 64 }, () => ({ series: sawtooth, options })), { threads: 2, signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
  });
});

it('the seasonal naive forecast repeats the last season', () => {
  expect(ahead(new SeasonalNaive({ period: 3 }), Float64Array.of(9, 9, 9, 1, 2, 3), 5)).toEqual([1, 2, 3, 1, 2]);
});

it('the simplex finds the bottom of a banana valley', () => {
  const { point, converged } = nelderMead((at) => (1 - at[0]!) ** 2 + 100 * (at[1]! - at[0]! ** 2) ** 2, Float64Array.of(-1.2, 1), { step: 0.5, tol: 1e-12, maxEvaluations: 1000 });
  expect(converged).toBe(true);
  expect(point[0]).toBeCloseTo(1, 3);
  expect(point[1]).toBeCloseTo(1, 3);
});
