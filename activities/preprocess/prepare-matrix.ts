import { OutlierTreatment } from '../../algorithms/preprocess/outlier-treatment.ts';
import { SimpleImputer } from '../../algorithms/preprocess/simple-imputer.ts';
import { StandardScaler } from '../../algorithms/preprocess/standard-scaler.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { quoteIdentifier } from '../../gateways/warehouse/quote.ts';
import type { CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

/** What was done to one column; the numbers bring next week's customers into the same units. */
export interface MatrixReport {
  readonly feature: string;
  readonly used: boolean;
  readonly why: string;
  readonly imputed: number;
  readonly outliers: number;
  readonly fill: number;
  readonly lower: number;
  readonly upper: number;
  readonly mean: number;
  readonly scale: number;
}

export interface PreparedMatrix {
  readonly relations: Record<string, RelationRef>;
  readonly report: readonly MatrixReport[];
  /** Customers the fit leaves out, with `outliers.action: drop`. */
  readonly dropped: number;
}

/**
 * Fills, treats outliers, standardises: `features.matrix` (customer_id, in_fit, a column a used feature) and `features.preprocessing`
 * (one row a feature). A feature nobody has, or that everybody has alike, says nothing and is left out with the reason.
 * @throws ClienteleError SETTING_INVALID for a feature that features.customers does not have
 */
export async function prepareMatrix(session: WarehouseSession, folder: CycleFolder, { features, featureSet }: { readonly features: readonly string[]; readonly featureSet: number }, settings: ShopSettings['preprocess']): Promise<PreparedMatrix> {
  const known = await session.describe('from features.customers');
  const unknown = features.filter((name) => !known.has(name) || name === 'customer_id');
  if (unknown.length > 0) throw new ClienteleError('SETTING_INVALID', { file: 'shop.yaml', problems: `preprocess.feature_sets: ${unknown.join(', ')} is no column of features.customers` });

  // The file is in the order of customer_id, and a plain read keeps it.
  const raw = await session.matrix(`select ${features.map(quoteIdentifier).join(', ')} from features.customers`);
  const { rows, columns } = raw;
  const imputer = new SimpleImputer({ strategy: features.map((name) => settings.missing[name] ?? settings.missing_default) });
  const filled = imputer.fitTransform(raw.values, rows, columns);
  const treatment = new OutlierTreatment({ method: settings.outliers.method, limit: settings.outliers.limit, action: 'clip' }).fit(filled, rows, columns);
  const treated = treatment.transform(filled, rows);
  const inFit = settings.outliers.action === 'drop' ? rowsInBounds(filled, treated.matrix, rows, columns) : new Array<boolean>(rows).fill(true);
  const scaler = new StandardScaler().fit(inFit.includes(false) ? keep(treated.matrix, inFit, columns) : treated.matrix, inFit.filter(Boolean).length, columns);
  const scaled = scaler.transform(treated.matrix, rows);

  const report = features.map((feature, column): MatrixReport => {
    const why = imputer.imputed[column] === rows ? 'no customer has it' : isConstant(scaled, rows, columns, column) ? 'every customer has the same' : '';
    return {
      feature, used: why === '', why, imputed: why === '' ? imputer.imputed[column]! : 0, outliers: treated.counts[column]!,
      fill: imputer.statistics[column]!, lower: treatment.lower[column]!, upper: treatment.upper[column]!, mean: scaler.means[column]!, scale: scaler.scales[column]!,
    };
  });
  const used = report.map((column, index) => ({ ...column, index })).filter((column) => column.used);
  if (used.length === 0) throw new ClienteleError('SETTING_INVALID', { file: 'shop.yaml', problems: `preprocess.feature_sets: none of ${features.join(', ')} differs between customers` });

  const parameters = { features, featureSet, settings: JSON.stringify(settings) };
  const matrix = await session.write(folder, {
    name: 'features.matrix', algorithm: 'prepare-matrix 1', inputs: ['features.customers'], parameters,
    columns: async () => [
      { name: 'customer_id', type: 'VARCHAR', values: await session.texts('select customer_id from features.customers') },
      { name: 'in_fit', type: 'BOOLEAN', values: inFit },
      ...used.map(({ feature, index }) => ({ name: feature, type: 'DOUBLE' as const, values: columnOf(scaled, rows, columns, index) })),
    ],
  });
  const preprocessing = await session.write(folder, {
    name: 'features.preprocessing', algorithm: 'prepare-matrix 1', inputs: ['features.customers'], parameters,
    columns: () => [
      { name: 'feature', type: 'VARCHAR', values: report.map((row) => row.feature) },
      { name: 'used', type: 'BOOLEAN', values: report.map((row) => row.used) },
      { name: 'why', type: 'VARCHAR', values: report.map((row) => row.why) },
      ...(['imputed', 'outliers'] as const).map((name) => ({ name, type: 'BIGINT' as const, values: report.map((row) => row[name]) })),
      ...(['fill', 'lower', 'upper', 'mean', 'scale'] as const).map((name) => ({ name, type: 'DOUBLE' as const, values: report.map((row) => row[name]) })),
    ],
  });
  return { relations: { 'features.matrix': matrix, 'features.preprocessing': preprocessing }, report, dropped: inFit.filter((fit) => !fit).length };
}

function rowsInBounds(before: Float64Array, after: Float64Array, rows: number, columns: number): boolean[] {
  return Array.from({ length: rows }, (_, row) => before.subarray(row * columns, (row + 1) * columns).every((value, column) => value === after[row * columns + column]));
}

function keep(matrix: Float64Array, inFit: readonly boolean[], columns: number): Float64Array {
  const kept = new Float64Array(inFit.filter(Boolean).length * columns);
  let at = 0;
  inFit.forEach((fit, row) => {
    if (!fit) return;
    kept.set(matrix.subarray(row * columns, (row + 1) * columns), at);
    at += columns;
  });
  return kept;
}

function columnOf(matrix: Float64Array, rows: number, columns: number, column: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => matrix[row * columns + column]!);
}

function isConstant(matrix: Float64Array, rows: number, columns: number, column: number): boolean {
  for (let row = 1; row < rows; row++) if (matrix[row * columns + column] !== matrix[column]) return false;
  return true;
}
