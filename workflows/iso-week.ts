const dayMs = 86_400_000;

/** Midnight UTC of the Monday of the week that `at` lies in. */
function mondayOf(at: Date): number {
  const midnight = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
  return midnight - ((at.getUTCDay() + 6) % 7) * dayMs;
}

/** ISO 8601 week of an instant in UTC, for example `2026-W48`. A week belongs to the year of its Thursday. */
export function isoWeek(at: Date): string {
  const monday = mondayOf(at);
  const year = new Date(monday + 3 * dayMs).getUTCFullYear();
  const first = mondayOf(new Date(Date.UTC(year, 0, 4)));
  return `${year}-W${String(Math.round((monday - first) / (7 * dayMs)) + 1).padStart(2, '0')}`;
}

/**
 * Midnight UTC of the Monday that starts an ISO week.
 * @throws RangeError when the text is no week of its year
 */
export function isoWeekStart(week: string): Date {
  const parts = /^(\d{4})-W(\d{2})$/.exec(week);
  if (!parts) throw new RangeError(`${week} is no ISO week like 2026-W48`);
  const first = mondayOf(new Date(Date.UTC(Number(parts[1]), 0, 4)));
  const start = new Date(first + (Number(parts[2]) - 1) * 7 * dayMs);
  if (isoWeek(start) !== week) throw new RangeError(`${week} is no ISO week: the year ${parts[1]} does not have it`);
  return start;
}

/**
 * Start of the calendar day that `at` falls on in a time zone, written as midnight UTC of that date: sources carry local times without a
 * zone, and the lake reads them as UTC.
 */
export function startOfDay(at: Date, timeZone = 'UTC'): Date {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(at);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  return new Date(Date.UTC(part('year'), part('month') - 1, part('day')));
}
