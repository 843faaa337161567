import type { Format, VariableValue } from './letter-template.ts';

type Locale = { readonly locale: string; readonly currency: string; readonly timeZone: string };

/** Making a formatter takes longer than writing a letter; the locales of customers' data may be any number, so the oldest go. */
function kept<Made>(make: (id: string) => Made): (id: string) => Made {
  const known = new Map<string, Made>();
  return (id) => {
    const found = known.get(id);
    if (found !== undefined) return found;
    if (known.size >= 500) known.delete(known.keys().next().value!);
    const fresh = make(id);
    known.set(id, fresh);
    return fresh;
  };
}

const plainNumber = kept((locale) => new Intl.NumberFormat(locale));
const moneyFormat = kept((id) => {
  const [locale, currency] = id.split('\n');
  return new Intl.NumberFormat(locale, { style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger' });
});
const dateFormat = kept((id) => {
  const [locale, timeZone] = id.split('\n');
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone });
});

const instant = (value: NonNullable<VariableValue>): Date => (value instanceof Date ? value : new Date(String(value)));

/**
 * Formats values by locale: numbers with their separators, money in the shop's currency (whole amounts without cents), dates like `23 November 2026`.
 * A value that is no number or no date is given back as it is.
 * @param options `currency` ISO 4217, `timeZone` IANA; a date without a time is the same day everywhere
 */
export function valueFormat({ locale, currency, timeZone }: Locale): (value: NonNullable<VariableValue>, format: Format | undefined) => string {
  return (value, format) => {
    if (format === 'date' || value instanceof Date) {
      const at = instant(value);
      if (Number.isNaN(at.getTime())) return String(value);
      const zone = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? 'UTC' : timeZone;
      return dateFormat(`${locale}\n${zone}`).format(at);
    }
    if (format === 'money' && Number.isFinite(Number(value))) {
      return moneyFormat(`${locale}\n${currency}`).format(Number(value));
    }
    if (typeof value === 'number') return plainNumber(locale).format(value);
    return format === 'number' && Number.isFinite(Number(value)) ? plainNumber(locale).format(Number(value)) : String(value);
  };
}
