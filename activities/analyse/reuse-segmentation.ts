import { nearestCentres } from '../../algorithms/cluster/nearest-centres.ts';
import { quoteIdentifier } from '../../gateways/warehouse/quote.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { membershipTexts } from './membership-texts.ts';
import { distancesTo, type Segmentation } from './segment-customers.ts';

/**
 * The last cycle's segments for this cycle's customers: each is brought into last cycle's units (fill, bounds, mean and scale of
 * `previous.preprocessing`) and given to the nearest of last cycle's centres (`previous.centres`).
 */
export async function reuseSegmentation(session: WarehouseSession): Promise<Segmentation> {
  const columns = await session.rows<{ feature: string; fill: number; lower: number; upper: number; mean: number; scale: number }>(
    'select feature, fill, lower, upper, mean, scale from previous.preprocessing where used order by feature');
  const features = columns.map((column) => column.feature);
  const centreRows = await session.rows<{ segment: number; feature: string; centre: number }>('select segment, feature, centre from previous.centres order by segment, feature');
  const centres = Float64Array.from(centreRows, (row) => row.centre);
  const customers = await session.texts('select customer_id from features.customers order by customer_id');
  const { values } = await session.matrix(`select ${features.map(quoteIdentifier).join(', ')} from features.customers order by customer_id`);
  const matrix = Float32Array.from(values, (value, place) => {
    const { fill, lower, upper, mean, scale } = columns[place % features.length]!;
    const known = Number.isNaN(value) ? fill : value;
    return (Math.min(Math.max(known, lower), upper) - mean) / scale;
  });
  const segments = nearestCentres(matrix, features.length, Float32Array.from(centres));
  const [before] = await session.rows<{ silhouette: number; stability: number }>('select silhouette, stability from previous.k_curve where chosen') as [{ silhouette: number; stability: number }];
  const unknown = Number.NaN;
  return {
    customers, features, segments, centres, distances: distancesTo(matrix, segments, centres, features.length), reasons: membershipTexts(matrix, segments, centres, features),
    curve: [{ clusters: centreRows.length / features.length, chosen: true, ...before, inertia: unknown, calinskiHarabasz: unknown, gap: unknown, gapStandardError: unknown, leastJaccard: unknown, votes: unknown }],
  };
}
