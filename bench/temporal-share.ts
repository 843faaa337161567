/** An event of a workflow history, enums by name and 64-bit numbers as text (see read-histories.ts). */
export interface HistoryEvent {
  readonly eventId: string;
  /** Since the epoch; what is 0 may be absent. */
  readonly eventTime: { readonly seconds?: string; readonly nanos?: number };
  /** `EVENT_TYPE_ACTIVITY_TASK_SCHEDULED` and the like. */
  readonly eventType: string;
  readonly [attributes: string]: unknown;
}

/** Milliseconds since the epoch, half open. */
interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Where the time of a workflow and its children went, in seconds. */
export interface TimeShare {
  /** First event to last. */
  readonly total: number;
  /** Somebody's code ran: at least one activity was between its start and its end. */
  readonly working: number;
  /** Temporal moved things: see `temporalShare`. */
  readonly temporal: number;
  /** Nothing was scheduled and nothing ran: timers, approvals, an attribution window. */
  readonly waiting: number;
  /** temporal / (working + temporal): waiting for people and for time is nobody's overhead. */
  readonly share: number;
  /** Temporal's seconds by the step whose activity they led to. */
  readonly byStep: Readonly<Record<string, number>>;
  /** Seconds between start and end, by activity type. */
  readonly byActivity: Readonly<Record<string, number>>;
}

const endOf: Readonly<Record<string, string>> = {
  EVENT_TYPE_ACTIVITY_TASK_COMPLETED: 'activityTaskCompletedEventAttributes',
  EVENT_TYPE_ACTIVITY_TASK_FAILED: 'activityTaskFailedEventAttributes',
  EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: 'activityTaskTimedOutEventAttributes',
  EVENT_TYPE_ACTIVITY_TASK_CANCELED: 'activityTaskCanceledEventAttributes',
};

const workflowTaskEnds: ReadonlySet<string> = new Set(['EVENT_TYPE_WORKFLOW_TASK_COMPLETED', 'EVENT_TYPE_WORKFLOW_TASK_FAILED', 'EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT']);

interface OneHistory {
  readonly work: (Interval & { readonly activity: string })[];
  /** With the step each one led to. */
  readonly moves: (Interval & { readonly step: string })[];
  readonly first: number;
  readonly last: number;
}

/**
 * Temporal's own share of a cycle, from the times in its histories.
 *
 * Temporal's time is what passes between a task's scheduling and its start (activities), between a workflow task's scheduling and its end
 * (the queue, the worker's replay and the commands' way back), and between a child's being asked for and its start, less every moment in which
 * an activity of any of the histories runs: what overlaps work delays nothing. The rest, where nothing is scheduled and nothing runs, is waiting.
 * An interval belongs to the step of the next activity that its workflow schedules at or after the interval's start, else of the last one before.
 * @param histories the events of the cycle's workflow and of every child, each in order
 * @param stepOf the step an activity type belongs to
 * @throws RangeError when there is no event at all
 */
export function temporalShare(histories: readonly (readonly HistoryEvent[])[], stepOf: (activityType: string) => string): TimeShare {
  const read = histories.filter((events) => events.length > 0).map((events) => readHistory(events, stepOf));
  if (read.length === 0) throw new RangeError('There is no history to measure.');
  const first = Math.min(...read.map((history) => history.first));
  const last = Math.max(...read.map((history) => history.last));
  const work = union(read.flatMap((history) => history.work));
  const total = last - first;
  const working = lengthOf(work);

  const byActivity: Record<string, number> = {};
  for (const { activity, from, to } of read.flatMap((history) => history.work)) byActivity[activity] = (byActivity[activity] ?? 0) + (to - from) / 1000;

  const byStep: Record<string, number> = {};
  // A moment that two workflows' tasks share is counted once, for the earlier one.
  let counted = work;
  let temporal = 0;
  for (const move of read.flatMap((history) => history.moves).sort((a, b) => a.from - b.from)) {
    const own = lengthOf(subtract([move], counted));
    byStep[move.step] = (byStep[move.step] ?? 0) + own / 1000;
    temporal += own;
    counted = union([...counted, move]);
  }
  return {
    total: total / 1000,
    working: working / 1000,
    temporal: temporal / 1000,
    waiting: (total - working - temporal) / 1000,
    share: working + temporal === 0 ? 0 : temporal / (working + temporal),
    byStep,
    byActivity,
  };
}

