import { quoteIdentifier, quoteLiteral } from '../../../gateways/warehouse/quote.ts';
import type { WarehouseSession } from '../../../gateways/warehouse/warehouse.ts';

/** Customers as they were at one time, and whether they bought within the horizon after it. */
export interface PredictionRows {
  /** Row-major rows x features; NaN where a value is missing, else compressed. */
  readonly matrix: Float64Array;
  readonly rows: number;
  readonly labels: Uint8Array;
}

/** Counts and money are skewed; a logarithm makes "twice as much" the unit. */
const compress = (value: number): number => Math.sign(value) * Math.log1p(Math.abs(value));

/** Ten parts of the customers, by the hash of their ids: who judges a model has never been in what it was fitted on. */
const draw = "(md5_number_lower('test:' || customer_id) % 10)::int";

/**
 * Customers of `table`, labelled by their purchases from `asOf` until `days` later, by part 0 to 9.
 * @returns takes the parts asked for, in the order of customer_id
 */
export async function readPredictionRows(session: WarehouseSession, { table, features, asOf, days }: { readonly table: string; readonly features: readonly string[]; readonly asOf: string; readonly days: number }): Promise<(parts: (part: number) => boolean) => PredictionRows> {
  const from = `${quoteLiteral(asOf)}::timestamp`;
  const { values, rows } = await session.matrix(`
    with buyers as (select distinct customer_id from features.orders where not is_return and ordered_at >= ${from} and ordered_at < ${from} + interval ${days} day)
    select (buyers.customer_id is not null)::int as bought, ${draw} as part, ${features.map(quoteIdentifier).join(', ')}
    from ${table} left join buyers using (customer_id) order by customer_id`);
  const width = features.length;
  return (parts) => {
    const matrix = new Float64Array(rows * width);
    const labels = new Uint8Array(rows);
    let taken = 0;
    for (let row = 0, place = 0; row < rows; row++, place += width + 2) {
      if (!parts(values[place + 1]!)) continue;
      for (let column = 0, to = taken * width; column < width; column++) matrix[to + column] = compress(values[place + 2 + column]!);
      labels[taken++] = values[place]!;
    }
    return { matrix: matrix.subarray(0, taken * width), rows: taken, labels: labels.subarray(0, taken) };
  };
}

/** Customers of `table` now, without labels. */
export async function readCustomersNow(session: WarehouseSession, table: string, features: readonly string[]): Promise<Pick<PredictionRows, 'matrix' | 'rows'>> {
  // The file is in the order of customer_id, and a plain read keeps it.
  const { values, rows } = await session.matrix(`select ${features.map(quoteIdentifier).join(', ')} from ${table}`);
  for (let place = 0; place < values.length; place++) values[place] = compress(values[place]!);
  return { matrix: values, rows };
}
