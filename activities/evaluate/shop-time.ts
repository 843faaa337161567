/** Seconds of a day; a shop whose day is shorter is simulated. */
const realDay = 86_400;

/**
 * The shop's wall clock at an instant, written as if it were UTC: the canonical tables' timestamps are read the same way.
 * @param timeZone IANA name
 */
function wallClock(instant: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' }).formatToParts(new Date(instant));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((found) => found.type === type)!.value;
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}Z`;
}

/**
 * The attribution window in the shop's own time. A shop that runs in real time counts from when sending began; one whose days are compressed
 * has no meeting of the two clocks but the cycle's as_of.
 */
export function windowOf({ asOf, openedAt, days, dayLengthSeconds, timeZone }: { readonly asOf: string; readonly openedAt: string; readonly days: number; readonly dayLengthSeconds: number; readonly timeZone: string }): { from: string; to: string } {
  const from = dayLengthSeconds < realDay ? asOf : wallClock(openedAt, timeZone);
  return { from, to: new Date(Date.parse(from) + days * realDay * 1000).toISOString() };
}
