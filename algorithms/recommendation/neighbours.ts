import { transposed, withValues, type InteractionMatrix } from './interaction-matrix.ts';
import { denseTopLists, sparseTopLists, type DenseMatrix, type TopLists } from './top-lists.ts';

export interface NeighbourOptions {
  /** Neighbours kept of each. */
  readonly k: number;
  readonly nThreads?: number;
}

/**
 * Item-to-item collaborative filtering (Sarwar et al. 2001; Linden, Smith and York 2003): the k columns of most similar direction to each
 * column, by the cosine of the columns. Only positive cosines count; a column is not its own neighbour.
 * @param matrix customers x items
 * @throws RangeError as sparseTopLists does
 */
export function itemNeighbours(matrix: InteractionMatrix, { k, nThreads }: NeighbourOptions): TopLists {
  const unit = unitColumns(matrix);
  return sparseTopLists(transposed(unit), unit, { k, exclude: 'self', nThreads });
}

/**
 * Customers of most similar direction to each, by the cosine of their rows of interactions.
 * @throws RangeError as sparseTopLists does
 */
export function customerNeighbours(matrix: InteractionMatrix, options: NeighbourOptions): TopLists {
  return itemNeighbours(transposed(matrix), options);
}

/**
 * The k rows of most similar direction to each row of a dense matrix, such as customers by their features: exact, every pair is looked at.
 * A row of zeros has the cosine 0 with every other.
 * @throws RangeError as denseTopLists does
 */
export function similarRows({ values, rows, columns }: DenseMatrix, { k, nThreads }: NeighbourOptions): TopLists {
  const unit = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    let square = 0;
    for (let place = row * columns; place < (row + 1) * columns; place++) square += values[place]! ** 2;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let place = row * columns; place < (row + 1) * columns; place++) unit[place] = values[place]! * scale;
  }
  const matrix = { values: unit, rows, columns };
  return denseTopLists(matrix, matrix, { k, exclude: 'self', nThreads });
}

export interface CoPurchaseOptions extends NeighbourOptions {
  /** Baskets that must hold both. */
  readonly minCount?: number;
  /** How much likelier the other must be in a basket with the one than in any; above it. */
  readonly minLift?: number;
}

/**
 * Rules "whoever has this in a basket has that": the k consequents of largest confidence for each item (Agrawal, Imieliński and Swami 1993).
 * @param baskets baskets x items; values count for nothing
 * @returns confidences as scores
 * @throws RangeError as sparseTopLists does
 */
export function coPurchaseRules(baskets: InteractionMatrix, { k, nThreads, minCount = 2, minLift = 1 }: CoPurchaseOptions): TopLists {
  const counts = columnSums(baskets, () => 1);
  const left = transposed(withValues(baskets, (_value, _row, column) => 1 / counts[column]!));
  const found = sparseTopLists(left, withValues(baskets, () => 1), { k, exclude: 'self', nThreads });
  return keptLists(found, (item, other, confidence) => confidence * counts[item]! > minCount - 0.5 && (confidence / counts[other]!) * baskets.rows > minLift);
}

/** The lists without candidates that are not to be kept, moved up; shorter lists end with -1. */
function keptLists({ rows, k, ids, scores }: TopLists, keep: (row: number, id: number, score: number) => boolean): TopLists {
  const kept = { rows, k, ids: new Int32Array(ids.length).fill(-1), scores: new Float32Array(scores.length) };
  for (let row = 0; row < rows; row++) {
    let end = row * k;
    for (let place = row * k; place < (row + 1) * k && ids[place]! >= 0; place++) {
      if (!keep(row, ids[place]!, scores[place]!)) continue;
      kept.ids[end] = ids[place]!;
      kept.scores[end++] = scores[place]!;
    }
  }
  return kept;
}

/** Neighbour lists as a sparse matrix: items x items, values their scores. */
function neighbourMatrix({ rows, k, ids, scores }: TopLists): InteractionMatrix {
  const offsets = new Uint32Array(rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < rows; row++) {
    const places = Array.from({ length: k }, (_, rank) => row * k + rank).filter((place) => ids[place]! >= 0).sort((a, b) => ids[a]! - ids[b]!);
    for (const place of places) {
      indices.push(ids[place]!);
      values.push(scores[place]!);
    }
    offsets[row + 1] = indices.length;
  }
  return { rows, columns: rows, offsets, indices: Uint32Array.from(indices), values: Float32Array.from(values) };
}

/**
 * What each customer should like next: items scored by the sum, over what the customer has, of value times similarity; without what the
 * customer has.
 * @throws RangeError as sparseTopLists does
 */
export function recommendByNeighbours(matrix: InteractionMatrix, neighbours: TopLists, options: NeighbourOptions): TopLists {
  return sparseTopLists(matrix, neighbourMatrix(neighbours), { ...options, exclude: matrix });
}

function unitColumns(matrix: InteractionMatrix): InteractionMatrix {
  const squares = columnSums(matrix, (value) => value * value);
  return withValues(matrix, (value, _row, column) => value / Math.sqrt(squares[column]!));
}

function columnSums({ columns, indices, values }: InteractionMatrix, of: (value: number) => number): Float64Array {
  const sums = new Float64Array(columns);
  for (let place = 0; place < indices.length; place++) sums[indices[place]!]! += of(values[place]!);
  return sums;
}
