/**
 * Yeo and Johnson's power transform: ((x + 1)^lambda - 1) / lambda for x >= 0 and -((1 - x)^(2 - lambda) - 1) / (2 - lambda) below, with
 * their limits, logarithms, where the exponent is 0. It is increasing, and the identity for lambda 1. NaN stays.
 *
 * Source: I. Yeo, R. Johnson, "A new family of power transformations to improve normality or symmetry", Biometrika 87 (2000).
 */
export function yeoJohnson(value: number, lambda: number): number {
  if (value >= 0) return powerOf(logOf(value), lambda);
  return -powerOf(logOf(-value), 2 - lambda);
}

/** log(1 + x); the plain logarithm is faster, and as exact where x is not small. */
function logOf(value: number): number {
  return value > 1 ? Math.log(1 + value) : Math.log1p(value);
}

/** (e^(exponent * logarithm) - 1) / exponent, the logarithm itself for exponent 0. */
function powerOf(logarithm: number, exponent: number): number {
  if (Math.abs(exponent) < Number.EPSILON) return logarithm;
  const power = exponent * logarithm;
  return (Math.abs(power) > 1 ? Math.exp(power) - 1 : Math.expm1(power)) / exponent;
}

/** Exponents between which the likeliest is looked for; beyond them a column is two-valued rather than skewed. */
const [lowest, highest] = [-10, 12];
const goldenSection = (3 - Math.sqrt(5)) / 2;

/**
 * The lambda under which the transformed values are likeliest to be normal, by Brent's method; 1 for values without spread.
 * @param values finite.
 */
export function likeliestLambda(values: Float64Array): number {
  if (values.every((value) => value === values[0])) return 1;
  // sign(x) * log(1 + |x|), whose exponential is all that differs between exponents
  const logarithms = values.map((value) => (value >= 0 ? Math.log1p(value) : -Math.log1p(-value)));
  let sum = 0;
  for (const logarithm of logarithms) sum += logarithm;
  const transformed = new Float64Array(values.length);
  return minimise((lambda) => {
    let total = 0;
    for (let place = 0; place < logarithms.length; place++) {
      const logarithm = logarithms[place] as number;
      const power = logarithm >= 0 ? powerOf(logarithm, lambda) : -powerOf(-logarithm, 2 - lambda);
      transformed[place] = power;
      total += power;
    }
    const mean = total / transformed.length;
    let squares = 0;
    for (const power of transformed) squares += (power - mean) ** 2;
    const variance = squares / transformed.length;
    if (!(variance > 0) || !Number.isFinite(variance)) return Number.POSITIVE_INFINITY;
    return (transformed.length / 2) * Math.log(variance) - (lambda - 1) * sum;
  });
}

/** R. Brent, "Algorithms for Minimization Without Derivatives", 1973, chapter 5: parabolas where they help, golden sections elsewhere. */
function minimise(of: (x: number) => number): number {
  let [a, b] = [lowest, highest];
  // 1 is no transform at all, and near it most columns end.
  let x = 1;
  let fx = of(x);
  let [w, fw, v, fv] = [x, fx, x, fx];
  let [step, before] = [0, 0];
  for (let iteration = 0; iteration < 100; iteration++) {
    const middle = (a + b) / 2;
    const tolerance = 1e-7 * Math.abs(x) + 1e-8;
    if (Math.abs(x - middle) <= 2 * tolerance - (b - a) / 2) break;
    let parabola = Number.NaN;
    if (Math.abs(before) > tolerance) {
      const r = (x - w) * (fx - fv);
      const q = (x - v) * (fx - fw);
      const denominator = 2 * (q - r);
      parabola = denominator === 0 ? Number.NaN : -((x - v) * q - (x - w) * r) / denominator;
    }
    if (Math.abs(parabola) < Math.abs(before) / 2 && x + parabola > a && x + parabola < b) {
      before = step;
      step = parabola;
    } else {
      before = x < middle ? b - x : a - x;
      step = goldenSection * before;
    }
    const u = x + (Math.abs(step) >= tolerance ? step : Math.sign(step || 1) * tolerance);
    const fu = of(u);
    if (fu <= fx) {
      if (u < x) b = x; else a = x;
      [v, fv, w, fw, x, fx] = [w, fw, x, fx, u, fu];
      continue;
    }
    if (u < x) a = u; else b = u;
    if (fu <= fw || w === x) [v, fv, w, fw] = [w, fw, u, fu];
    else if (fu <= fv || v === x || v === w) [v, fv] = [u, fu];
  }
  return x;
}
