import type { ScannerSigns } from '../gateways/ledger/read-scanner-signs.ts';

/** What a request says about who made it. */
export interface Visit {
  readonly method: string;
  readonly userAgent: string;
  /** `Sec-Purpose`, or the older `Purpose` and `X-Purpose`. */
  readonly purpose: string;
}

const programs = /bot\b|bots?[/;\s]|crawl|spider|slurp|scan|preview|proofpoint|mimecast|barracuda|safelinks|symantec|trendmicro|fireeye|headless|phantom|puppeteer|playwright|curl\/|wget\/|python|libwww|java\/|go-http|okhttp|facebookexternalhit|whatsapp/i;

/** Whether a program says that it is one: a HEAD, a prefetch, no agent at all, or the agent of a scanner. */
export const isProgram = ({ method, userAgent, purpose }: Visit): boolean => method === 'HEAD' || /prefetch|prerender|preview/i.test(purpose) || userAgent.trim() === '' || programs.test(userAgent);

/** Seconds within which nobody has received, opened and read a letter, or followed three of its links. */
const humanSeconds = 2;

/**
 * Whether a click was a program's by its agent or by its time: before or within two seconds of the hand-over, or as the third link in two seconds.
 * @param dayLengthSeconds real seconds of a shop's day; a compressed shop has compressed people
 */
export function isProgramClick(visit: Visit, signs: ScannerSigns, at: Date, dayLengthSeconds: number): boolean {
  if (isProgram(visit)) return true;
  if (signs.handedOverAt === null) return true;
  return at.getTime() - signs.handedOverAt.getTime() < humanMilliseconds(dayLengthSeconds) || signs.otherLinks >= 2;
}

/** How far back a click looks for others of the same letter, in real milliseconds. */
export const humanMilliseconds = (dayLengthSeconds: number): number => (humanSeconds * 1000 * dayLengthSeconds) / 86_400;
