import type { CycleProgress, StepProgress } from '../../workflows/progress.ts';
import { formatCount, formatSeconds } from './format-number.ts';
import { createPaint, type Paint } from './paint.ts';

export interface ProgressView {
  /** Columns of the terminal; longer lines are cut, since a wrapped line cannot be redrawn. */
  readonly width: number;
  readonly color: boolean;
  /** Milliseconds since the epoch, to count the running step's seconds. */
  readonly now: number;
}

const marks: Readonly<Record<StepProgress['state'], string>> = { waiting: '·', running: '▸', done: '✓', held: '!', skipped: '–' };

/** A cycle's progress as a table of its steps and what it waits for, in lines joined by newlines. */
export function renderProgress(progress: CycleProgress, { width, color, now }: ProgressView): string {
  const paint = createPaint(color);
  const lines = [
    { text: `Cycle ${progress.shop}/${progress.cycle}, knows what happened before ${progress.asOf.slice(0, 10)}`, style: paint.bold },
    ...progress.steps.map((step) => ({ text: stepLine(step, now), style: stepStyle(step, paint) })),
    ...progress.warnings.map((warning) => ({ text: `  Note: ${warning}`, style: paint.yellow })),
    ...(waitLine(progress) === undefined ? [] : [{ text: `  ${waitLine(progress)}`, style: progress.waitsFor === 'repair' ? paint.red : paint.cyan }]),
  ];
  return lines.map(({ text, style }) => style(cut(text, width))).join('\n');
}

/** What a waiting cycle waits for, in words; undefined when it goes on by itself. */
export function waitLine(progress: Pick<CycleProgress, 'waitsFor' | 'held' | 'plan' | 'window' | 'shop' | 'cycle'>): string | undefined {
  if (progress.waitsFor === 'repair') return `Held: ${progress.held?.code ?? 'UNKNOWN'}: ${progress.held?.message ?? ''}`;
  if (progress.waitsFor === 'approval') return `Waits for approval of the plan${progress.plan === undefined ? '' : ` for ${formatCount(progress.plan.toSend)} mails`}: npm run approve -- ${progress.shop}/${progress.cycle}`;
  if (progress.waitsFor === 'relay') return 'Waits for the mail relay to come back.';
  if (progress.waitsFor === 'outcomes') return `Waits for what customers do${progress.window === undefined ? '' : ` from ${progress.window.from.slice(0, 10)} to ${progress.window.to.slice(0, 10)}`}.`;
  return undefined;
}

function stepLine(step: StepProgress, now: number): string {
  const seconds = step.state === 'running' || step.state === 'held' ? secondsSince(step.startedAt, now) : step.seconds;
  const cells = [
    `  ${marks[step.state]} ${step.name.padEnd(10)}`,
    step.state.padEnd(8),
    (step.rows > 0 ? `${formatCount(step.rows)} rows` : '').padStart(16),
    (step.state === 'waiting' || step.state === 'skipped' ? '' : formatSeconds(seconds)).padStart(12),
    `  ${wordsOf(step)}`,
  ];
  return cells.join(' ').trimEnd();
}

function wordsOf(step: StepProgress): string {
  if (step.state === 'held') return '';
  if (step.note !== '') return step.note;
  return step.figures.slice(0, 3).map(({ label, value }) => `${label} ${value}`).join(', ');
}

function stepStyle(step: StepProgress, paint: Paint): (text: string) => string {
  const styles = { waiting: paint.dim, running: paint.cyan, done: paint.green, held: paint.red, skipped: paint.dim };
  return styles[step.state];
}

function secondsSince(startedAt: string | undefined, now: number): number {
  return startedAt === undefined ? 0 : Math.max(0, (now - Date.parse(startedAt)) / 1000);
}

function cut(text: string, width: number): string {
  const line = text.replace(/\s*\n\s*/g, ' ');
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}
