// Exponential functions of vectors, in AssemblyScript; part of the kernels that import it.

/** e^x for -745 < x <= 0 to the rounding of a double, 0 below; Taylor's series after ln 2 has been taken off (Cody and Waite). */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function exponential(x: v128): v128 {
  const kept = f64x2.max(x, f64x2.splat(-708));
  // Adding 1.5 * 2^52 leaves the rounded number in the lowest bits, from where it is shifted into an exponent.
  const shifter = f64x2.splat(6755399441055744);
  const shifted = f64x2.add(f64x2.mul(kept, f64x2.splat(1.4426950408889634)), shifter);
  const times = f64x2.sub(shifted, shifter);
  let r = f64x2.sub(kept, f64x2.mul(times, f64x2.splat(0.693147180369123816490)));
  r = f64x2.sub(r, f64x2.mul(times, f64x2.splat(1.90821492927058770002e-10)));
  let sum = f64x2.splat(1.0 / 479001600.0);
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 39916800.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 3628800.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 362880.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 40320.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 5040.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 720.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 120.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 24.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 6.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(0.5));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1));
  const power = i64x2.add(i64x2.shl(shifted, 52), i64x2.splat(0x3ff0000000000000));
  return f64x2.mul(sum, power);
}

/** log(1 + x) for 0 <= x <= 1 as 2 artanh(x / (2 + x)), whose series converges by a ninth a term. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function logOnePlus(x: v128): v128 {
  const ratio = f64x2.div(x, f64x2.add(f64x2.splat(2), x));
  const square = f64x2.mul(ratio, ratio);
  let sum = f64x2.splat(1.0 / 33.0);
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1.0 / 31.0));
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1.0 / 29.0));
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1.0 / 27.0));
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1.0 / 25.0));
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1.0 / 23.0));
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1.0 / 21.0));
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1.0 / 19.0));
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1.0 / 17.0));
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1.0 / 15.0));
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1.0 / 13.0));
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1.0 / 11.0));
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1.0 / 9.0));
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1.0 / 7.0));
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1.0 / 5.0));
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1.0 / 3.0));
  sum = f64x2.add(f64x2.mul(sum, square), f64x2.splat(1));
  return f64x2.mul(f64x2.splat(2), f64x2.mul(ratio, sum));
}

/** e^x in Float32, for |x| up to 87 to its rounding, held there beyond (Cephes' expf). */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function narrowExponential(x: v128): v128 {
  const kept = f32x4.min(f32x4.max(x, f32x4.splat(-87)), f32x4.splat(87));
  const times = f32x4.nearest(f32x4.mul(kept, f32x4.splat(1.44269504088896341)));
  let r = f32x4.sub(kept, f32x4.mul(times, f32x4.splat(0.693359375)));
  r = f32x4.add(r, f32x4.mul(times, f32x4.splat(2.12194440e-4)));
  let sum = f32x4.splat(1.9875691500e-4);
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.3981999507e-3));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(8.3334519073e-3));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(4.1665795894e-2));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.6666665459e-1));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(5.0000001201e-1));
  sum = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(sum, r), r), r), f32x4.splat(1));
  return f32x4.mul(sum, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(times), i32x4.splat(127)), 23));
}