function readHistory(events: readonly HistoryEvent[], stepOf: (activityType: string) => string): OneHistory {
  const timeById = new Map(events.map((event) => [event.eventId, timeOf(event)]));
  const activityById = new Map<string, string>();
  const startById = new Map<string, { readonly at: number; readonly activity: string }>();
  const work: OneHistory['work'] = [];
  const moves: Interval[] = [];
  const scheduled: { readonly at: number; readonly step: string }[] = [];
  let taskScheduled: number | undefined;
  for (const event of events) {
    const at = timeOf(event);
    if (event.eventType === 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED') {
      const { activityType } = attributes(event, 'activityTaskScheduledEventAttributes') as { activityType: { name: string } };
      activityById.set(event.eventId, activityType.name);
      scheduled.push({ at, step: stepOf(activityType.name) });
    } else if (event.eventType === 'EVENT_TYPE_ACTIVITY_TASK_STARTED') {
      const { scheduledEventId } = attributes(event, 'activityTaskStartedEventAttributes');
      startById.set(event.eventId, { at, activity: activityById.get(String(scheduledEventId)) ?? 'unknown' });
      moves.push({ from: timeById.get(String(scheduledEventId)) ?? at, to: at });
    } else if (event.eventType in endOf) {
      const started = startById.get(String(attributes(event, endOf[event.eventType]!)['startedEventId']));
      if (started !== undefined) work.push({ from: started.at, to: at, activity: started.activity });
    } else if (event.eventType === 'EVENT_TYPE_WORKFLOW_TASK_SCHEDULED') {
      taskScheduled ??= at;
    } else if (workflowTaskEnds.has(event.eventType)) {
      moves.push({ from: taskScheduled ?? at, to: at });
      taskScheduled = undefined;
    } else if (event.eventType === 'EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED') {
      const { initiatedEventId } = attributes(event, 'childWorkflowExecutionStartedEventAttributes');
      moves.push({ from: timeById.get(String(initiatedEventId)) ?? at, to: at });
    }
  }
  const stepAt = (from: number): string => (scheduled.find(({ at }) => at >= from) ?? scheduled.at(-1))?.step ?? 'none';
  return {
    work,
    moves: moves.map((move) => ({ ...move, step: stepAt(move.from) })),
    first: timeOf(events[0]!),
    last: timeOf(events.at(-1)!),
  };
}

const timeOf = ({ eventTime }: HistoryEvent): number => Number(eventTime.seconds ?? 0) * 1000 + (eventTime.nanos ?? 0) / 1e6;

function attributes(event: HistoryEvent, name: string): Record<string, unknown> {
  const found = event[name];
  if (typeof found !== 'object' || found === null) throw new RangeError(`Event ${event.eventId} has no ${name}.`);
  return found as Record<string, unknown>;
}

function union(intervals: readonly Interval[]): Interval[] {
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of [...intervals].sort((a, b) => a.from - b.from)) {
    const open = merged.at(-1);
    if (open !== undefined && from <= open.to) open.to = Math.max(open.to, to);
    else if (to > from) merged.push({ from, to });
  }
  return merged;
}

/** What of `intervals` lies outside `taken`; both without overlaps and in order. */
function subtract(intervals: readonly Interval[], taken: readonly Interval[]): Interval[] {
  return intervals.flatMap((interval) => {
    const left: Interval[] = [];
    let { from } = interval;
    for (const { from: start, to: end } of taken) {
      if (end <= from || start >= interval.to) continue;
      if (start > from) left.push({ from, to: start });
      from = Math.max(from, end);
    }
    if (from < interval.to) left.push({ from, to: interval.to });
    return left;
  });
}

const lengthOf = (intervals: readonly Interval[]): number => intervals.reduce((sum, { from, to }) => sum + (to - from), 0);
