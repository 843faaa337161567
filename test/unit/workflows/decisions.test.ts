import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cycleScope } from '../../../workflows/cycle-scope.ts';
import { fitWindow } from '../../../workflows/fit-window.ts';
import { trippedArms } from '../../../workflows/guardrail.ts';
import { currentStep, openProgress, withStep, withWait } from '../../../workflows/progress.ts';

const start = new Date('2026-11-25T10:00:00Z');

describe('the turn an input means', () => {
  test('is of the day and week of the start when nothing is said', () => {
    expect(cycleScope({ shop: 'demo' }, start)).toEqual({ shop: 'demo', cycle: '2026-W48', asOf: '2026-11-25T00:00:00.000Z' });
  });
  test('starts with the Monday of a week that is named', () => {
    expect(cycleScope({ shop: 'demo', cycle: '2026-W40' }, start)).toMatchObject({ cycle: '2026-W40', asOf: '2026-09-28T00:00:00.000Z' });
  });
  test('is of the week of a day that is named', () => {
    expect(cycleScope({ shop: 'demo', asOf: '2011-12-10T00:00:00Z', dataFolder: '/data' }, start)).toEqual({ shop: 'demo', cycle: '2011-W49', asOf: '2011-12-10T00:00:00Z', dataFolder: '/data' });
  });
});

describe('the guardrail', () => {
  const arm = (handedOver: number, unsubscribed: number, complained = 0) => trippedArms([{ arm: 'A', handedOver, unsubscribed, complained }], 0.05).map((tripped) => tripped.arm);
  test('says nothing of fewer than 200 mails', () => { expect(arm(199, 100)).toEqual([]); });
  test('lets an arm at its limit go on', () => { expect(arm(200, 8, 2)).toEqual([]); });
  test('stops an arm over it, complaints counted', () => { expect(arm(200, 8, 3)).toEqual(['A']); });
});

describe('the window', () => {
  const week = { from: '2026-11-23T00:00:00.000Z', to: '2026-11-30T00:00:00.000Z', windowSeconds: 7 * 86_400, maximumWindowSeconds: 14 * 86_400 };
  test('stays whole where there is time', () => { expect(fitWindow(week, 15 * 86_400)).toEqual({ ...week, cut: false }); });
  test('may be waited for only as long as there is time', () => { expect(fitWindow(week, 8 * 86_400)).toEqual({ ...week, maximumWindowSeconds: 8 * 86_400, cut: false }); });
  test('is cut to the time there is, in real and in shop time alike', () => {
    expect(fitWindow(week, 3.5 * 86_400)).toEqual({ from: week.from, to: '2026-11-26T12:00:00.000Z', windowSeconds: 3.5 * 86_400, maximumWindowSeconds: 3.5 * 86_400, cut: true });
  });
  test('of a compressed shop is cut in proportion', () => {
    expect(fitWindow({ ...week, windowSeconds: 7, maximumWindowSeconds: 14 }, 1)).toMatchObject({ to: '2026-11-24T00:00:00.000Z', cut: true });
  });
  test('never lasts longer than there is time, nor reaches past its end', () => {
    fc.assert(fc.property(fc.double({ min: -1000, max: 1e7, noNaN: true }), (seconds) => {
      const fitted = fitWindow(week, seconds);
      expect(fitted.windowSeconds).toBeLessThanOrEqual(Math.max(seconds, 0));
      expect(Date.parse(fitted.to)).toBeLessThanOrEqual(Date.parse(week.to));
      expect(Date.parse(fitted.to)).toBeGreaterThanOrEqual(Date.parse(week.from));
    }));
  });
});

test('progress names the step under way and what it waits for', () => {
  const begun = withStep(openProgress({ shop: 'demo', cycle: '2026-W48', asOf: '2026-11-23T00:00:00Z' }), 'collect', { state: 'running' });
  expect(currentStep(begun)?.name).toBe('collect');
  const held = withWait(begun, 'repair', { code: 'SOURCE_UNREADABLE', message: 'no such file' });
  expect(held).toMatchObject({ state: 'held', waitsFor: 'repair', held: { code: 'SOURCE_UNREADABLE' } });
  expect(withWait(held, undefined)).toMatchObject({ state: 'running', waitsFor: undefined, held: undefined });
});
