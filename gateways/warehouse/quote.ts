import type { Parameter } from './warehouse.ts';

/** An SQL identifier that may hold any text. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** An SQL literal of a parameter. @throws RangeError for a number that is not finite */
export function quoteLiteral(value: Parameter): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`Parameter ${value} is not a finite number.`);
    return Number.isInteger(value) ? String(value) : `${value}::double`;
  }
  return `[${value.map(quoteLiteral).join(', ')}]`;
}
