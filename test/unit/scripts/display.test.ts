import { describe, expect, test } from 'vitest';
import { createProgressDisplay } from '../../../scripts/display/progress-display.ts';
import { formatSeconds } from '../../../scripts/display/format-number.ts';
import { progressLines } from '../../../scripts/display/progress-lines.ts';
import { renderProgress } from '../../../scripts/display/render-progress.ts';
import { renderTable } from '../../../scripts/display/render-table.ts';
import { openProgress, withStep, withWait, type CycleProgress } from '../../../workflows/progress.ts';

const start = openProgress({ shop: 'demo', cycle: '2026-W48', asOf: '2026-11-23T00:00:00.000Z' });
const collected = withStep(start, 'collect', { state: 'done', rows: 212_345, seconds: 3.21, figures: [{ label: 'order_lines', value: '26001 kept, 12 quarantined' }] });
const running = withStep(collected, 'preprocess', { state: 'running', startedAt: '2026-11-23T10:00:00.000Z' });
const now = Date.parse('2026-11-23T10:01:05.000Z');
const view = { width: 100, color: false, now };

describe('the progress table', () => {
  test('shows every step with its state, rows, seconds and figures', () => {
    expect(renderProgress(running, view)).toBe([
      'Cycle demo/2026-W48, knows what happened before 2026-11-23',
      '  ✓ collect    done         212,345 rows        3.2 s   order_lines 26001 kept, 12 quarantined',
      '  ▸ preprocess running                     1 min 05 s',
      '  · profile    waiting',
      '  · analyse    waiting',
      '  · campaign   waiting',
      '  · evaluate   waiting',
      '  · feedback   waiting',
    ].join('\n'));
  });

  test('says what a held cycle waits for', () => {
    const held = withStep(withWait(start, 'repair', { code: 'SOURCE_UNREADABLE', message: 'Source products could not be read.' }), 'collect', { state: 'held', startedAt: '2026-11-23T10:01:00.000Z' });
    const lines = renderProgress(held, view).split('\n');
    expect(lines[1]).toBe('  ! collect    held                             5.0 s');
    expect(lines.at(-1)).toBe('  Held: SOURCE_UNREADABLE: Source products could not be read.');
  });

  test('never is wider than the terminal, since a wrapped line cannot be redrawn', () => {
    for (const width of [20, 40, 72]) for (const line of renderProgress(running, { ...view, width }).split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  });

  test('is coloured only on request, with the same words', () => {
    // eslint-disable-next-line no-control-regex
    expect(renderProgress(running, { ...view, color: true }).replace(/\u001b\[\d+m/g, '')).toBe(renderProgress(running, view));
  });
});

describe('where nothing can be redrawn', () => {
  test('every news is one line', () => {
    const approval: CycleProgress = withWait(withStep(running, 'preprocess', { state: 'done', rows: 10, seconds: 1, note: '2 customers left out.' }), 'approval');
    expect(progressLines(undefined, collected)).toEqual(['Cycle demo/2026-W48, knows what happened before 2026-11-23', 'collect: done, 212,345 rows in 3.2 s']);
    expect(progressLines(collected, running)).toEqual(['preprocess: started']);
    expect(progressLines(running, running)).toEqual([]);
    expect(progressLines(running, { ...approval, warnings: ['Few customers.'] })).toEqual([
      'preprocess: done, 10 rows in 1.0 s. 2 customers left out.', 'Note: Few customers.', 'Waits for approval of the plan: npm run approve -- demo/2026-W48',
    ]);
  });

  test('a display writes these lines and no escape codes', () => {
    const written: string[] = [];
    const display = createProgressDisplay({ stream: { write: (text) => written.push(text) }, environment: {}, now: () => now });
    display.update(collected);
    display.note('proof: 000001.eml');
    display.update(running);
    display.end();
    expect(written.join('')).toBe('Cycle demo/2026-W48, knows what happened before 2026-11-23\ncollect: done, 212,345 rows in 3.2 s\nproof: 000001.eml\npreprocess: started\n');
  });
});

describe('on a terminal', () => {
  const written: string[] = [];
  const stream = { isTTY: true, columns: 100, write: (text: string) => written.push(text) };

  test('the table is drawn over itself and notes stand above it', () => {
    const display = createProgressDisplay({ stream, environment: { NO_COLOR: '1' }, now: () => now });
    display.update(collected);
    display.note('proof: 000001.eml');
    display.end();
    const table = renderProgress(collected, view);
    expect(written).toEqual([`${table}\n`, `\u001b[8A\u001b[0Jproof: 000001.eml\n${table}\n`]);
  });
});

test('tables line up, numbers to the right', () => {
  expect(renderTable([{ title: 'segment' }, { title: 'customers', right: true }], [['loyal', '1,204'], ['new', '7']])).toEqual(['segment  customers', 'loyal        1,204', 'new              7']);
  expect(() => renderTable([{ title: 'a' }], [['1', '2']])).toThrow(RangeError);
});

test.each([[0, '0.0 s'], [59.94, '59.9 s'], [59.96, '1 min 00 s'], [125, '2 min 05 s']])('%d seconds read %s', (seconds, words) => {
  expect(formatSeconds(seconds)).toBe(words);
});
