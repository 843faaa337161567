import { quoteIdentifier, quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { Erasures } from '../../gateways/ledger/erasures.ts';

/** The reason of lines of people who were erased; what such a line says is not kept. */
export const erasedReason = 'erased at the person’s request';

const listOf = ({ hashes }: Erasures): string => `[${hashes.map(quoteLiteral).join(', ')}]`;
const hashOf = ({ salt }: Erasures, value: string): string => `sha256(${quoteLiteral(`${salt}\n`)} || ${value})`;

/**
 * SQL that is true for a line of an erased person: by who it is about, whom it names, or the address in it.
 * @param columns what the source gives
 */
export function isErased(erased: Erasures, columns: ReadonlyMap<string, string>): string {
  const conditions = [
    ...['customer_id', 'other_customer_id'].filter((name) => columns.has(name)).map((name) => `list_contains(${listOf(erased)}, ${hashOf(erased, `${quoteIdentifier(name)}::varchar`)})`),
    ...(columns.has('email') ? [`list_contains(${listOf(erased)}, ${hashOf(erased, 'lower(trim("email"::varchar))')})`] : []),
  ];
  return conditions.length === 0 ? 'false' : `coalesce(${conditions.join(' or ')}, false)`;
}

/** SQL that is true for the text of a line that did not parse where one of its fields is an erased id or address. */
export const namesErased = (erased: Erasures, line: string): string =>
  `coalesce(list_has_any(${listOf(erased)}, list_transform(regexp_split_to_array(${line}, '[,;|\\t"'' ]+'), lambda field: ${hashOf(erased, 'field')}) || list_transform(regexp_split_to_array(lower(${line}), '[,;|\\t"'' ]+'), lambda field: ${hashOf(erased, 'field')})), false)`;
