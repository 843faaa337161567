import type { CanonicalTable } from '../../activities/collect/canonical-tables.ts';
import { quoteIdentifier, quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { FoundFiles } from './find-files.ts';

export interface SourceDraft {
  readonly sql: string;
  /** Required columns that no column of the file looks like: the select list says so, and names none. */
  readonly missing: readonly string[];
  /** Columns of the file that nothing was made of. */
  readonly unused: readonly string[];
}

/** A source of a shop for files whose columns are known, as a start to be read by a person. */
export function writeSource(table: CanonicalTable, files: Omit<FoundFiles, 'table' | 'example'>, matched: ReadonlyMap<string, string>, columns: readonly string[]): SourceDraft {
  const many = files.pattern.includes('*');
  const place = many ? "getvariable('partition')" : `getvariable('data') || ${quoteLiteral(`/${files.pattern}`)}`;
  const reader = {
    csv: `-- every column as text: a customer_id of 00042 stays one, and a line that does not fit is quarantined with its reason\n    select * from read_csv(${place}, header = true, all_varchar = true, store_rejects = true)`,
    parquet: `select * from read_parquet(${place})`,
    json: `select * from read_json_auto(${place})`,
  }[files.format];
  const numbered = table.name === 'order_lines' && !matched.has('line_no') && matched.has('order_id');
  const missing = table.required.filter((column) => !matched.has(column) && !(column === 'line_no' && numbered));
  const used = new Set(matched.values());
  const unused = columns.filter((column) => !used.has(column));
  const selected = Object.keys(table.columns).flatMap((column) => {
    const from = matched.get(column);
    if (from !== undefined) return [from === column ? column : `${quoteIdentifier(from)} as ${column}`];
    return column === 'line_no' && numbered ? [`row_number() over (partition by ${quoteIdentifier(matched.get('order_id') ?? '')} order by source_line) as line_no`] : [];
  });
  return {
    missing, unused,
    sql: [
      `-- grain: one row a line of ${files.pattern}`,
      ...(many ? [`-- partitions: ${files.pattern}`] : []),
      'with', '', 'lines as (', `    ${reader}`, '),', '',
      // A window gives rows in an order of its own; positions are the file's.
      ...(numbered ? ['numbered as (', '    select *, row_number() over () as source_line', '    from lines', '),', ''] : []),
      'final as (', '    select',
      ...missing.map((column) => `        -- ${column} is required, and no column looks like it: name one`),
      [...selected, ...(numbered ? ['source_line'] : [])].map((column) => `        ${column}`).join(',\n'),
      ...(unused.length === 0 ? [] : [`        -- not used: ${unused.join(', ').replaceAll('\n', ' ')}`]),
      `    from ${numbered ? 'numbered' : 'lines'}`, ')', '', `select * from final${numbered ? ' order by source_line' : ''}`, '',
    ].join('\n'),
  };
}
