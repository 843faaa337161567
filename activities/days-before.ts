/** The ISO instant a number of whole days before another. */
export const daysBefore = (instant: string, days: number): string => new Date(Date.parse(instant) - days * 86_400_000).toISOString();
