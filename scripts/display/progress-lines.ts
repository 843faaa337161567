import type { CycleProgress } from '../../workflows/progress.ts';
import { formatCount, formatSeconds } from './format-number.ts';
import { waitLine } from './render-progress.ts';

/** What is new between two looks at a cycle, one line each: for logs and pipes, where nothing can be redrawn. */
export function progressLines(before: CycleProgress | undefined, now: CycleProgress): string[] {
  const lines = before === undefined ? [`Cycle ${now.shop}/${now.cycle}, knows what happened before ${now.asOf.slice(0, 10)}`] : [];
  for (const step of now.steps) {
    const earlier = before?.steps.find(({ name }) => name === step.name)?.state ?? 'waiting';
    if (step.state === earlier) continue;
    if (step.state === 'running') lines.push(`${step.name}: started`);
    if (step.state === 'done') lines.push(`${step.name}: done, ${formatCount(step.rows)} rows in ${formatSeconds(step.seconds)}${step.note === '' ? '' : `. ${step.note}`}`);
    if (step.state === 'skipped') lines.push(`${step.name}: skipped${step.note === '' ? '' : `, ${step.note}`}`);
  }
  for (const warning of now.warnings.slice(before?.warnings.length ?? 0)) lines.push(`Note: ${warning}`);
  const wait = waitLine(now);
  if (wait !== undefined && wait !== (before === undefined ? undefined : waitLine(before))) lines.push(wait);
  return lines;
}
