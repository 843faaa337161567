import type { InteractionMatrix } from './interaction-matrix.ts';
import { allThreads, KernelArena } from './kernel-arena.ts';

/** The best few candidates of each row, best first, the lower number first on a tie: row r has the places [r * k, r * k + k). */
export interface TopLists {
  readonly rows: number;
  readonly k: number;
  /** -1 where a row has fewer than k. */
  readonly ids: Int32Array;
  readonly scores: Float32Array;
}

/** A dense matrix, row-major. */
export interface DenseMatrix {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Candidates that a row cannot have: none, that of the row's own number, or those of the row in a matrix. */
export type Excluded = 'none' | 'self' | InteractionMatrix;

export interface TopListOptions {
  /** Length of a list. */
  readonly k: number;
  readonly exclude?: Excluded;
  /** The same result with any number; as many as the machine has cores when not given. */
  readonly nThreads?: number;
}

const sparseChunk = 256;
const denseChunk = 256;
const group = 8;

/**
 * The k candidates with the largest positive entries in each row of left x right, without making the product: by row (Gustavson 1978) with
 * a dense row of sums, in blocks of 64 of which only touched ones are looked at, threads taking rows by the chunk.
 * @throws RangeError when the shapes do not meet, k is not a whole number of at least 1, or all of it is more than 4 GB
 */
export function sparseTopLists(left: InteractionMatrix, right: InteractionMatrix, { k, exclude = 'none', nThreads = allThreads() }: TopListOptions): TopLists {
  if (left.columns !== right.rows) throw new RangeError(`a matrix of ${left.columns} columns does not meet one of ${right.rows} rows`);
  requireLists(k, left.rows, right.columns, exclude);
  const arena = new KernelArena('top-lists', nThreads);
  const leftAt = reserveMatrix(arena, left);
  const rightAt = right === left ? leftAt : reserveMatrix(arena, right);
  const own = typeof exclude === 'string' ? undefined : exclude === left ? leftAt : reserveMatrix(arena, exclude);
  const blocks = Math.ceil(right.columns / 512) * 8;
  const scratchWords = blocks * 64 + blocks / 4 + 16;
  const scratch = arena.reserve(nThreads * scratchWords);
  const [ids, scores] = [arena.reserve(left.rows * k), arena.reserve(left.rows * k)];
  arena.open('the two matrices and the lists');
  try {
    putMatrix(arena, left, leftAt);
    if (right !== left) putMatrix(arena, right, rightAt);
    if (own !== undefined && exclude !== left) putMatrix(arena, exclude as InteractionMatrix, own);
    arena.run(0, [
      leftAt.offsets, leftAt.indices, leftAt.values, rightAt.offsets, rightAt.indices, rightAt.values, left.rows, blocks * 64, k, ids, scores, sparseChunk,
      scratch, scratchWords * 4, modeOf(exclude), own?.offsets ?? 0, own?.indices ?? 0,
    ], Math.ceil(left.rows / sparseChunk));
    return { rows: left.rows, k, ids: arena.integers(ids, left.rows * k).slice(), scores: arena.floats(scores, left.rows * k).slice() };
  } finally {
    arena.close();
  }
}

/**
 * The k rows of `data` with the largest inner products with each row of `queries`, exactly: all of them are computed, in blocks that stay in
 * the cache, eight queries by four rows at a time.
 * @throws RangeError when the shapes do not meet, k is not a whole number of at least 1, or all of it is more than 4 GB
 */
export function denseTopLists(queries: DenseMatrix, data: DenseMatrix, { k, exclude = 'none', nThreads = allThreads() }: TopListOptions): TopLists {
  if (queries.columns !== data.columns) throw new RangeError(`queries of ${queries.columns} columns do not meet data of ${data.columns}`);
  requireLists(k, queries.rows, data.rows, exclude);
  const stride = Math.ceil(data.columns / 4) * 4;
  const arena = new KernelArena('top-lists', nThreads);
  const dataAt = arena.reserve(Math.ceil(data.rows / 4) * 4 * stride);
  const queriesAt = queries === data ? dataAt : arena.reserve(queries.rows * stride);
  const own = typeof exclude === 'string' ? undefined : reserveMatrix(arena, exclude);
  const scratchWords = denseChunk * (stride + 1) + group * 4 + 16;
  const scratch = arena.reserve(nThreads * scratchWords);
  const [ids, scores] = [arena.reserve(queries.rows * k), arena.reserve(queries.rows * k)];
  arena.open('queries, data and lists');
  try {
    putRows(arena, data, dataAt, stride);
    if (queries !== data) putRows(arena, queries, queriesAt, stride);
    if (own !== undefined) putMatrix(arena, exclude as InteractionMatrix, own);
    arena.run(1, [
      queriesAt, dataAt, data.rows, stride, modeOf(exclude), own?.offsets ?? 0, queries.rows, own?.indices ?? 0, k, ids, scores, denseChunk, scratch, scratchWords * 4,
    ], Math.ceil(queries.rows / denseChunk));
    return { rows: queries.rows, k, ids: arena.integers(ids, queries.rows * k).slice(), scores: arena.floats(scores, queries.rows * k).slice() };
  } finally {
    arena.close();
  }
}

function requireLists(k: number, rows: number, candidates: number, exclude: Excluded): void {
  if (!Number.isInteger(k) || k < 1) throw new RangeError(`k must be a whole number of at least 1, not ${k}`);
  if (exclude === 'self' && rows !== candidates) throw new RangeError(`${rows} rows are not the ${candidates} candidates, so none is a row's own`);
  if (typeof exclude !== 'string' && (exclude.rows !== rows || exclude.columns !== candidates)) throw new RangeError(`what is excluded must be ${rows} x ${candidates}, not ${exclude.rows} x ${exclude.columns}`);
}

const modeOf = (exclude: Excluded): number => (exclude === 'none' ? 0 : exclude === 'self' ? 1 : 2);

interface MatrixAddresses { readonly offsets: number; readonly indices: number; readonly values: number }

function reserveMatrix(arena: KernelArena, { offsets, indices, values }: InteractionMatrix): MatrixAddresses {
  return { offsets: arena.reserve(offsets.length), indices: arena.reserve(indices.length), values: arena.reserve(values.length) };
}

function putMatrix(arena: KernelArena, { offsets, indices, values }: InteractionMatrix, at: MatrixAddresses): void {
  arena.put(at.offsets, offsets);
  arena.put(at.indices, indices);
  arena.put(at.values, values);
}

function putRows(arena: KernelArena, { values, rows, columns }: DenseMatrix, address: number, stride: number): void {
  if (stride === columns) {
    arena.put(address, values);
    return;
  }
  const target = arena.floats(address, rows * stride);
  for (let row = 0; row < rows; row++) target.set(values.subarray(row * columns, row * columns + columns), row * stride);
}
