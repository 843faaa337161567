import { nearestCentres } from '../../algorithms/cluster/nearest-centres.ts';
import { quoteIdentifier } from '../../gateways/warehouse/quote.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { readMatrixColumns } from '../preprocess/column-units.ts';
import { membershipTexts } from './membership-texts.ts';
import { distancesTo, type Segmentation } from './segment-customers.ts';

/**
 * The last cycle's segments for this cycle's customers: each is brought into last cycle's units (`previous.preprocessing`, whatever fills,
 * bounds, transforms and scales it names) and given to the nearest of last cycle's centres (`previous.centres`).
 */
export async function reuseSegmentation(session: WarehouseSession): Promise<Segmentation> {
  const columns = await readMatrixColumns(session, 'previous.preprocessing');
  const features = columns.map(({ name }) => name);
  const centreRows = await session.rows<{ segment: number; feature: string; centre: number }>('select segment, feature, centre from previous.centres order by segment, feature');
  const centres = Float64Array.from(centreRows, (row) => row.centre);
  const customers = await session.texts('select customer_id from features.customers order by customer_id');
  const sources = [...new Set(columns.map(({ source }) => source))];
  const { values, rows } = await session.matrix(`select ${sources.map(quoteIdentifier).join(', ')} from features.customers order by customer_id`);
  const matrix = new Float32Array(rows * columns.length);
  columns.forEach(({ source, of }, column) => {
    const from = sources.indexOf(source);
    for (let row = 0; row < rows; row++) matrix[row * columns.length + column] = of(values[row * sources.length + from]!);
  });
  const segments = nearestCentres(matrix, features.length, Float32Array.from(centres));
  const [before] = await session.rows<{ silhouette: number; stability: number }>('select silhouette, stability from previous.k_curve where chosen') as [{ silhouette: number; stability: number }];
  const unknown = Number.NaN;
  return {
    customers, features, segments, centres, distances: distancesTo(matrix, segments, centres, features.length), reasons: membershipTexts(matrix, segments, centres, features),
    why: 'the segments of last cycle are used again',
    curve: [{ clusters: centreRows.length / features.length, chosen: true, ...before, inertia: unknown, calinskiHarabasz: unknown, gap: unknown, gapStandardError: unknown, leastJaccard: unknown, votes: unknown }],
  };
}
