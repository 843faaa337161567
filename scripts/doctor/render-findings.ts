import { createPaint } from '../display/paint.ts';
import type { Finding } from './finding.ts';

const marks: Readonly<Record<Finding['state'], string>> = { ok: '✓', warning: '!', failed: '✗', skipped: '–' };

/** Findings as a table by area, each that wants a hand with what to do on a line of its own; the last line counts. */
export function renderFindings(findings: readonly Finding[], { color }: { readonly color: boolean }): string {
  const paint = createPaint(color);
  const style = { ok: paint.green, warning: paint.yellow, failed: paint.red, skipped: paint.dim };
  const area = Math.max(...findings.map((finding) => finding.area.length));
  const what = Math.max(...findings.map((finding) => finding.what.length));
  const lines = findings.flatMap((finding, index) => [
    `${style[finding.state](marks[finding.state])} ${(finding.area === findings[index - 1]?.area ? '' : finding.area).padEnd(area)}  ${finding.what.padEnd(what)}  ${finding.found}`,
    ...(finding.mend === undefined ? [] : [`${' '.repeat(area + what + 6)}${paint.cyan('→')} ${finding.mend}`]),
  ]);
  const count = (state: Finding['state']): number => findings.filter((finding) => finding.state === state).length;
  return [...lines, '', `${count('ok')} in order, ${count('warning')} to consider, ${count('failed')} failed, ${count('skipped')} not looked at`].join('\n');
}
