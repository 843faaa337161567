import { KNNImputer } from '../../algorithms/preprocess/knn-imputer.ts';
import { MinMaxScaler } from '../../algorithms/preprocess/min-max-scaler.ts';
import { OutlierTreatment } from '../../algorithms/preprocess/outlier-treatment.ts';
import { pickTransform, type SkewTransform } from '../../algorithms/preprocess/pick-transform.ts';
import { PowerTransformer } from '../../algorithms/preprocess/power-transformer.ts';
import { RobustScaler } from '../../algorithms/preprocess/robust-scaler.ts';
import { SimpleImputer, type ImputationStrategy } from '../../algorithms/preprocess/simple-imputer.ts';
import { StandardScaler } from '../../algorithms/preprocess/standard-scaler.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import { transformed, type ColumnUnits } from './column-units.ts';

export type TreatmentSettings = Omit<ShopSettings['preprocess'], 'feature_sets' | 'selection'>;
type Scaling = TreatmentSettings['scaling_default'];

/** What was done to one column, and its values afterwards. */
export interface TreatedColumn extends ColumnUnits {
  readonly feature: string;
  readonly filling: TreatmentSettings['missing_default'];
  readonly scaling: Scaling;
  /** Values that were missing, under the lower and over the upper bound. */
  readonly missing: number;
  readonly below: number;
  readonly above: number;
  /** Every customer has the same afterwards. */
  readonly constant: boolean;
  readonly values: Float64Array;
  /** The mark of who has none, standardised; absent where none is asked for or it says nothing. */
  readonly indicator?: { readonly values: Float64Array; readonly mean: number; readonly scale: number };
}

export interface TreatedCustomers {
  readonly columns: readonly TreatedColumn[];
  /** 1 for customers that a fit is made of. */
  readonly inFit: Uint8Array;
  /** Values out of bounds of each customer; of the forest, 1 for an outlier. */
  readonly outlying: Uint8Array;
}

/**
 * Fills, treats outliers, transforms and scales, column by column.
 * @param raw row-major, NaN where a value is missing, a column a feature.
 */
export function treatColumns(raw: { readonly values: Float64Array; readonly rows: number }, features: readonly string[], settings: TreatmentSettings, seed: number): TreatedCustomers {
  const { rows } = raw;
  const { outliers } = settings;
  const given = features.map((_, column) => columnOf(raw.values, rows, features.length, column));
  const alike = features.some((feature) => fillingOf(feature, settings) === 'knn') ? fillByNeighbours(raw.values, rows, features.length, seed) : undefined;
  const filled = features.map((feature, column) => fillColumn(given[column]!, fillingOf(feature, settings), settings.missing_constant, alike === undefined ? undefined : () => columnOf(alike, rows, features.length, column)));

  const outlying = new Uint8Array(rows);
  const treat = outlierTreatment(outliers, filled.map(({ values }) => values), rows, outlying, seed);
  const bounded = filled.map(({ values }, column) => treat(values, column));
  const inFit = new Uint8Array(rows).fill(1);
  if (outliers.action === 'drop') for (let row = 0; row < rows; row++) inFit[row] = Number(outlying[row] === 0);
  const everybody = !inFit.includes(0);

  const columns = features.map((feature, column): TreatedColumn => {
    const { missing, fill, values: full } = filled[column]!;
    const { values, ...bounds } = bounded[column]!;
    const scaling = settings.scaling[feature] ?? settings.scaling_default;
    const fitted = (of: Float64Array): Float64Array => (everybody ? of : of.filter((_, row) => inFit[row] === 1));
    const { units, scaled } = scaleColumn(values, fitted, scaling, seed);
    const indicator = settings.missing_indicators && missing > 0 && missing < full.length ? markMissing(given[column]!, fitted) : undefined;
    return { feature, filling: fillingOf(feature, settings), scaling, missing, fill, ...bounds, clips: outliers.action !== 'flag', ...units, constant: isConstant(scaled), values: scaled, indicator };
  });
  return { columns, inFit, outlying };
}

const fillingOf = (feature: string, settings: TreatmentSettings): TreatmentSettings['missing_default'] => settings.missing[feature] ?? settings.missing_default;

function fillColumn(given: Float64Array, filling: TreatmentSettings['missing_default'], constant: number, alike: (() => Float64Array) | undefined): { readonly values: Float64Array; readonly missing: number; readonly fill: number } {
  // Who is most alike is only known among these customers; later ones get the median.
  const strategy: ImputationStrategy = filling === 'knn' ? 'median' : filling;
  const imputer = new SimpleImputer({ strategy, fillValue: constant });
  const values = imputer.fitTransform(given, given.length, 1);
  return { values: filling === 'knn' ? alike!() : values, missing: imputer.imputed[0]!, fill: imputer.statistics[0]! };
}

