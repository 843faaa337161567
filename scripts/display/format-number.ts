const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `1,234,567` */
export const formatCount = (count: number): string => whole.format(count);

/** `3.2 s`, `1 min 05 s` */
export function formatSeconds(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const all = Math.round(seconds);
  return `${Math.floor(all / 60)} min ${String(all % 60).padStart(2, '0')} s`;
}

/** `1,234.50 EUR` */
export const formatMoney = (amount: number, currency: string): string => `${new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(amount)} ${currency}`;

/** `+1.23` with a sign. */
export const formatSigned = (value: number, digits: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
