import type { Format, VariableValue } from './letter-template.ts';

const instant = (value: NonNullable<VariableValue>): Date => (value instanceof Date ? value : new Date(String(value)));

/**
 * Formats values by locale: numbers with their separators, money in the shop's currency (whole amounts without cents), dates like `23 November 2026`.
 * A value that is no number or no date is given back as it is.
 * @param options `currency` ISO 4217, `timeZone` IANA; a date without a time is the same day everywhere
 */
export function valueFormat({ locale, currency, timeZone }: { readonly locale: string; readonly currency: string; readonly timeZone: string }): (value: NonNullable<VariableValue>, format: Format | undefined) => string {
  return (value, format) => {
    if (format === 'date' || value instanceof Date) {
      const at = instant(value);
      if (Number.isNaN(at.getTime())) return String(value);
      const zone = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? 'UTC' : timeZone;
      return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: zone }).format(at);
    }
    if (format === 'money' && Number.isFinite(Number(value))) {
      return new Intl.NumberFormat(locale, { style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger' }).format(Number(value));
    }
    if (typeof value === 'number') return new Intl.NumberFormat(locale).format(value);
    return format === 'number' && Number.isFinite(Number(value)) ? new Intl.NumberFormat(locale).format(Number(value)) : String(value);
  };
}
