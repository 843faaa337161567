import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';

describe('random numbers', () => {
  it('are the same for the same seed and others for another', () => {
    const draw = (seed: number): number[] => Array.from({ length: 20 }, ((random) => () => random.bits())(new SeededRandom(seed)));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('follow xoshiro128**: its published recurrence in big integers gives the same words', () => {
    const random = new SeededRandom(42);
    const state = splitmix(42, 4);
    for (let draw = 0; draw < 1000; draw++) expect(random.bits()).toBe(Number(xoshiro(state)));
  });

  it('are uniform and normal to the accuracy of a hundred thousand draws', () => {
    const random = new SeededRandom(1);
    const n = 100_000;
    const uniform = moments(Array.from({ length: n }, () => random.uniform()));
    expect(uniform.mean).toBeCloseTo(0.5, 2);
    expect(uniform.variance).toBeCloseTo(1 / 12, 2);
    const normal = moments(Array.from({ length: n }, () => random.normal()));
    expect(Math.abs(normal.mean)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(normal.variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  });

  it('gives every integer below n equally often', () => {
    const random = new SeededRandom(3);
    const counts = new Float64Array(7);
    for (let draw = 0; draw < 70_000; draw++) counts[random.integer(7)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(10_000));
  });

  it('keeps integers in their range, to 2^32', () => {
    fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 4294967296 }), (seed, n) => {
      const draw = new SeededRandom(seed).integer(n);
      return Number.isInteger(draw) && draw >= 0 && draw < n;
    }));
    expect(() => new SeededRandom(1).integer(0)).toThrow(RangeError);
    expect(() => new SeededRandom(0.5)).toThrow(RangeError);
  });

  it('shuffles without losing or doubling, and samples without replacement in ascending order', () => {
    fc.assert(fc.property(fc.integer(), fc.nat(200), fc.nat(200), (seed, a, b) => {
      const [size, n] = [Math.min(a, b), Math.max(a, b)];
      const random = new SeededRandom(seed);
      const shuffled = random.shuffle(Uint32Array.from({ length: n }, (_, index) => index));
      expect(shuffled.slice().sort()).toEqual(Uint32Array.from({ length: n }, (_, index) => index));
      const sample = random.sample(n, size);
      expect(sample.length).toBe(size);
      for (let index = 1; index < size; index++) expect(sample[index]).toBeGreaterThan(sample[index - 1]!);
      if (size > 0) expect(sample.at(-1)).toBeLessThan(n);
    }));
  });
});

function splitmix(seed: number, words: number): bigint[] {
  const mask = 0xffffffffn;
  let state = BigInt(seed);
  return Array.from({ length: words }, () => {
    state = (state + 0x9e3779b9n) & mask;
    let word = state ^ (state >> 16n);
    word = (word * 0x21f0aaadn) & mask;
    word ^= word >> 15n;
    word = (word * 0x735a2d97n) & mask;
    return word ^ (word >> 15n);
  });
}

/** The reference code of prng.di.unimi.it/xoshiro128starstar.c, in big integers. */
function xoshiro(s: bigint[]): bigint {
  const mask = 0xffffffffn;
  const rotate = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) & mask;
  const result = (rotate((s[1]! * 5n) & mask, 7n) * 9n) & mask;
  const t = (s[1]! << 9n) & mask;
  s[2]! ^= s[0]!;
  s[3]! ^= s[1]!;
  s[1]! ^= s[2]!;
  s[0]! ^= s[3]!;
  s[2]! ^= t;
  s[3] = rotate(s[3]!, 11n);
  return result;
}

function moments(values: number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}
