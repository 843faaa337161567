import { readMatrixColumns } from '../../activities/preprocess/column-units.ts';
import { membershipReasons } from '../../algorithms/cluster/membership-reasons.ts';
import { quoteIdentifier, quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { SegmentExplanation } from './explanation.ts';

/** Clustering works in single precision. */
const rounding = 1e-3;

/**
 * A customer's segment and the features that hold it there rather than in the next best one, measured anew from matrix and centres. The session
 * has the cycle's relations, and `previous.preprocessing` where the segments were carried over and it is known: then the customer is seen in last cycle's units.
 */
export async function explainSegment(session: WarehouseSession, customer: string, { units, described }: { readonly units: 'matrix' | 'last cycle' | 'unknown'; readonly described: boolean }): Promise<SegmentExplanation | undefined> {
  const is = `where customer_id = ${quoteLiteral(customer)}`;
  const [member] = await session.rows<{ segment: number; distance: number }>(`select segment, distance from segments.memberships ${is}`);
  if (member === undefined) return undefined;
  const names = new Map((await session.rows<{ segment: number; name: string }>('select segment, name from segments.summaries')).map(({ segment, name }) => [segment, name]));
  const nameOf = (segment: number): string => names.get(segment) ?? `segment ${segment}`;
  const cells = await session.rows<{ segment: number; feature: string; centre: number }>('select segment, feature, centre from segments.centres order by segment, feature');
  const [rule] = described ? await session.rows<{ text: string; precision: number; recall: number }>(`select rule as text, precision, recall from segments.descriptions where segment = ${member.segment}`) : [];
  const own = { segment: member.segment, name: nameOf(member.segment), distance: member.distance, ...(rule === undefined ? {} : { rule }) };

  const features = [...new Set(cells.map(({ feature }) => feature))];
  const segments = [...new Set(cells.map(({ segment }) => segment))];
  const centres = Float64Array.from(cells, ({ centre }) => centre);
  const centre = (segment: number, column: number): number => centres[segments.indexOf(segment) * features.length + column]!;
  const place = units === 'unknown' ? [] : await (units === 'matrix' ? placeInMatrix : placeInLastUnits)(session, features, is);
  const distanceTo = (segment: number): number => Math.hypot(...place.map((value, column) => value - centre(segment, column)));
  if (place.length === 0 || Math.abs(distanceTo(member.segment) - member.distance) > rounding * Math.max(1, member.distance)) {
    return { ...own, reasons: [], note: 'The distance cannot be measured again from what the lake has, so no reasons are given.' };
  }
  const next = segments.filter((segment) => segment !== member.segment).map((segment) => ({ segment, name: nameOf(segment), distance: distanceTo(segment) })).sort((a, b) => a.distance - b.distance)[0];
  if (next === undefined) return { ...own, reasons: [], note: 'There is no other segment.' };
  const figures = await figuresOf(session, features, is);
  const reasons = membershipReasons(place, centres, segments.indexOf(member.segment)).map(({ column, weight }) => ({
    feature: features[column]!, figure: figures[features[column]!] ?? null, standardised: place[column]!, ownCentre: centre(member.segment, column), nextCentre: centre(next.segment, column), weight,
  }));
  return { ...own, next, reasons, ...(units === 'last cycle' ? { note: 'The segments are those of an earlier cycle, and so are the units.' } : {}) };
}

async function placeInMatrix(session: WarehouseSession, features: readonly string[], is: string): Promise<readonly number[]> {
  const known = await session.describe('from features.matrix');
  if (features.some((feature) => !known.has(feature))) return [];
  const [row] = await session.rows<Record<string, number>>(`select ${features.map(quoteIdentifier).join(', ')} from features.matrix ${is}`);
  return row === undefined ? [] : features.map((feature) => row[feature]!);
}

/** As the segmentation that is carried over does it. */
async function placeInLastUnits(session: WarehouseSession, features: readonly string[], is: string): Promise<readonly number[]> {
  const columns = new Map((await readMatrixColumns(session, 'previous.preprocessing')).map((column) => [column.name, column]));
  if (features.some((feature) => !columns.has(feature))) return [];
  const sources = [...new Set(features.map((feature) => columns.get(feature)!.source))];
  const [row] = await session.rows<Record<string, number | null>>(`select ${sources.map(quoteIdentifier).join(', ')} from features.customers ${is}`);
  if (row === undefined) return [];
  return features.map((feature) => {
    const { source, of } = columns.get(feature)!;
    return of(row[source] ?? Number.NaN);
  });
}

/** What features.customers says of features that are columns of it; others, such as the mark of a missing value, have no figure. */
async function figuresOf(session: WarehouseSession, features: readonly string[], is: string): Promise<Readonly<Record<string, number | null>>> {
  const known = await session.describe('from features.customers');
  const columns = features.filter((feature) => known.has(feature));
  if (columns.length === 0) return {};
  const [row] = await session.rows<Record<string, number | null>>(`select ${columns.map(quoteIdentifier).join(', ')} from features.customers ${is}`);
  return row ?? {};
}
