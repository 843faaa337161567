import { DecisionTreeClassifier, ruleText, sortColumns } from '../predict/decision-tree-classifier.ts';
import type { Condition } from '../predict/decision-tree-classifier.ts';

export interface DescribeClustersOptions {
  readonly maxDepth?: number;
  /** A leaf has at least this share of all rows, so that no rule is about a handful. */
  readonly minShare?: number;
  /** At most so many rules a cluster. */
  readonly mostRules?: number;
}

/** One rule of a description. */
export interface ClusterRule {
  readonly conditions: readonly Condition[];
  readonly text: string;
  /** Share of the rows that fit the rule which are in the cluster. */
  readonly precision: number;
  /** Share of the cluster's rows that fit the rule. */
  readonly recall: number;
}

/** A cluster in words: rows that fit any of the rules. */
export interface ClusterDescription {
  readonly cluster: number;
  readonly rules: readonly ClusterRule[];
  readonly text: string;
  /** Of all rules together. */
  readonly precision: number;
  readonly recall: number;
}

/**
 * Rules that tell each cluster from the others, by a shallow tree of that cluster against the rest. Of its leaves those are taken, purest
 * first, that raise F1: so a small cluster too has a rule, though it is nowhere the majority. Precision and recall say how far to trust it.
 *
 * @param matrix row-major rows x columns, finite, in the units that the rules are to be read in; clusters may have been found in others.
 * @param labels cluster of each row, any integers.
 * @param names of the columns.
 * @throws RangeError when the shapes do not fit.
 */
export function describeClusters(
  matrix: Float32Array | Float64Array, rows: number, columns: number, labels: Int32Array, names: readonly string[], options: DescribeClustersOptions = {},
): readonly ClusterDescription[] {
  const { maxDepth = 3, minShare = 0.002, mostRules = 3 } = options;
  if (names.length !== columns) throw new RangeError(`there are ${names.length} names for ${columns} columns`);
  const sorted = sortColumns(matrix, rows, columns);
  return Array.from(new Int32Array(new Set(labels)).sort(), (cluster) => {
    const tree = new DecisionTreeClassifier({ maxDepth, minSamplesLeaf: Math.max(1, Math.ceil(rows * minShare)) })
      .fitSorted(sorted, labels.map((label) => (label === cluster ? 1 : 0)));
    const own = tree.classes.indexOf(1);
    const inside = tree.root.counts[own]!;
    const leaves = tree.rules().map((rule) => ({ ...rule, hits: rule.counts[own]! })).sort((a, b) => b.hits / b.rows - a.hits / a.rows || b.rows - a.rows);
    const rules: ClusterRule[] = [];
    let hits = 0;
    let covered = 0;
    for (const leaf of leaves.slice(0, mostRules)) {
      const f1 = (2 * hits) / (covered + inside);
      if ((2 * (hits + leaf.hits)) / (covered + leaf.rows + inside) <= f1) break;
      hits += leaf.hits;
      covered += leaf.rows;
      rules.push({ conditions: leaf.conditions, text: ruleText(leaf.conditions, names), precision: leaf.hits / leaf.rows, recall: leaf.hits / inside });
    }
    return { cluster, rules, text: rules.map(({ text }) => text).join('; or '), precision: hits / covered, recall: hits / inside };
  });
}
