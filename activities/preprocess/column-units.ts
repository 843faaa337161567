import type { SkewTransform } from '../../algorithms/preprocess/pick-transform.ts';
import { yeoJohnson } from '../../algorithms/preprocess/yeo-johnson.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

/** All that brings a value of one feature into the units of a matrix: fill, bound, transform, take off the mean, divide by the scale. */
export interface ColumnUnits {
  /** Stands in for a missing value. */
  readonly fill: number;
  readonly lower: number;
  readonly upper: number;
  /** Whether values out of bounds are moved to them. */
  readonly clips: boolean;
  readonly transform: SkewTransform;
  /** Lambda of `yeo_johnson`; NaN for others. */
  readonly exponent: number;
  readonly mean: number;
  readonly scale: number;
}

/** A column of a matrix: a feature in its units, or the mark of who has none. */
export interface MatrixColumn {
  readonly name: string;
  /** Column of features.customers that it is made from. */
  readonly source: string;
  /** A value of the source, NaN where it is missing, in the matrix's units. */
  readonly of: (value: number) => number;
}

/** Name of the column that says who has no value of a feature. */
export const indicatorName = (feature: string): string => `${feature}_missing`;

function inUnits(value: number, units: ColumnUnits): number {
  const known = Number.isNaN(value) ? units.fill : value;
  const bounded = units.clips ? Math.min(Math.max(known, units.lower), units.upper) : known;
  return (transformed(bounded, units) - units.mean) / units.scale;
}

export function transformed(value: number, { transform, exponent }: Pick<ColumnUnits, 'transform' | 'exponent'>): number {
  if (transform === 'none') return value;
  // Taken where no value was negative; a later one counts as none.
  return transform === 'log1p' ? Math.log1p(Math.max(value, 0)) : yeoJohnson(value, exponent);
}

/** The columns of the matrix that a `features.preprocessing` describes, by name; one of before transforms were known has none. */
export async function readMatrixColumns(session: WarehouseSession, preprocessing: string): Promise<MatrixColumn[]> {
  const known = await session.describe(`from ${preprocessing}`);
  const more = known.has('transform')
    ? "outlier_action <> 'flag' as clips, transform, coalesce(exponent, 'nan'::double) as exponent, indicator, indicator_mean, indicator_scale"
    : "true as clips, 'none' as transform, 'nan'::double as exponent, false as indicator, 0.0::double as indicator_mean, 1.0::double as indicator_scale";
  const rows = await session.rows<{ feature: string; fill: number; lower: number; upper: number; clips: boolean; transform: SkewTransform; exponent: number; mean: number; scale: number; indicator: boolean; indicator_mean: number; indicator_scale: number }>(
    `select feature, fill, lower, upper, mean, scale, ${more} from ${preprocessing} where used order by feature`);
  return rows.flatMap((units): MatrixColumn[] => [
    { name: units.feature, source: units.feature, of: (value) => inUnits(value, units) },
    ...(units.indicator ? [{ name: indicatorName(units.feature), source: units.feature, of: (value: number) => (Number(Number.isNaN(value)) - units.indicator_mean) / units.indicator_scale }] : []),
  ]).sort((a, b) => (a.name < b.name ? -1 : 1));
}
