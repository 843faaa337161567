/** One decision of a tree, or a leaf. */
export interface TreeNode {
  /** Rows of training that reach it, by class in the order of the tree's `classes`. */
  readonly counts: Float64Array;
  readonly rows: number;
  /** Absent in a leaf: rows whose column is at most the threshold go left. */
  readonly split?: { readonly column: number; readonly threshold: number; readonly left: TreeNode; readonly right: TreeNode };
}

/** What a leaf demands of a column: above `above`, and at most `atMost`. */
export interface Condition {
  readonly column: number;
  readonly above?: number;
  readonly atMost?: number;
}

/** A leaf as a rule: what it demands of rows, and what they are. */
export interface TreeRule {
  readonly conditions: readonly Condition[];
  readonly counts: Float64Array;
  readonly rows: number;
}

export interface DecisionTreeOptions {
  readonly maxDepth?: number;
  /** No leaf has fewer rows of training. */
  readonly minSamplesLeaf?: number;
}

/** A matrix by column in Float32, and its rows in the order of each column's values. */
export interface SortedColumns {
  readonly rows: number;
  readonly byColumn: readonly Float32Array[];
  readonly orders: readonly Uint32Array[];
}

const mostRows = 2 ** 21;

/**
 * Sorts a matrix for trees to be fitted to it; see `DecisionTreeClassifier.fit` for what it takes and throws.
 * @param matrix row-major rows x columns.
 */
export function sortColumns(matrix: Float32Array | Float64Array, rows: number, columns: number): SortedColumns {
  if (matrix.length !== rows * columns) throw new RangeError(`matrix has ${matrix.length} values, not rows x columns = ${rows * columns}`);
  if (rows < 1 || rows > mostRows) throw new RangeError(`a tree takes 1 to ${mostRows} rows, not ${rows}`);
  if (!matrix.every((value) => Number.isFinite(Math.fround(value)))) throw new RangeError('matrix has a value that is not finite in Float32');
  const byColumn = Array.from({ length: columns }, (_, column) => Float32Array.from({ length: rows }, (__, row) => matrix[row * columns + column]!));
  return { rows, byColumn, orders: byColumn.map(orderOf) };
}

/**
 * A classification tree: each split is the one that lowers Gini's impurity most, as deep as `maxDepth`. Shallow trees, whose leaves read
 * as sentences, are what it is for. Values are compared in Float32, and thresholds lie halfway between two values, both as in
 * scikit-learn; among equally good splits the first column and the lowest threshold win, so there is nothing random.
 *
 * Source: L. Breiman, J. Friedman, R. Olshen and C. Stone, "Classification and Regression Trees" (1984).
 */
export class DecisionTreeClassifier {
  readonly maxDepth: number;
  readonly minSamplesLeaf: number;
  #classes = new Int32Array();
  #columns = 0;
  #root: TreeNode | undefined;

  /** @throws RangeError when an option is out of its range. */
  constructor({ maxDepth = 3, minSamplesLeaf = 1 }: DecisionTreeOptions = {}) {
    if (!Number.isInteger(maxDepth) || maxDepth < 0) throw new RangeError(`maxDepth must be an integer of at least 0, not ${maxDepth}`);
    if (!Number.isInteger(minSamplesLeaf) || minSamplesLeaf < 1) throw new RangeError(`minSamplesLeaf must be a positive integer, not ${minSamplesLeaf}`);
    this.maxDepth = maxDepth;
    this.minSamplesLeaf = minSamplesLeaf;
  }

  /**
   * @param matrix row-major rows x columns, finite.
   * @param labels class of each row, any integers.
   * @throws RangeError when the shapes do not fit, a value is not finite, or there are more than 2^21 rows (describe a sample).
   */
  fit(matrix: Float32Array | Float64Array, rows: number, columns: number, labels: Int32Array): this {
    return this.fitSorted(sortColumns(matrix, rows, columns), labels);
  }

