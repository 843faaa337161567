import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isoWeek, isoWeekStart, startOfDay } from '../../../workflows/iso-week.ts';

describe('the ISO week', () => {
  // ISO 8601 and its known hard cases around New Year.
  test.each([
    ['2026-11-23T00:00:00Z', '2026-W48'], ['2026-11-22T23:59:59Z', '2026-W47'], ['2027-01-01T12:00:00Z', '2026-W53'], ['2024-12-30T00:00:00Z', '2025-W01'],
    ['2021-01-03T00:00:00Z', '2020-W53'], ['2021-01-04T00:00:00Z', '2021-W01'], ['2010-01-03T00:00:00Z', '2009-W53'], ['2000-01-01T00:00:00Z', '1999-W52'],
  ])('of %s is %s', (at, week) => { expect(isoWeek(new Date(at))).toBe(week); });

  test('starts on the Monday from which its week is counted', () => {
    fc.assert(fc.property(fc.date({ min: new Date('1971-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }), (at) => {
      const start = isoWeekStart(isoWeek(at));
      expect(start.getUTCDay()).toBe(1);
      expect(at.getTime() - start.getTime()).toBeGreaterThanOrEqual(0);
      expect(at.getTime() - start.getTime()).toBeLessThan(7 * 86_400_000);
    }));
  });

  test.each(['2026-W54', '2025-W53', '2026-W00', '2026-48', 'last week'])('%s is none', (text) => { expect(() => isoWeekStart(text)).toThrow(RangeError); });
});

test('a day starts in the calendar of the shop', () => {
  const at = new Date('2026-11-22T21:30:00Z');
  expect(startOfDay(at).toISOString()).toBe('2026-11-22T00:00:00.000Z');
  expect(startOfDay(at, 'Asia/Tokyo').toISOString()).toBe('2026-11-23T00:00:00.000Z');
  expect(startOfDay(new Date('2026-11-23T04:00:00Z'), 'America/New_York').toISOString()).toBe('2026-11-22T00:00:00.000Z');
});
