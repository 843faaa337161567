import type { MetricUnit } from './cycle-report.ts';

/** Numbers as a person reads them, each with its unit; what is not finite reads `–`. */
export interface ReportNumbers {
  count(value: number): string;
  /** Up to `digits` significant decimals after the point. */
  decimal(value: number, digits?: number): string;
  money(value: number): string;
  /** A share as a percentage: 0.123 reads `12.3 %`. */
  share(value: number): string;
  /** A value of a metric. */
  metric(value: number, unit: MetricUnit): string;
  /** A signed difference of a metric; shares differ by percentage points. */
  difference(value: number, unit: MetricUnit): string;
  /** `p < .001`, `p = .034` */
  pValue(value: number): string;
  /** `0.4 s`, `12 s`, `3 min 05 s` */
  seconds(value: number): string;
  bytes(value: number): string;
  /** Day and time in the shop's time zone. */
  time(iso: string): string;
  /** Day and time by the shop's wall clock, which the data are written in as if it were UTC. */
  wallTime(iso: string): string;
  /** Day by the shop's wall clock. */
  wallDay(iso: string): string;
}

const none = '–';
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** The unit of a metric that the report does not name, by its name. */
export function unitOf(metric: string, units: Readonly<Record<string, MetricUnit>>): MetricUnit {
  const given = Object.hasOwn(units, metric) ? units[metric] : undefined;
  if (given !== undefined) return given;
  if (/revenue|profit|margin|spend|cost|value|money/i.test(metric)) return 'money';
  return /conversion|rate|share|retention|retained|unsubscrib|opened|clicked|redeemed/i.test(metric) ? 'share' : 'number';
}

/** @param options `currency` ISO 4217, `timeZone` IANA */
export function reportNumbers({ currency, timeZone }: { readonly currency: string; readonly timeZone: string }): ReportNumbers {
  const coins = new Intl.NumberFormat('en', { style: 'currency', currency });
  const notes = new Intl.NumberFormat('en', { style: 'currency', currency, maximumFractionDigits: 0 });
  const times = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone });
  const wallTimes = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  const wallDays = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

  const finite = (value: number, format: (value: number) => string): string => (Number.isFinite(value) ? format(value).replace('-', '−') : none);
  const dated = (iso: string, format: Intl.DateTimeFormat): string => (Number.isNaN(Date.parse(iso)) ? none : format.format(new Date(iso)));
  const signed = (value: number, text: string): string => (value > 0 ? `+${text}` : text);

  const decimal = (value: number, digits = 2): string => finite(value, (number) => new Intl.NumberFormat('en', { maximumFractionDigits: digits }).format(number));
  const money = (value: number): string => finite(value, (number) => (Math.abs(number) < 10_000 ? coins : notes).format(number));
  const share = (value: number): string => finite(value, (number) => `${new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(number * 100)} %`);
  const points = (value: number): string => finite(value, (number) => `${new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(number * 100)} pp`);

  const read = { share, money, number: (value: number) => decimal(value, 3) };
  return {
    count: (value) => finite(value, (number) => whole.format(number)),
    decimal,
    money,
    share,
    metric: (value, unit) => read[unit](value),
    difference: (value, unit) => signed(value, unit === 'share' ? points(value) : read[unit](value)),
    pValue: (value) => {
      if (!Number.isFinite(value)) return none;
      return value < 0.001 ? 'p < .001' : `p = ${value.toFixed(3).replace(/^0/, '')}`;
    },
    seconds: (value) => finite(value, (number) => {
      if (number < 10) return `${number.toFixed(number < 1 ? 2 : 1)} s`;
      const rounded = Math.round(number);
      return rounded < 60 ? `${rounded} s` : `${Math.floor(rounded / 60)} min ${String(rounded % 60).padStart(2, '0')} s`;
    }),
    bytes: (value) => finite(value, (number) => {
      const unit = Math.min(byteUnits.length - 1, number < 1000 ? 0 : Math.floor(Math.log10(number) / 3));
      return `${decimal(number / 1000 ** unit, 1)} ${byteUnits[unit]!}`;
    }),
    time: (iso) => dated(iso, times),
    wallTime: (iso) => dated(iso, wallTimes),
    wallDay: (iso) => dated(iso, wallDays),
  };
}
