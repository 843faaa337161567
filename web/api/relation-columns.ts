import { quoteIdentifier } from '../../gateways/warehouse/quote.ts';
import type { Mask } from '../reads/mask.ts';

/** Columns that hold or may repeat a name, an address or another direct sign of a person, in any relation. */
const personal: Readonly<Record<string, 'address' | 'name' | 'words'>> = { email: 'address', address: 'address', given_name: 'name', birth_date: 'words', line: 'words', text: 'words', query: 'words', coupon_code: 'words' };
/** Further ones of a relation. */
const personalIn: Readonly<Record<string, Readonly<Record<string, 'words'>>>> = { 'snapshot.identities': { value: 'words' } };

export type ColumnType = 'text' | 'boolean' | 'int32' | 'int64' | 'float64' | 'date' | 'timestamp';

/** A column of a relation as the API gives it. */
export interface RelationColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** SQL that gives it in a form every format can write. */
  readonly select: string;
  readonly hide?: (value: string | null) => string;
}

const simple: Readonly<Record<string, ColumnType>> = { VARCHAR: 'text', BOOLEAN: 'boolean', TINYINT: 'int32', SMALLINT: 'int32', INTEGER: 'int32', UTINYINT: 'int32', USMALLINT: 'int32', UINTEGER: 'int64', BIGINT: 'int64', FLOAT: 'float64', DOUBLE: 'float64', DATE: 'date', TIMESTAMP: 'timestamp' };

/** @param type as DuckDB's `describe` gives it; decimals become doubles, what has no counterpart becomes text */
export function relationColumn(relation: string, name: string, type: string, mask: Mask): RelationColumn {
  const column = quoteIdentifier(name);
  const hidden = mask.hides ? personal[name] ?? personalIn[relation]?.[name] : undefined;
  if (hidden !== undefined) return { name, type: 'text', select: `${column}::varchar as ${column}`, hide: mask[hidden] };
  const known = simple[type] ?? (/^(DECIMAL|HUGEINT|UHUGEINT|UBIGINT)/.test(type) ? 'float64' : undefined);
  if (known === undefined) return { name, type: 'text', select: `${column}::varchar as ${column}` };
  if (known === 'float64') return { name, type: known, select: `${column}::double as ${column}` };
  if (known === 'date') return { name, type: known, select: `${column}::varchar as ${column}` };
  return { name, type: known, select: column };
}
