import fc from 'fast-check';
import { expect, test } from 'vitest';
import { membershipTexts } from '../../../activities/analyse/membership-texts.ts';
import { membershipReasons } from '../../../algorithms/cluster/membership-reasons.ts';

test('says of every row what membershipReasons says of one', () => {
  const value = fc.double({ min: -5, max: 5, noNaN: true }).map(Math.fround);
  const example = fc.integer({ min: 1, max: 5 }).chain((columns) => fc.record({
    columns: fc.constant(columns),
    matrix: fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 6 }),
    centres: fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { minLength: 2, maxLength: 4 }),
    own: fc.nat(),
  }));
  fc.assert(fc.property(example, ({ columns, matrix, centres, own }) => {
    const names = Array.from({ length: columns }, (_, column) => `f${column}`);
    const cluster = own % centres.length;
    const flat = Float64Array.from(centres.flat());
    expect(membershipTexts(Float32Array.from(matrix.flat()), new Int32Array(matrix.length).fill(cluster), flat, names))
      .toEqual(matrix.map((row) => membershipReasons(row, flat, cluster).map(({ column }) => names[column]).join(', ')));
  }));
});
