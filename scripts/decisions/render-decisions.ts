import type { DecisionEntry } from '../../activities/feedback/contract.ts';
import { createPaint } from '../display/paint.ts';

/** Decisions for people, under the cycle they were made in: what changed, why, by which rule and whom, and whether it still stands. */
export function renderDecisions(entries: readonly DecisionEntry[], { color, shop }: { readonly color: boolean; readonly shop: string }): string {
  const paint = createPaint(color);
  if (entries.length === 0) return `No decision was made for shop ${shop} yet: the first cycle makes some.`;
  const cycles = [...Map.groupBy(entries, (entry) => entry.cycle)];
  return cycles.map(([cycle, made]) => [paint.bold(cycle), ...made.flatMap((entry) => linesOf(entry, paint))].join('\n')).join('\n\n');
}

function linesOf({ id, kind, words, evidence, rule, actor, madeAt, undoneAt }: DecisionEntry, paint: ReturnType<typeof createPaint>): string[] {
  const state = undoneAt === null ? '' : paint.yellow(` (undone ${undoneAt.slice(0, 16).replace('T', ' ')})`);
  return [
    `  ${kind === 'no_change' ? paint.dim(words) : words}${state}`,
    ...(evidence === '' ? [] : [`    because ${evidence}`]),
    paint.dim(`    ${id}, by ${actor}, rule ${rule}, ${madeAt.slice(0, 16).replace('T', ' ')}`),
  ];
}
