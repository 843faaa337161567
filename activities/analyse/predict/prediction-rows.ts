import { quoteIdentifier, quoteLiteral } from '../../../gateways/warehouse/quote.ts';
import type { WarehouseSession } from '../../../gateways/warehouse/warehouse.ts';

/** Customers as they were at one time, and whether they did afterwards what is to be told. */
export interface PredictionRows {
  /** Row-major rows x features; NaN where a value is missing, else compressed. */
  readonly matrix: Float64Array;
  readonly rows: number;
  readonly labels: Uint8Array;
}

/** All customers of one time; `take` gives some of the columns of some of their ten parts, in the order of customer_id. */
export interface CustomersOfATime {
  readonly rows: number;
  readonly labels: { readonly positives: number; readonly negatives: number };
  /** Whether any customer has a value in the column. */
  isKnown(column: number): boolean;
  take(columns: readonly number[], parts: (part: number) => boolean): PredictionRows;
}

/** Counts and money are skewed; a logarithm makes "twice as much" the unit. */
const compress = (value: number): number => Math.sign(value) * Math.log1p(Math.abs(value));

/** Ten parts of the customers, by the hash of their ids: who judges a model has never been in what it was fitted on. */
const draw = "(md5_number_lower('test:' || customer_id) % 10)::int";

/** A select of customer_id, label and the columns of `table`: whether each of its customers bought from `asOf` until `days` later. */
export function labelledByPurchases(table: string, asOf: string, days: number): string {
  const from = `${quoteLiteral(asOf)}::timestamp`;
  return `
    select customers.*, buyers.customer_id is not null as label
    from ${table} as customers left join (select distinct customer_id from features.orders where not is_return and ordered_at >= ${from} and ordered_at < ${from} + interval ${days} day) as buyers using (customer_id)`;
}

/** @param labelled a select of customer_id, label (boolean), the features, and whatever else `order` names to put the rows of one customer in order. */
export async function readPredictionRows(session: WarehouseSession, { labelled, features, order = 'customer_id' }: { readonly labelled: string; readonly features: readonly string[]; readonly order?: string }): Promise<CustomersOfATime> {
  const { values, rows, columns: width } = await session.matrix(`
    select label::int as label, ${draw} as part, ${features.map(quoteIdentifier).join(', ')} from (${labelled}) order by ${order}`);
  for (let row = 0, place = 0; row < rows; row++, place += width) for (let column = 2; column < width; column++) values[place + column] = compress(values[place + column]!);
  let positives = 0;
  for (let place = 0; place < values.length; place += width) positives += values[place]!;
  return {
    rows,
    labels: { positives, negatives: rows - positives },
    isKnown: (column) => {
      for (let place = column + 2; place < values.length; place += width) if (!Number.isNaN(values[place])) return true;
      return false;
    },
    take: (columns, parts) => {
      let wanted = 0;
      for (let place = 1; place < values.length; place += width) if (parts(values[place]!)) wanted++;
      const matrix = new Float64Array(wanted * columns.length);
      const labels = new Uint8Array(wanted);
      for (let place = 0, to = 0, taken = 0; place < values.length; place += width) {
        if (!parts(values[place + 1]!)) continue;
        for (const column of columns) matrix[to++] = values[place + 2 + column]!;
        labels[taken++] = values[place]!;
      }
      return { matrix, rows: wanted, labels };
    },
  };
}

/** Customers of `table` now, or a select of some of them in the order of customer_id, without labels. */
export async function readCustomersNow(session: WarehouseSession, table: string, features: readonly string[]): Promise<Pick<PredictionRows, 'matrix' | 'rows'>> {
  // The file is in the order of customer_id, and a plain read keeps it.
  const { values, rows } = await session.matrix(`select ${features.map(quoteIdentifier).join(', ')} from ${table}`);
  for (let place = 0; place < values.length; place++) values[place] = compress(values[place]!);
  return { matrix: values, rows };
}
