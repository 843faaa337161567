import type { CycleProgress } from '../../workflows/progress.ts';

/** What to do about a cycle that was left waiting, in one line that starts with a code. */
export function tellWait({ shop, cycle, waitsFor, held, plan, window }: CycleProgress): string {
  const name = `${shop}/${cycle}`;
  if (waitsFor === 'repair') {
    const message = held?.message ?? 'The cycle is held.';
    // Most messages of the table say it themselves.
    return `${held?.code ?? 'CYCLE_HELD'}: ${message}${message.includes('npm run resume') ? '' : ` Then: npm run resume -- ${name}`}`;
  }
  if (waitsFor === 'approval') return `WAITS_FOR_APPROVAL: The plan for ${plan?.toSend ?? 0} mails waits. Read the proof, then: npm run approve -- ${name}, or npm run reject -- ${name}`;
  return `WAITS_FOR_OUTCOMES: Cycle ${name} waits for what customers do until ${window?.to.slice(0, 10) ?? 'the end of its window'}. Keep \`npm start\` running, or come back with: npm run resume -- ${name}`;
}
