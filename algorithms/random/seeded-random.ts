/**
 * Random numbers that are the same for the same seed on every machine.
 *
 * xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), its four words of state filled by
 * splitmix32 from the seed. Period 2^128 - 1. Not for secrets.
 */
export class SeededRandom {
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;
  #spareNormal = Number.NaN;

  /**
   * @param seed an integer; its low 32 bits are used.
   * @throws RangeError when the seed is not an integer.
   */
  constructor(seed: number) {
    if (!Number.isInteger(seed)) throw new RangeError(`seed must be an integer, not ${seed}`);
    let state = seed >>> 0;
    const next = (): number => {
      state = (state + 0x9e3779b9) >>> 0;
      let word = state ^ (state >>> 16);
      word = Math.imul(word, 0x21f0aaad);
      word ^= word >>> 15;
      word = Math.imul(word, 0x735a2d97);
      return (word ^ (word >>> 15)) >>> 0;
    };
    this.#s0 = next();
    this.#s1 = next();
    this.#s2 = next();
    this.#s3 = next();
  }

  /** The next 32 random bits, as an integer in [0, 2^32). */
  bits(): number {
    const scrambled = Math.imul(rotateLeft(Math.imul(this.#s1, 5), 7), 9) >>> 0;
    const shifted = this.#s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= this.#s1;
    this.#s1 ^= this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= shifted;
    this.#s3 = rotateLeft(this.#s3, 11);
    return scrambled;
  }

  /** A number in [0, 1), with all 53 bits of a double drawn. */
  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** A draw from the standard normal distribution (Marsaglia's polar method). */
  normal(): number {
    if (!Number.isNaN(this.#spareNormal)) {
      const spare = this.#spareNormal;
      this.#spareNormal = Number.NaN;
      return spare;
    }
    let x: number;
    let y: number;
    let square: number;
    do {
      x = 2 * this.uniform() - 1;
      y = 2 * this.uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    this.#spareNormal = y * factor;
    return x * factor;
  }

  /**
   * An integer in [0, n), every one equally likely.
   * @throws RangeError unless n is an integer in [1, 2^32].
   */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 4294967296) throw new RangeError(`n must be an integer in [1, 2^32], not ${n}`);
    // As few high bits as n needs, drawn again when they are too many: a remainder would make small results likelier.
    const shift = Math.clz32(n - 1);
    if (shift === 32) return 0;
    let draw = this.bits() >>> shift;
    while (draw >= n) draw = this.bits() >>> shift;
    return draw;
  }

  /** Puts the elements into random order, in place (Fisher and Yates), and returns the same array. */
  shuffle<T extends { [index: number]: unknown; length: number }>(array: T): T {
    for (let last = array.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      const kept = array[last];
      array[last] = array[other];
      array[other] = kept;
    }
    return array;
  }

  /**
   * `size` different integers of [0, n), ascending (Floyd's method: memory by size, not by n).
   * @throws RangeError unless 0 <= size <= n.
   */
  sample(n: number, size: number): Uint32Array {
    if (!Number.isInteger(size) || size < 0 || size > n) throw new RangeError(`size must be an integer in [0, ${n}], not ${size}`);
    const chosen = new Set<number>();
    for (let top = n - size; top < n; top++) {
      const draw = this.integer(top + 1);
      chosen.add(chosen.has(draw) ? top : draw);
    }
    return Uint32Array.from(chosen).sort();
  }
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
