import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { quoteIdentifier } from '../../gateways/warehouse/quote.ts';
import type { Column, CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { indicatorName } from './column-units.ts';
import { treatColumns, type TreatedColumn, type TreatedCustomers } from './treat-columns.ts';

/** What was done to one column. */
export interface MatrixReport extends Omit<TreatedColumn, 'values'> {
  readonly used: boolean;
  /** Why it is not used; empty where it is. */
  readonly why: string;
}

export interface PreparedMatrix {
  readonly relations: Record<string, RelationRef>;
  readonly report: readonly MatrixReport[];
  readonly customers: number;
  /** Values filled and values out of bounds, of features that are used. */
  readonly imputed: number;
  readonly outliers: number;
  /** Customers with a value out of bounds, and those the fit leaves out for it. */
  readonly outlying: number;
  readonly dropped: number;
}

/**
 * Fills, treats outliers, scales: `features.matrix` (customer_id, in_fit, a column a used feature) and `features.preprocessing`
 * (one row a feature, with all that brings next week's customers into the same units); where outliers are only flagged, `features.outliers`
 * (customer_id, values out of bounds). A feature nobody has, or that everybody has alike, says nothing and is left out with the reason.
 * @throws ClienteleError SETTING_INVALID for a feature that features.customers does not have
 */
export async function prepareMatrix(session: WarehouseSession, folder: CycleFolder, { features, featureSet }: { readonly features: readonly string[]; readonly featureSet: number }, settings: ShopSettings['preprocess'], seed: number): Promise<PreparedMatrix> {
  const known = await session.describe('from features.customers');
  const unknown = features.filter((name) => !known.has(name) || name === 'customer_id');
  if (unknown.length > 0) throw new ClienteleError('SETTING_INVALID', { file: 'shop.yaml', problems: `preprocess.feature_sets: ${unknown.join(', ')} is no column of features.customers` });

  // The file is in the order of customer_id, and a plain read keeps it.
  const raw = await session.matrix(`select ${features.map(quoteIdentifier).join(', ')} from features.customers`);
  const treated = treatColumns(raw, features, settings, seed);
  const report = treated.columns.map((column): MatrixReport => {
    const why = column.missing === raw.rows ? 'no customer has it' : column.constant ? 'every customer has the same' : '';
    return { ...column, used: why === '', why };
  });
  if (!report.some(({ used }) => used)) throw new ClienteleError('SETTING_INVALID', { file: 'shop.yaml', problems: `preprocess.feature_sets: none of ${features.join(', ')} differs between customers` });

  const { selection: _, ...treatment } = settings;
  const parameters = { features, featureSet, settings: JSON.stringify(treatment), seed };
  const customers = (): Promise<string[]> => session.texts('select customer_id from features.customers');
  const write = (name: string, columns: () => Promise<readonly Column[]> | readonly Column[]): Promise<RelationRef> =>
    session.write(folder, { name, algorithm: 'prepare-matrix 2', inputs: ['features.customers'], parameters, columns });
  const matrix = await write('features.matrix', async () => matrixColumns(await customers(), treated, report));
  const preprocessing = await write('features.preprocessing', () => preprocessingColumns(report, settings.outliers.action));
  const outliers = settings.outliers.action === 'flag' ? await write('features.outliers', async () => outlierColumns(await customers(), treated)) : undefined;
  const used = report.filter((column) => column.used);
  return {
    relations: { 'features.matrix': matrix, 'features.preprocessing': preprocessing, ...(outliers === undefined ? {} : { 'features.outliers': outliers }) },
    report,
    customers: raw.rows,
    imputed: sum(used, ({ missing }) => missing),
    outliers: sum(report, ({ below, above }) => below + above),
    outlying: sum(treated.outlying, (count) => Number(count > 0)),
    dropped: sum(treated.inFit, (fits) => 1 - fits),
  };
}

function matrixColumns(customers: readonly string[], { columns, inFit }: TreatedCustomers, report: readonly MatrixReport[]): readonly Column[] {
  const used = columns.filter((_, column) => report[column]!.used);
  return [
    { name: 'customer_id', type: 'VARCHAR', values: customers },
    { name: 'in_fit', type: 'BOOLEAN', values: Array.from(inFit, Boolean) },
    ...used.flatMap(({ feature, values, indicator }) => [
      { name: feature, type: 'DOUBLE' as const, values },
      ...(indicator === undefined ? [] : [{ name: indicatorName(feature), type: 'DOUBLE' as const, values: indicator.values }]),
    ]),
  ];
}

function preprocessingColumns(report: readonly MatrixReport[], action: string): readonly Column[] {
  const column = (name: string, type: Column['type'], of: (row: MatrixReport) => string | number | boolean): Column => ({ name, type, values: report.map(of) });
  return [
    column('feature', 'VARCHAR', ({ feature }) => feature),
    column('used', 'BOOLEAN', ({ used }) => used),
    column('why', 'VARCHAR', ({ why }) => why),
    column('imputed', 'BIGINT', ({ used, missing }) => (used ? missing : 0)),
    column('outliers', 'BIGINT', ({ below, above }) => below + above),
    ...(['fill', 'lower', 'upper', 'mean', 'scale'] as const).map((name) => column(name, 'DOUBLE', (row) => row[name])),
    column('filled_by', 'VARCHAR', ({ filling }) => filling),
    column('below', 'BIGINT', ({ below }) => below),
    column('above', 'BIGINT', ({ above }) => above),
    column('outlier_action', 'VARCHAR', () => action),
    column('scaled_by', 'VARCHAR', ({ scaling }) => scaling),
    column('transform', 'VARCHAR', ({ transform }) => transform),
    column('exponent', 'DOUBLE', ({ exponent }) => exponent),
    column('indicator', 'BOOLEAN', ({ indicator }) => indicator !== undefined),
    column('indicator_mean', 'DOUBLE', ({ indicator }) => indicator?.mean ?? Number.NaN),
    column('indicator_scale', 'DOUBLE', ({ indicator }) => indicator?.scale ?? Number.NaN),
  ];
}

function outlierColumns(customers: readonly string[], { outlying }: TreatedCustomers): readonly Column[] {
  const rows = Array.from(outlying.keys()).filter((row) => outlying[row]! > 0);
  return [
    { name: 'customer_id', type: 'VARCHAR', values: rows.map((row) => customers[row]!) },
    { name: 'outlying', type: 'BIGINT', values: rows.map((row) => outlying[row]!) },
  ];
}

function sum<Item>(items: ArrayLike<Item> & Iterable<Item>, of: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}
