import { ApplicationFailure, CancelledFailure, defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { asApplicationFailure } from '../../../activities/at-the-edge.ts';
import { ClienteleError } from '../../../gateways/errors.ts';
import { keepable } from '../../../workers/activity-edge.ts';
import { activitySlots } from '../../../workers/activity-slots.ts';
import { logFields } from '../../../workers/open-log.ts';
import { scrub } from '../../../workers/scrub.ts';

/** A failure as the history holds it. */
const stored = (error: unknown): string => JSON.stringify(defaultFailureConverter.errorToFailure(keepable(error), defaultPayloadConverter));

describe('what a history keeps of a failure', () => {
  test('is the code, the message and whether trying again helps', () => {
    const failure = keepable(asApplicationFailure(new ClienteleError('SOURCE_UNREADABLE', { source: 'orders', problem: 'no such file.', cycle: '2026-W48' })));
    expect(failure).toMatchObject({ type: 'SOURCE_UNREADABLE', nonRetryable: true, message: expect.stringContaining('no such file') });
    expect(keepable(asApplicationFailure(new ClienteleError('RELAY_UNREACHABLE')))).toMatchObject({ nonRetryable: false });
  });

  test('is never an address or a value, whoever said it and however deep', () => {
    const relay = new Error('550 no mailbox for ann.lee@example.org here', { cause: new Error('RCPT TO:<ann.lee@example.org>') });
    expect(stored(relay)).not.toContain('ann.lee');
    expect(stored(asApplicationFailure(new ClienteleError('SQL_INVALID', { file: 'a.sql', problem: "Could not convert string 'Ann Lee' to DOUBLE" }, { cause: new Error('row: Ann Lee') })))).not.toContain('Ann Lee');
    expect(stored(new Error('duplicate key: Key (address, shop)=(ann, demo) already exists.'))).not.toContain('(ann');
    expect(stored(new Error('CSV Error on Line: 7\nOriginal Line: 17,Ann Lee,ann.lee@example.org\nExpected 5 columns'))).not.toMatch(/Ann Lee|ann\.lee/);
    expect(stored('ann.lee@example.org')).not.toContain('ann.lee');
  });

  test('still says where in the code it happened', () => { expect((keepable(new Error('lost')) as Error).stack).toMatch(/^ApplicationFailure: lost\n\s+at .*keepable\.test\.ts/); });

  test('is no retry for errors of the program, but for a fetch that failed', () => {
    expect(keepable(new RangeError('k is 0'))).toMatchObject({ nonRetryable: true });
    expect(keepable(new TypeError('fetch failed', { cause: new Error('ECONNRESET') }))).toMatchObject({ nonRetryable: false });
    expect(keepable(new Error('odd'))).toMatchObject({ nonRetryable: false });
  });

  test('is a cancellation where it was one', () => {
    const cancelled = new CancelledFailure('CANCELLED');
    expect(keepable(cancelled)).toBe(cancelled);
  });
});

describe('the log', () => {
  test('says shop, cycle and step and an error by its code', () => {
    expect(logFields({ workflowId: 'send/demo/2026-W48/weekly', activityType: 'dispatchPage', attempt: 2, input: { name: 'Ann' }, error: ApplicationFailure.create({ type: 'RELAY_UNREACHABLE', message: 'ann@example.org' }) }))
      .toEqual({ shop: 'demo', cycle: '2026-W48', activityType: 'dispatchPage', attempt: 2, code: 'RELAY_UNREACHABLE' });
  });
  test('has no address in its words', () => { expect(scrub('to Ann <ann@example.org>, "bob@example.org"')).toBe('to Ann <<address>>, "<address>"'); });
});

test('activities leave threads free for what they wait for', () => {
  expect(activitySlots(16, 4) * 4).toBeLessThan(16);
  expect(activitySlots(16, 1)).toBe(12);
  expect(() => activitySlots(4, 4)).toThrow(/UV_THREADPOOL_SIZE is 4, too few for 4 task queues. Set it to 8 or more/);
});
