import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';

const dayMs = 86_400_000;

/** Holidays and promotions as columns of 0 and 1 for series that end the day before as_of, and `horizon` days on. */
export function knownMarks({ holidays, promotions }: ShopSettings['forecast'], asOf: string, horizon: number): (length: number, category?: string) => Float64Array[] {
  const today = Date.parse(`${asOf.slice(0, 10)}T00:00:00Z`);
  const daysFrom = (date: string): number => Math.round((Date.parse(`${date}T00:00:00Z`) - today) / dayMs);
  return (length, category) => {
    const column = (spans: readonly (readonly [from: number, to: number])[]): Float64Array => {
      const marks = new Float64Array(length + horizon);
      for (const [from, to] of spans) for (let day = Math.max(from, -length); day <= Math.min(to, horizon - 1); day++) marks[length + day] = 1;
      return marks;
    };
    const columns = [
      ...holidays.map(({ dates }) => column(dates.map((date) => [daysFrom(date), daysFrom(date)] as const))),
      ...promotions.filter((promotion) => promotion.category === undefined || promotion.category === category).map(({ from, to }) => column([[daysFrom(from), daysFrom(to)]])),
    ];
    // A mark that never was in the past teaches nothing, whatever the future has.
    return columns.filter((marks) => marks.subarray(0, length).some((mark) => mark === 1));
  };
}
