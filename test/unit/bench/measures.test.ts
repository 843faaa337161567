import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highWaterMark } from '../../../bench/peak-memory.ts';
import { ratio, spread } from '../../../bench/spread.ts';
import { textTable } from '../../../bench/text-table.ts';

describe('spread', () => {
  it('takes the middle of an odd number of runs, and the mean of the two middle ones of an even number', () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3, runs: 3 });
    expect(spread([4, 1, 3, 2]).median).toBe(2.5);
  });

  it('refuses to sum up nothing', () => {
    expect(() => spread([])).toThrow(RangeError);
  });

  it('does not depend on the order of runs, and keeps the median within the range', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 9 }), (values) => {
      const one = spread(values);
      expect(spread(values.toReversed())).toEqual(one);
      expect(one.median).toBeGreaterThanOrEqual(one.least);
      expect(one.median).toBeLessThanOrEqual(one.most);
    }));
  });
});

describe('ratio', () => {
  it('is above 1 where the project takes less than its peer', () => {
    expect(ratio(spread([2]), spread([6]))).toBe(3);
    expect(ratio(spread([6]), spread([2]))).toBeCloseTo(1 / 3);
  });

  it('is no number where a step took no time at all', () => {
    expect(ratio(spread([0]), spread([6]))).toBeNaN();
    expect(ratio(spread([1]), spread([0]))).toBeNaN();
  });
});

describe('text table', () => {
  it('aligns columns under their headings, numbers to the right', () => {
    expect(textTable(['step', 'seconds'], [['collect', '1.2'], ['profile', '10.25']])).toBe([
      'step     seconds',
      '-------  -------',
      'collect      1.2',
      'profile    10.25',
    ].join('\n'));
  });

  it('refuses a row that does not fit the headings', () => {
    expect(() => textTable(['a', 'b'], [['1']])).toThrow(RangeError);
  });
});

describe('peak memory', () => {
  it('reads the high-water mark of a process in bytes', () => {
    expect(highWaterMark('Name:\tnode\nVmPeak:\t  900 kB\nVmHWM:\t  1024 kB\nVmRSS:\t  512 kB\n')).toBe(1_048_576);
  });

  it('is no number where the system does not tell', () => {
    expect(highWaterMark('')).toBeNaN();
  });
});
