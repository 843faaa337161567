import { ApplicationFailure, ActivityFailure, RetryState } from '@temporalio/common';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClienteleError } from '../../../gateways/errors.ts';
import { describeError } from '../../../scripts/command-line/describe-error.ts';
import { chooseAsOf } from '../../../scripts/cycle/choose-as-of.ts';
import { parseCycleName } from '../../../scripts/cycle/cycle-name.ts';
import { dataFolder } from '../../../scripts/cycle/data-folder.ts';
import { tellWait } from '../../../scripts/cycle/tell-wait.ts';
import { isoWeek } from '../../../workflows/iso-week.ts';
import { openProgress, withWait } from '../../../workflows/progress.ts';

describe('an error is one line with a code', () => {
  test('of the table, with exit code 2 where the person mends what they typed', () => {
    expect(describeError(new ClienteleError('SHOP_NOT_FOUND', { path: 'shops/x', known: 'demo' }))).toEqual({ code: 'SHOP_NOT_FOUND', message: 'There is no shop folder shops/x. Create it, or name one of: demo.', exitCode: 2 });
    expect(describeError(new ClienteleError('TEMPORAL_NOT_FOUND', { tried: 'all' })).exitCode).toBe(1);
  });

  test('from the bottom of what Temporal wraps around it', () => {
    const failure = ApplicationFailure.nonRetryable('Letter offer: no\n subject', 'LETTER_INVALID');
    const wrapped = new ActivityFailure('activity failed', 'planCampaign', '1', RetryState.NON_RETRYABLE_FAILURE, 'me', failure);
    expect(describeError(new Error('Workflow execution failed', { cause: wrapped }))).toEqual({ code: 'LETTER_INVALID', message: 'Letter offer: no subject', exitCode: 1 });
  });

  test('also when something else than an error was thrown', () => {
    expect(describeError('a string')).toEqual({ code: 'FAILED', message: 'a string', exitCode: 1 });
    expect(describeError(new RangeError('rows must be positive'))).toMatchObject({ code: 'RangeError' });
  });
});

describe('a cycle is named', () => {
  test('by its week, its shop and week, or its whole id', () => {
    expect(parseCycleName('2026-W48', 'demo')).toEqual({ shop: 'demo', cycle: '2026-W48' });
    expect(parseCycleName('cdnow/1998-W27', 'demo')).toEqual({ shop: 'cdnow', cycle: '1998-W27' });
    expect(parseCycleName('cycle/cdnow/1998-W27', 'demo')).toEqual({ shop: 'cdnow', cycle: '1998-W27' });
  });

  test.each(['', '2026-48', '2026-W54', 'demo/', '/2026-W48', 'a/b/2026-W48', '../2026-W48/..'])('but not by %j', (text) => {
    expect(() => parseCycleName(text, 'demo')).toThrow(expect.objectContaining({ code: 'COMMAND_INVALID' }));
  });

  test('and every week of every day can be named', () => {
    fc.assert(fc.property(fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }), (day) => {
      expect(parseCycleName(`demo/${isoWeek(day)}`, 'x').cycle).toBe(isoWeek(day));
    }));
  });
});

describe('a cycle stands at', () => {
  const now = new Date('2026-11-24T23:30:00Z');
  test('what was typed, before all else', () => {
    expect(chooseAsOf({ typed: '2026-01-05', fixed: '2011-12-10', simulatedToday: '2026-11-23', now, timeZone: 'UTC' })).toBe('2026-01-05T00:00:00.000Z');
    expect(chooseAsOf({ typed: '2026-01-05T06:00:00Z', now, timeZone: 'UTC' })).toBe('2026-01-05T06:00:00.000Z');
  });
  test("the shop's fixed day, then the simulated today, then the day it is where the shop is", () => {
    expect(chooseAsOf({ fixed: '2011-12-10', simulatedToday: '2026-11-23', now, timeZone: 'UTC' })).toBe('2011-12-10T00:00:00.000Z');
    expect(chooseAsOf({ simulatedToday: '2026-11-23', now, timeZone: 'UTC' })).toBe('2026-11-23T00:00:00.000Z');
    expect(chooseAsOf({ now, timeZone: 'Europe/Berlin' })).toBe('2026-11-25T00:00:00.000Z');
  });
  test.each(['tomorrow', '2026-13-01', '23.11.2026', '7'])('but not at %j', (typed) => {
    expect(() => chooseAsOf({ typed, now, timeZone: 'UTC' })).toThrow(/is no date/);
  });
});

test('a folder travels relative to the checkout, a URL as it is', () => {
  expect(dataFolder('../shared/data', '/home/ann/clientele', '/home/ann/clientele')).toBe('../shared/data');
  expect(dataFolder('data', '/home/ann/clientele/var', '/home/ann/clientele')).toBe('var/data');
  expect(dataFolder('s3://shop/data', '/home', '/home')).toBe('s3://shop/data');
});

test('a cycle that was left waiting says what brings it on', () => {
  const open = openProgress({ shop: 'demo', cycle: '2026-W48', asOf: '2026-11-23T00:00:00.000Z' });
  expect(tellWait(withWait(open, 'repair', { code: 'AUDIT_FAILED', message: 'Audit x found 3 rows.' }))).toBe('AUDIT_FAILED: Audit x found 3 rows. Then: npm run resume -- demo/2026-W48');
  expect(tellWait(withWait(open, 'approval'))).toMatch(/^WAITS_FOR_APPROVAL: .*npm run approve -- demo\/2026-W48/);
  expect(tellWait({ ...withWait(open, 'outcomes'), window: { from: '2026-11-23T00:00:00.000Z', to: '2026-11-30T00:00:00.000Z' } })).toMatch(/until 2026-11-30\. Keep `npm start` running/);
});
