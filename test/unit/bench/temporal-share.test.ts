import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporalShare, type HistoryEvent } from '../../../bench/temporal-share.ts';

/** Writes a history as the server does; times are milliseconds after its start. */
function historyFrom(start: number) {
  const events: HistoryEvent[] = [];
  const add = (at: number, type: string, attributes: Record<string, unknown> = {}): number => {
    const key = `${type.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())}EventAttributes`;
    events.push({ eventId: String(events.length + 1), eventTime: { seconds: String(Math.floor((start + at) / 1000)), nanos: (start + at) % 1000 * 1e6 }, eventType: `EVENT_TYPE_${type}`, [key]: attributes });
    return events.length;
  };
  return {
    events,
    add,
    workflowTask(scheduled: number, started: number, completed: number): void {
      add(scheduled, 'WORKFLOW_TASK_SCHEDULED');
      add(started, 'WORKFLOW_TASK_STARTED');
      add(completed, 'WORKFLOW_TASK_COMPLETED');
    },
    activity(name: string, scheduled: number, started: number, ended: number, how = 'COMPLETED'): void {
      const scheduledEventId = add(scheduled, 'ACTIVITY_TASK_SCHEDULED', { activityType: { name } });
      const startedEventId = add(started, 'ACTIVITY_TASK_STARTED', { scheduledEventId: String(scheduledEventId) });
      add(ended, `ACTIVITY_TASK_${how}`, { scheduledEventId: String(scheduledEventId), startedEventId: String(startedEventId) });
    },
  };
}

const base = Date.UTC(2026, 10, 23);
const stepOf = (activity: string): string => ({ collect: 'collect', audit: 'collect', preprocess: 'preprocess' })[activity] ?? 'other';

describe('temporal share', () => {
  it('counts workflow tasks and the wait of activities for a worker, and nothing else', () => {
    const history = historyFrom(base);
    history.add(0, 'WORKFLOW_EXECUTION_STARTED');
    history.workflowTask(0, 10, 30);
    history.activity('collect', 30, 40, 1040);
    history.workflowTask(1040, 1045, 1060);
    history.activity('preprocess', 60 + 1000, 1065, 2065);
    history.workflowTask(2065, 2070, 2075);
    history.add(2075, 'WORKFLOW_EXECUTION_COMPLETED');
    const share = temporalShare([history.events], stepOf);
    expect(share.total).toBeCloseTo(2.075);
    expect(share.working).toBeCloseTo(2);
    expect(share.temporal).toBeCloseTo(0.075);
    expect(share.waiting).toBeCloseTo(0);
    expect(share.byActivity['collect']).toBeCloseTo(1);
    expect(share.share).toBeCloseTo(0.075 / 2.075);
    expect(share.byStep['collect']).toBeCloseTo(0.04);
    // The last workflow task leads to no activity: it belongs to the step before.
    expect(share.byStep['preprocess']).toBeCloseTo(0.035);
  });

  it('does not count a timer or an approval that is waited for', () => {
    const history = historyFrom(base);
    history.add(0, 'WORKFLOW_EXECUTION_STARTED');
    history.workflowTask(0, 10, 20);
    history.add(20, 'TIMER_STARTED');
    history.add(60_020, 'TIMER_FIRED');
    history.workflowTask(60_020, 60_030, 60_040);
    history.activity('collect', 60_040, 60_050, 60_550);
    history.add(60_550, 'WORKFLOW_EXECUTION_COMPLETED');
    const share = temporalShare([history.events], stepOf);
    expect(share.waiting).toBeCloseTo(60);
    expect(share.temporal).toBeCloseTo(0.05);
    expect(share.working).toBeCloseTo(0.5);
  });

  it('does not count what overlaps work: a second activity that waits while the first runs delays nothing', () => {
    const history = historyFrom(base);
    history.add(0, 'WORKFLOW_EXECUTION_STARTED');
    history.workflowTask(0, 0, 0);
    history.activity('collect', 0, 0, 1000);
    history.activity('audit', 0, 500, 1500);
    history.add(1500, 'WORKFLOW_EXECUTION_COMPLETED');
    const share = temporalShare([history.events], stepOf);
    expect(share.temporal).toBe(0);
    expect(share.working).toBeCloseTo(1.5);
  });

  it('counts a failed activity as work', () => {
    const history = historyFrom(base);
    history.activity('collect', 0, 10, 110, 'FAILED');
    expect(temporalShare([history.events], stepOf)).toMatchObject({ working: 0.1, temporal: 0.01 });
  });

  it('takes a child\'s work as work of the whole, and its own tasks once', () => {
    const parent = historyFrom(base);
    parent.add(0, 'WORKFLOW_EXECUTION_STARTED');
    const initiated = parent.add(0, 'START_CHILD_WORKFLOW_EXECUTION_INITIATED');
    parent.add(20, 'CHILD_WORKFLOW_EXECUTION_STARTED', { initiatedEventId: String(initiated) });
    parent.workflowTask(20, 25, 30);
    parent.add(1100, 'CHILD_WORKFLOW_EXECUTION_COMPLETED');
    parent.workflowTask(1100, 1105, 1110);
    parent.add(1110, 'WORKFLOW_EXECUTION_COMPLETED');
    const child = historyFrom(base);
    child.add(20, 'WORKFLOW_EXECUTION_STARTED');
    child.workflowTask(20, 30, 40);
    child.activity('dispatchPage', 40, 50, 1080);
    child.workflowTask(1080, 1090, 1100);
    child.add(1100, 'WORKFLOW_EXECUTION_COMPLETED');
    const share = temporalShare([parent.events, child.events], stepOf);
    expect(share.working).toBeCloseTo(1.03);
    expect(share.temporal).toBeCloseTo(0.02 + 0.02 + 0.01 + 0.02 + 0.01);
    expect(share.waiting).toBeCloseTo(0);
  });

  it('sums its parts up to the whole', () => {
    const history = historyFrom(base);
    history.add(0, 'WORKFLOW_EXECUTION_STARTED');
    history.workflowTask(0, 3, 7);
    history.activity('collect', 7, 11, 500);
    history.workflowTask(500, 504, 509);
    history.add(900, 'WORKFLOW_EXECUTION_COMPLETED');
    const share = temporalShare([history.events], stepOf);
    expect(share.working + share.temporal + share.waiting).toBeCloseTo(share.total);
    expect(Object.values(share.byStep).reduce((sum, seconds) => sum + seconds, 0)).toBeCloseTo(share.temporal);
  });

  it('sums its parts up to the whole of a history recorded from a server', async () => {
    const file = join(import.meta.dirname, '../../replay/histories/cycle-held-resumed-reminded-approved.json');
    const { events } = JSON.parse(await readFile(file, 'utf8')) as { events: HistoryEvent[] };
    const share = temporalShare([events], (activity) => activity);
    expect(share.total).toBeGreaterThan(0);
    expect(Math.min(share.working, share.temporal, share.waiting)).toBeGreaterThan(0);
    expect(share.working + share.temporal + share.waiting).toBeCloseTo(share.total);
    expect(Object.keys(share.byStep)).toContain('collect');
    expect(Object.values(share.byStep).reduce((sum, seconds) => sum + seconds, 0)).toBeCloseTo(share.temporal);
  });

  it('refuses to measure nothing', () => {
    expect(() => temporalShare([[]], stepOf)).toThrow(RangeError);
  });
});