/** Who is near is told by all features alike, so they are standardised for it and brought back. */
function fillByNeighbours(values: Float64Array, rows: number, columns: number, seed: number): Float64Array {
  const scaler = new StandardScaler();
  const filled = new KNNImputer({ seed }).fitTransform(scaler.fitTransform(values, rows, columns), rows, columns);
  const { means, scales } = scaler;
  return filled.map((value, place) => (Number.isNaN(values[place]) ? value * scales[place % columns]! + means[place % columns]! : values[place]!));
}

type Bounded = Pick<ColumnUnits, 'lower' | 'upper'> & { readonly below: number; readonly above: number; readonly values: Float64Array };

/** What is done to each column, after which `outlying` tells the customers. The forest judges customers by all columns, the other methods column by column. */
function outlierTreatment({ method, limit, contamination, action }: TreatmentSettings['outliers'], filled: readonly Float64Array[], rows: number, outlying: Uint8Array, seed: number): (values: Float64Array, column: number) => Bounded {
  // Customers who are dropped from the fit stay in the matrix, so they are clipped as well.
  const treatment = new OutlierTreatment({ method, limit, contamination, seed, action: action === 'flag' ? 'flag' : 'clip' });
  if (method !== 'isolation_forest') {
    return (values) => {
      const { matrix, below, above, counts, outlying: out } = treatment.fitTransform(values, rows, 1);
      if (counts[0]! > 0) for (let row = 0; row < rows; row++) outlying[row]! += out[row]!;
      return { lower: treatment.lower[0]!, upper: treatment.upper[0]!, below: below[0]!, above: above[0]!, values: matrix };
    };
  }
  const width = filled.length;
  const all = new Float64Array(rows * width);
  filled.forEach((values, column) => { for (let row = 0; row < rows; row++) all[row * width + column] = values[row]!; });
  const { matrix, below, above, outlying: out } = treatment.fitTransform(all, rows, width);
  outlying.set(out);
  return (_, column) => ({ lower: treatment.lower[column]!, upper: treatment.upper[column]!, below: below[column]!, above: above[column]!, values: columnOf(matrix, rows, width, column) });
}

function scaleColumn(values: Float64Array, fitted: (of: Float64Array) => Float64Array, scaling: Scaling, seed: number): { readonly units: Pick<ColumnUnits, 'transform' | 'exponent' | 'mean' | 'scale'>; readonly scaled: Float64Array } {
  const transform = transformOf(fitted(values), scaling);
  const exponent = transform === 'yeo_johnson' ? new PowerTransformer({ standardize: false, seed }).fit(fitted(values), fitted(values).length, 1).lambdas[0]! : Number.NaN;
  const even = transform === 'none' ? values : values.map((value) => transformed(value, { transform, exponent }));
  const sample = fitted(even);
  if (scaling === 'min_max') {
    const scaler = new MinMaxScaler().fit(sample, sample.length, 1);
    return { units: { transform, exponent, mean: scaler.minimums[0]!, scale: scaler.ranges[0]! }, scaled: scaler.transform(even, even.length) };
  }
  if (scaling === 'robust') {
    const scaler = new RobustScaler().fit(sample, sample.length, 1);
    return { units: { transform, exponent, mean: scaler.medians[0]!, scale: scaler.ranges[0]! }, scaled: scaler.transform(even, even.length) };
  }
  const scaler = new StandardScaler().fit(sample, sample.length, 1);
  return { units: { transform, exponent, mean: scaler.means[0]!, scale: scaler.scales[0]! }, scaled: scaler.transform(even, even.length) };
}

/** A logarithm is for columns without negative values; where it is asked for and there are some, Yeo-Johnson is its kin. */
function transformOf(values: Float64Array, scaling: Scaling): SkewTransform {
  if (scaling === 'by_skew') return pickTransform(values);
  if (scaling === 'log1p') return values.every((value) => value >= 0) ? 'log1p' : 'yeo_johnson';
  return scaling === 'yeo_johnson' ? 'yeo_johnson' : 'none';
}

function markMissing(given: Float64Array, fitted: (of: Float64Array) => Float64Array): TreatedColumn['indicator'] {
  const marks = given.map((value) => Number(Number.isNaN(value)));
  const sample = fitted(marks);
  const scaler = new StandardScaler().fit(sample, sample.length, 1);
  const values = scaler.transform(marks, marks.length);
  return { values, mean: scaler.means[0]!, scale: scaler.scales[0]! };
}

function columnOf(matrix: Float64Array, rows: number, columns: number, column: number): Float64Array {
  const values = new Float64Array(rows);
  for (let row = 0, place = column; row < rows; row++, place += columns) values[row] = matrix[place]!;
  return values;
}

function isConstant(values: Float64Array): boolean {
  for (let row = 1; row < values.length; row++) if (values[row] !== values[0]) return false;
  return true;
}