  /**
   * The same as `fit`, for several trees on the same rows.
   * @throws RangeError when there is not a label for each row.
   */
  fitSorted({ rows, byColumn, orders }: SortedColumns, labels: Int32Array): this {
    if (labels.length !== rows) throw new RangeError(`labels has ${labels.length} values for ${rows} rows`);
    this.#classes = new Int32Array(new Set(labels)).sort();
    this.#columns = byColumn.length;
    const places = new Map(Array.from(this.#classes, (label, place) => [label, place]));
    const growth: Growth = {
      byColumn,
      classOf: Int32Array.from(labels, (label) => places.get(label)!),
      classes: this.#classes.length,
      minSamplesLeaf: this.minSamplesLeaf,
      goesLeft: new Uint8Array(rows),
    };
    this.#root = grow(growth, orders, this.maxDepth);
    return this;
  }

  /** The classes, ascending; counts are in their order. */
  get classes(): Int32Array {
    void this.root;
    return this.#classes;
  }

  get root(): TreeNode {
    if (this.#root === undefined) throw new TypeError('DecisionTreeClassifier is not fitted yet: call fit() first');
    return this.#root;
  }

  /**
   * The class most frequent in each row's leaf, the lowest on a tie.
   * @throws RangeError when the shape does not fit.
   */
  predict(matrix: Float32Array | Float64Array, rows: number): Int32Array {
    const columns = this.#columns;
    const { root } = this;
    if (matrix.length !== rows * columns) throw new RangeError(`matrix has ${matrix.length} values, not rows x columns = ${rows * columns}`);
    return Int32Array.from({ length: rows }, (_, row) => {
      let node = root;
      while (node.split !== undefined) node = Math.fround(matrix[row * columns + node.split.column]!) <= node.split.threshold ? node.split.left : node.split.right;
      return this.#classes[node.counts.indexOf(Math.max(...node.counts))]!;
    });
  }

  /** The leaves as rules, from left to right; a rule names a column once. */
  rules(): readonly TreeRule[] {
    const walk = (node: TreeNode, conditions: readonly Condition[]): TreeRule[] => {
      if (node.split === undefined) return [{ conditions, counts: node.counts, rows: node.rows }];
      const { column, threshold, left, right } = node.split;
      return [...walk(left, narrowed(conditions, { column, atMost: threshold })), ...walk(right, narrowed(conditions, { column, above: threshold }))];
    };
    return walk(this.root, []);
  }
}

/** A rule in words, such as `orders > 2.5 and 10 < recency ≤ 30`; `everybody` for one that demands nothing. */
export function ruleText(conditions: readonly Condition[], names: readonly string[], format: (value: number) => string = (value) => String(Number(value.toPrecision(3)))): string {
  if (conditions.length === 0) return 'everybody';
  return conditions.map(({ column, above, atMost }) => {
    const name = names[column] ?? `column ${column}`;
    if (above === undefined) return `${name} ≤ ${format(atMost!)}`;
    return atMost === undefined ? `${name} > ${format(above)}` : `${format(above)} < ${name} ≤ ${format(atMost)}`;
  }).join(' and ');
}

function narrowed(conditions: readonly Condition[], next: Condition): readonly Condition[] {
  const known = conditions.find(({ column }) => column === next.column);
  return known === undefined ? [...conditions, next] : conditions.map((condition) => (condition === known ? { ...known, ...next } : condition));
}

interface Growth {
  readonly byColumn: readonly Float32Array[];
  readonly classOf: Int32Array;
  readonly classes: number;
  readonly minSamplesLeaf: number;
  /** By row, for the node that is being split. */
  readonly goesLeft: Uint8Array;
}

/** `orders` are the node's rows by column, each in the order of the column's values. */
function grow(growth: Growth, orders: readonly Uint32Array[], depth: number): TreeNode {
  const { classOf, classes, goesLeft } = growth;
  const rows = orders[0]?.length ?? classOf.length;
  const counts = new Float64Array(classes);
  const members = orders[0] ?? Uint32Array.from({ length: rows }, (_, row) => row);
  for (const row of members) counts[classOf[row]!] = counts[classOf[row]!]! + 1;
  const split = depth === 0 || Math.max(...counts) === rows ? undefined : bestSplit(growth, orders, counts);
  if (split === undefined) return { counts, rows };
  const { column, threshold } = split;
  let left = 0;
  for (const row of members) {
    const goes = growth.byColumn[column]![row]! <= threshold ? 1 : 0;
    goesLeft[row] = goes;
    left += goes;
  }
  // Children that are leaves by their depth only count their rows, for which one order does.
  const needed = depth === 1 ? orders.slice(0, 1) : orders;
  const sides = needed.map((order) => {
    const leftOrder = new Uint32Array(left);
    const rightOrder = new Uint32Array(rows - left);
    let atLeft = 0;
    let atRight = 0;
    for (const row of order) {
      if (goesLeft[row] === 1) leftOrder[atLeft++] = row;
      else rightOrder[atRight++] = row;
    }
    return [leftOrder, rightOrder] as const;
  });
  return {
    counts, rows,
    split: { column, threshold, left: grow(growth, sides.map(([side]) => side), depth - 1), right: grow(growth, sides.map(([, side]) => side), depth - 1) },
  };
}

/** The split after which the squared class counts, over the rows of their side, add up to the most: that of the least impurity. */
function bestSplit({ byColumn, classOf, classes, minSamplesLeaf }: Growth, orders: readonly Uint32Array[], counts: Float64Array): { column: number; threshold: number } | undefined {
  const rows = orders[0]!.length;
  const squares = counts.reduce((sum, count) => sum + count * count, 0);
  let best: { column: number; threshold: number } | undefined;
  let most = squares / rows;
  orders.forEach((order, column) => {
    const values = byColumn[column]!;
    const left = new Float64Array(classes);
    let leftSquares = 0;
    let rightSquares = squares;
    for (let place = 0; place < rows - 1; place++) {
      const row = order[place]!;
      const one = classOf[row]!;
      const before = left[one]!;
      leftSquares += 2 * before + 1;
      rightSquares -= 2 * (counts[one]! - before) - 1;
      left[one] = before + 1;
      const value = values[row]!;
      const next = values[order[place + 1]!]!;
      if (value === next || place + 1 < minSamplesLeaf || rows - place - 1 < minSamplesLeaf) continue;
      const purity = leftSquares / (place + 1) + rightSquares / (rows - place - 1);
      // Sums of whole numbers are exact, but their quotients are not: a gain that rounding made is none.
      if (purity > most * (1 + 1e-12)) {
        most = purity;
        best = { column, threshold: value / 2 + next / 2 };
      }
    }
  });
  return best;
}

/** Rows in the order of their values, by sorting numbers that hold both: 32 bits of value, 21 of row. */
function orderOf(values: Float32Array): Uint32Array {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const keys = Float64Array.from(bits, (word, row) => {
    // -0 and 0 are one value; negative numbers have their bits turned about.
    const whole = word === -2147483648 ? 0 : word;
    const rank = whole >= 0 ? whole + 2147483648 : -1 - (whole & 2147483647) + 2147483648;
    return rank * mostRows + row;
  }).sort();
  return Uint32Array.from(keys, (key) => key % mostRows);
}
