import { readFileSync } from 'node:fs';
import { PCA } from '../decompose/pca.ts';
import { aligned, firstAddress, pageBytes } from './kernel-layout.ts';
import type { Unions } from './linkage.ts';

interface WardExports {
  nearestWard(
    groups: number, clusters: number, columns: number, query: number, size: number, sizes: number, smallest: number,
    best: number, known: number, result: number,
  ): void;
}

const kernel = new WebAssembly.Module(readFileSync(new URL('./nearest-ward.wasm', import.meta.url)));
const lanes = 4;
/** Unions after which the least size is looked up again; in between, the last one is still a bound. */
const sizesEvery = 64;

/**
 * Ward's clustering by the nearest-neighbour chain over the clusters' means: of the order of rows^2 distances and of rows x columns
 * memory, no distance matrix. Heights are scipy's: sqrt(2 |a| |b| / (|a| + |b|)) times the Euclidean distance of the means.
 *
 * Sources: J. Ward, "Hierarchical grouping to optimize an objective function", JASA 58 (1963); F. Murtagh, "A survey of recent advances
 * in hierarchical clustering algorithms", The Computer Journal 26 (1983).
 *
 * @param matrix row-major rows x columns.
 * @param weights rows that each row stands for; 1 when not given.
 */
export function wardUnions(matrix: Float32Array | Float64Array, rows: number, columns: number, weights?: Float64Array): Unions {
  // Distances stay what they are in the coordinates of the principal components, where few of them tell what is far.
  const turned = rows < 2 ? Float64Array.from(matrix) : new PCA({ nComponents: columns }).fit(matrix, rows, columns).transform(matrix, rows);
  const stride = Math.ceil(columns / lanes) * lanes;
  const groupCount = Math.ceil(rows / lanes);
  const queryAddress = firstAddress;
  const resultAddress = aligned(queryAddress + stride * 8);
  const sizesAddress = aligned(resultAddress + 16);
  const groupsAddress = aligned(sizesAddress + groupCount * lanes * 8);
  const pages = Math.ceil((groupsAddress + groupCount * lanes * stride * 8) / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const { nearestWard } = new WebAssembly.Instance(kernel, { env: { memory } }).exports as unknown as WardExports;
  const query = new Float64Array(memory.buffer, queryAddress, stride);
  const result = new Float64Array(memory.buffer, resultAddress, 2);
  const sizes = new Float64Array(memory.buffer, sizesAddress, groupCount * lanes);
  const groups = new Float64Array(memory.buffer, groupsAddress, groupCount * lanes * stride);
  const placeOf = (slot: number): number => (slot - (slot % lanes)) * stride + (slot % lanes);

  for (let slot = 0; slot < groupCount * lanes; slot++) {
    const place = placeOf(slot);
    sizes[slot] = slot < rows ? weights?.[slot] ?? 1 : 0;
    if (slot >= rows) groups[place] = Number.POSITIVE_INFINITY;
    else for (let column = 0; column < columns; column++) groups[place + column * lanes] = turned[slot * columns + column]!;
  }

  const members = Int32Array.from({ length: rows }, (_, row) => row);
  const unions: Unions = { one: new Int32Array(rows - 1), other: new Int32Array(rows - 1), heights: new Float64Array(rows - 1) };
  const chain: number[] = [];
  const squares: number[] = [];
  const chainPlace = new Int32Array(rows).fill(-1);
  let clusters = rows;
  let smallest = sizes.subarray(0, rows).reduce((least, size) => Math.min(least, size), Number.POSITIVE_INFINITY);

  /** The nearest cluster to a slot; the one before it in the chain when that is as near. */
  const nearest = (slot: number, before: number, square: number): void => {
    const place = placeOf(slot);
    for (let column = 0; column < columns; column++) query[column] = groups[place + column * lanes]!;
    groups[place] = Number.POSITIVE_INFINITY;
    nearestWard(groupsAddress, clusters, stride, queryAddress, sizes[slot]!, sizesAddress, smallest, square, before, resultAddress);
    groups[place] = query[0]!;
  };

  const moveSlot = (from: number, to: number): void => {
    const source = placeOf(from);
    const target = placeOf(to);
    for (let column = 0; column < columns; column++) groups[target + column * lanes] = groups[source + column * lanes]!;
    sizes[to] = sizes[from]!;
    members[to] = members[from]!;
    const link = chainPlace[from]!;
    chainPlace[to] = link;
    if (link !== -1) chain[link] = to;
  };

  const unite = (a: number, b: number, square: number): void => {
    const merge = rows - clusters;
    unions.one[merge] = members[a]!;
    unions.other[merge] = members[b]!;
    unions.heights[merge] = Math.sqrt(square);
    const sizeA = sizes[a]!;
    const sizeB = sizes[b]!;
    const placeA = placeOf(a);
    const placeB = placeOf(b);
    for (let column = 0; column < columns * lanes; column += lanes) {
      groups[placeA + column] = (sizeA * groups[placeA + column]! + sizeB * groups[placeB + column]!) / (sizeA + sizeB);
    }
    sizes[a] = sizeA + sizeB;
    clusters--;
    if (b !== clusters) moveSlot(clusters, b);
    sizes[clusters] = 0;
    groups[placeOf(clusters)] = Number.POSITIVE_INFINITY;
    if (merge % sizesEvery === 0) {
      smallest = Number.POSITIVE_INFINITY;
      for (let slot = 0; slot < clusters; slot++) smallest = Math.min(smallest, sizes[slot]!);
    }
  };

  while (clusters > 1) {
    if (chain.length === 0) {
      chain.push(0);
      squares.push(Number.POSITIVE_INFINITY);
      chainPlace[0] = 0;
    }
    const top = chain[chain.length - 1]!;
    const before = chain.length > 1 ? chain[chain.length - 2]! : -1;
    nearest(top, before, squares[squares.length - 1]!);
    const [square, found] = result as unknown as readonly [number, number];
    if (found !== before) {
      chainPlace[found] = chain.length;
      chain.push(found);
      squares.push(square);
      continue;
    }
    chain.length -= 2;
    squares.length -= 2;
    chainPlace[top] = -1;
    chainPlace[before] = -1;
    unite(Math.min(top, before), Math.max(top, before), square);
  }
  return unions;
}
