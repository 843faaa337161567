import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecisionTreeClassifier, ruleText } from '../../../algorithms/predict/decision-tree-classifier.ts';
import type { TreeNode } from '../../../algorithms/predict/decision-tree-classifier.ts';
import { madeMatrix, madeNumber } from './made-numbers.ts';

const rows = 400;
const matrix = Float32Array.from(madeMatrix(rows, 4, 3000));
const labels = Int32Array.from({ length: rows }, (_, row) =>
  (madeNumber(77 + row) < 0.15 ? madeNumber(555 + row) * 4 : Number(matrix[row * 4]! > 0.5) + 2 * Number(matrix[row * 4 + 2]! > 0.3)));

describe('a classification tree', () => {
  it.each([
    // scikit-learn 1.9.1: t = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=leaf).fit(matrix, labels); t.tree_.feature,
    // .threshold and .n_node_samples, sum(t.predict(matrix)), mean(t.predict(matrix) == labels)
    [3, 1, [0, 2, 2, -2, -2, 0, -2, -2, 2, 0, -2, -2, 0, -2, -2],
      [0.49912218749523163, 0.2972310334444046, 0.0017128030303865671, -2, -2, 0.0034078359603881836, -2, -2, 0.30447612702846527, 0.9950894415378571, -2, -2, 0.5165068805217743, -2, -2],
      [400, 198, 46, 1, 45, 152, 1, 151, 202, 49, 47, 2, 153, 3, 150], 810, 0.8975],
    [4, 12, [0, 2, 3, -2, 2, -2, -2, 0, 3, -2, -2, 1, -2, -2, 2, 1, -2, -2, 3, 0, -2, -2, 2, -2, -2],
      [0.49912218749523163, 0.2972310334444046, 0.25947873294353485, -2, 0.1454942524433136, -2, -2, 0.18475046008825302, 0.2803916335105896, -2, -2, 0.7812739908695221, -2, -2,
        0.30447612702846527, 0.11844036355614662, -2, -2, 0.24612626433372498, 0.6889016032218933, -2, -2, 0.5141414701938629, -2, -2],
      [400, 198, 46, 12, 34, 12, 22, 152, 49, 13, 36, 103, 83, 20, 202, 49, 12, 37, 153, 31, 12, 19, 122, 38, 84], 812, 0.89],
  ] as const)('of depth %i with leaves of %i rows is the one of scikit-learn', (maxDepth, minSamplesLeaf, columns, thresholds, samples, sum, accuracy) => {
    const tree = new DecisionTreeClassifier({ maxDepth, minSamplesLeaf }).fit(matrix, rows, 4, labels);
    const nodes = flat(tree.root);
    expect(nodes.map(({ split }) => split?.column ?? -2)).toEqual(columns);
    expect(nodes.map(({ split }) => split?.threshold ?? -2)).toEqual(thresholds);
    expect(nodes.map((node) => node.rows)).toEqual(samples);
    const predicted = tree.predict(matrix, rows);
    expect(predicted.reduce((total, label) => total + label, 0)).toBe(sum);
    expect(predicted.filter((label, row) => label === labels[row]).length / rows).toBe(accuracy);
  });

  it('puts every row into the one leaf whose rule it fits, and counts it there', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -3, max: 3 }), fc.integer({ min: 5, max: 7 })), { minLength: 1, maxLength: 40 }), fc.integer({ min: 0, max: 4 }), (data, maxDepth) => {
      const values = Float64Array.from(data.flatMap(([a, b]) => [a, b]));
      const classes = Int32Array.from(data, ([, , label]) => label);
      const tree = new DecisionTreeClassifier({ maxDepth }).fit(values, data.length, 2, classes);
      const rules = tree.rules();
      const counts = rules.map(() => new Float64Array(tree.classes.length));
      const leafOf = data.map(([a, b, label]) => {
        const fitting = rules.flatMap(({ conditions }, place) => (conditions.every(({ column, above = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }) => {
          const value = column === 0 ? a : b;
          return value > above && value <= atMost;
        }) ? [place] : []));
        expect(fitting).toHaveLength(1);
        const of = counts[fitting[0]!]!;
        of[tree.classes.indexOf(label)]! += 1;
        return fitting[0]!;
      });
      expect(rules.map((rule) => rule.counts)).toEqual(counts);
      expect(rules.map((rule) => rule.rows)).toEqual(counts.map((of) => of.reduce((sum, count) => sum + count, 0)));
      expect(tree.predict(values, data.length)).toEqual(Int32Array.from(leafOf, (leaf) => tree.classes[counts[leaf]!.indexOf(Math.max(...counts[leaf]!))]!));
    }));
  });

  it('with room enough tells rows apart that differ, from -0 to the largest', () => {
    const values = Float32Array.of(-3e38, -1, -0, 0, 1e-40, 2, 3e38);
    const classes = Int32Array.of(0, 1, 0, 0, 1, 0, 1);
    const tree = new DecisionTreeClassifier({ maxDepth: 8 }).fit(values, 7, 1, classes);
    expect(tree.predict(values, 7)).toEqual(classes);
  });

  it('stays a leaf where nothing is to be learnt', () => {
    expect(new DecisionTreeClassifier().fit(Float32Array.of(1, 2, 3), 3, 1, Int32Array.of(4, 4, 4)).root.split).toBeUndefined();
    expect(new DecisionTreeClassifier().fit(Float32Array.of(1, 1, 1), 3, 1, Int32Array.of(4, 5, 4)).predict(Float32Array.of(9), 1)).toEqual(Int32Array.of(4));
    expect(new DecisionTreeClassifier({ maxDepth: 0 }).fit(matrix, rows, 4, labels).rules()).toMatchObject([{ conditions: [], rows }]);
  });

  it('refuses what it cannot learn from', () => {
    expect(() => new DecisionTreeClassifier({ maxDepth: -1 })).toThrow(RangeError);
    expect(() => new DecisionTreeClassifier({ minSamplesLeaf: 0 })).toThrow(RangeError);
    expect(() => new DecisionTreeClassifier().root).toThrow(TypeError);
    expect(() => new DecisionTreeClassifier().fit(new Float32Array(3), 2, 2, new Int32Array(2))).toThrow(RangeError);
    expect(() => new DecisionTreeClassifier().fit(new Float32Array(4), 2, 2, new Int32Array(3))).toThrow(RangeError);
    expect(() => new DecisionTreeClassifier().fit(new Float32Array(0), 0, 2, new Int32Array(0))).toThrow(RangeError);
    expect(() => new DecisionTreeClassifier().fit(Float64Array.of(1, 1e300), 2, 1, Int32Array.of(0, 1))).toThrow(/finite/);
    expect(() => new DecisionTreeClassifier().fit(matrix, rows, 4, labels).predict(new Float32Array(3), 1)).toThrow(RangeError);
  });
});

describe('a rule in words', () => {
  it('names the bounds of each column', () => {
    expect(ruleText([{ column: 0, above: 2.5 }, { column: 1, above: 10, atMost: 30.123 }, { column: 2, atMost: 0.0001234 }], ['orders', 'recency', 'share']))
      .toBe('orders > 2.5 and 10 < recency ≤ 30.1 and share ≤ 0.000123');
    expect(ruleText([], [])).toBe('everybody');
    expect(ruleText([{ column: 3, atMost: 7 }], ['orders'], (value) => value.toFixed(1))).toBe('column 3 ≤ 7.0');
  });
});

function flat(node: TreeNode): TreeNode[] {
  return node.split === undefined ? [node] : [node, ...flat(node.split.left), ...flat(node.split.right)];
}
