import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PCA } from '../../../algorithms/decompose/pca.ts';
import { symmetricEigen } from '../../../algorithms/decompose/symmetric-eigen.ts';
import { madeMatrix } from './made-numbers.ts';

describe('eigenvalues of a symmetric matrix', () => {
  it('are the roots that are known', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect(values[0]).toBeCloseTo(3, 14);
    expect(values[1]).toBeCloseTo(1, 14);
    expect(vectors[0]).toBeCloseTo(Math.SQRT1_2, 14);
    expect(vectors[1]).toBeCloseTo(Math.SQRT1_2, 14);
    expect(symmetricEigen(Float64Array.of(0, 0, 0, 0), 2).values).toEqual(Float64Array.of(0, 0));
  });

  it('come with orthonormal vectors that make up the matrix again', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 9 }).chain((size) => fc.tuple(fc.constant(size), fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: size * size, maxLength: size * size }))), ([size, numbers]) => {
      const matrix = Float64Array.from(numbers, (_, place) => numbers[Math.min(place, (place % size) * size + Math.floor(place / size))]!);
      const { values, vectors } = symmetricEigen(matrix, size);
      const scale = 1e-10 * (1 + Math.max(...matrix.map(Math.abs)));
      for (let i = 0; i < size; i++) {
        if (i > 0) expect(values[i]).toBeLessThanOrEqual(values[i - 1]!);
        for (let j = 0; j < size; j++) {
          let dot = 0;
          let whole = 0;
          for (let k = 0; k < size; k++) {
            dot += vectors[i * size + k]! * vectors[j * size + k]!;
            whole += values[k]! * vectors[k * size + i]! * vectors[k * size + j]!;
          }
          expect(Math.abs(dot - (i === j ? 1 : 0))).toBeLessThan(1e-12);
          expect(Math.abs(whole - matrix[i * size + j]!)).toBeLessThan(scale);
        }
      }
    }));
  });

  it('are refused for a matrix that is not square, or not of numbers', () => {
    expect(() => symmetricEigen(new Float64Array(3), 2)).toThrow(RangeError);
    expect(() => symmetricEigen(Float64Array.of(Number.NaN), 1)).toThrow(RangeError);
  });
});

describe('principal components', () => {
  it('agree with scikit-learn', () => {
    // scikit-learn 1.9.1: x = madeMatrix(80, 4, 40) * [1, 2, 3, 4]; p = PCA(2).fit(x); p.explained_variance_, p.explained_variance_ratio_,
    // p.components_ (each with its largest component positive), p.transform(x)[0] with the same signs
    const matrix = madeMatrix(80, 4, 40).map((value, place) => value * (1 + (place % 4)));
    const pca = new PCA({ nComponents: 2 }).fit(matrix, 80, 4);
    const near = (figures: readonly number[]): unknown[] => figures.map((figure) => expect.closeTo(figure, 11) as unknown);
    expect(Array.from(pca.explainedVariance)).toEqual(near([1.487754666892792, 0.7655209367289397]));
    expect(Array.from(pca.explainedVarianceRatio)).toEqual(near([0.560752623960292, 0.2885340463181534]));
    expect(Array.from(pca.components)).toEqual(near([
      0.0425446692345148, 0.029589763658694923, -0.12186275230066917, 0.9911931530272263,
      -0.019500191994430094, 0.24588210222927304, 0.9626275860990993, 0.11184750688555832,
    ]));
    expect(Array.from(pca.transform(matrix, 80).subarray(0, 2))).toEqual(near([1.5881082461882337, -1.0858709313269737]));
  });

  it('find the one direction in which points lie, from a few of them, to any place', () => {
    const pca = new PCA({ nComponents: 1 }).fit(Float64Array.of(1000, 1, 1003, 5, 1006, 9), 3, 2);
    expect(pca.components[0]).toBeCloseTo(0.6, 12);
    expect(pca.components[1]).toBeCloseTo(0.8, 12);
    expect(pca.explainedVarianceRatio[0]).toBeCloseTo(1, 12);
    expect(Array.from(pca.transform(Float64Array.of(1003, 5, 1006, 9), 2))).toEqual([expect.closeTo(0, 10), expect.closeTo(5, 10)]);
  });

  it('explain nothing where nothing varies', () => {
    expect(new PCA({ nComponents: 1 }).fit(Float32Array.of(2, 3, 2, 3), 2, 2).explainedVarianceRatio).toEqual(Float64Array.of(0));
  });

  it('are refused where there are none', () => {
    expect(() => new PCA({ nComponents: 0 })).toThrow(RangeError);
    expect(() => new PCA({ nComponents: 3 }).fit(new Float32Array(4), 2, 2)).toThrow(/2 columns/);
    expect(() => new PCA().fit(new Float32Array(2), 1, 2)).toThrow(/2 rows/);
    expect(() => new PCA().fit(new Float32Array(5), 2, 2)).toThrow(RangeError);
    expect(() => new PCA().fit(Float64Array.of(1, 2, 3, Number.NaN), 2, 2)).toThrow(/finite/);
    expect(() => new PCA().components).toThrow(TypeError);
    expect(() => new PCA().fit(madeMatrix(4, 3, 0), 4, 3).transform(new Float32Array(4), 2)).toThrow(RangeError);
  });
});
