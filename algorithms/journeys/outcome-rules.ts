import { fisherExactTest } from '../associate/fisher-exact-test.ts';
import { benjaminiHochberg } from '../statistics/adjusted-p-values.ts';

/** Cases counted by what they have in common: row i stands for `trials[i]` cases with the same codes, `hits[i]` of which had the outcome. */
export interface CountedCases {
  /** Row-major rows x columns, whole numbers of 0 or more; -1 where the column is not known of these cases. */
  readonly codes: Int32Array;
  readonly columns: number;
  readonly trials: Float64Array;
  readonly hits: Float64Array;
}

/** "Cases with these codes have the outcome more often." */
export interface OutcomeRule {
  /** One or two columns with their codes, columns ascending. */
  readonly conditions: readonly { readonly column: number; readonly code: number }[];
  readonly trials: number;
  readonly hits: number;
  /** Share of its cases that had the outcome. */
  readonly rate: number;
  /** Its rate over that of all cases. */
  readonly lift: number;
  /** Of a pair: the larger of its own p-value and those beside each of its two conditions alone. */
  readonly pValue: number;
  readonly falseDiscoveryRate: number;
}

export interface OutcomeRulesOptions {
  /** Fewer cases than this are nobody's habit. */
  readonly minTrials?: number;
  /** Of the rules kept no larger share is expected to be chance. */
  readonly maxFalseDiscoveryRate?: number;
  /** A lift that is not worth telling is left out after the test. */
  readonly minLift?: number;
  /** Most conditions of a rule, 1 or 2. */
  readonly maxConditions?: 1 | 2;
}

/** What is looked at of one set of conditions. */
interface Cell { trials: number; hits: number }

/**
 * What cases with an outcome have in common: every code of a column and every pair of codes is tested (Fisher, one-sided), and those that
 * stay after control of false discoveries are kept, strongest first. A pair must also be more than each of its conditions alone, so that
 * "phone in the evening" is not told where it is the phone only.
 *
 * Source: G. Webb, "Discovering significant patterns", Machine Learning 68 (2007), for the test of a pair within its parts;
 * Y. Benjamini and Y. Hochberg, 1995, for false discoveries.
 *
 * @throws RangeError when shapes do not fit, a count is not whole, or there are more hits than trials.
 */
export function outcomeRules({ codes, columns, trials, hits }: CountedCases, options: OutcomeRulesOptions = {}): OutcomeRule[] {
  const { minTrials = 30, maxFalseDiscoveryRate = 0.05, minLift = 1, maxConditions = 2 } = options;
  const rows = trials.length;
  if (!Number.isInteger(columns) || columns < 1 || codes.length !== rows * columns || hits.length !== rows) throw new RangeError(`codes, trials and hits do not fit: ${codes.length} codes, ${rows} trials, ${hits.length} hits, ${columns} columns`);
  for (let row = 0; row < rows; row++) if (!(Number.isInteger(trials[row]) && Number.isInteger(hits[row]) && hits[row]! >= 0 && hits[row]! <= trials[row]!)) throw new RangeError(`row ${row} has ${hits[row]} hits of ${trials[row]} trials`);

  const whole: Cell = { trials: sum(trials), hits: sum(hits) };
  if (whole.hits === 0 || whole.hits === whole.trials) return [];
  const cells = new Map<string, Cell>();
  const add = (key: string, row: number): void => {
    const cell = cells.get(key);
    if (cell === undefined) cells.set(key, { trials: trials[row]!, hits: hits[row]! });
    else { cell.trials += trials[row]!; cell.hits += hits[row]!; }
  };
  for (let row = 0, base = 0; row < rows; row++, base += columns) {
    for (let one = 0; one < columns; one++) {
      if (codes[base + one]! < 0) continue;
      add(`${one}:${codes[base + one]}`, row);
      for (let other = one + 1; maxConditions === 2 && other < columns; other++) if (codes[base + other]! >= 0) add(`${one}:${codes[base + one]}|${other}:${codes[base + other]}`, row);
    }
  }

  const base = whole.hits / whole.trials;
  const looked = [...cells].filter(([, cell]) => cell.trials >= minTrials).map(([key, cell]) => {
    const parts = key.split('|');
    const within = parts.length === 1 ? [] : parts.map((part) => cells.get(part)!);
    const logP = Math.max(...[whole, ...within].map((outside) => fisherExactTest({ both: cell.hits, one: cell.trials, other: outside.hits, all: outside.trials })));
    return { key, parts, cell, logP };
  });
  // Whatever order cases came in, equal p-values keep the same order.
  looked.sort((a, b) => a.logP - b.logP || (a.key < b.key ? -1 : 1));
  const rates = benjaminiHochberg(looked.map(({ logP }) => Math.min(1, Math.exp(logP))));
  return looked
    .map(({ parts, cell, logP }, place): OutcomeRule => ({
      conditions: parts.map((part) => { const [column, code] = part.split(':'); return { column: Number(column), code: Number(code) }; }),
      trials: cell.trials, hits: cell.hits, rate: cell.hits / cell.trials, lift: cell.hits / cell.trials / base, pValue: Math.min(1, Math.exp(logP)), falseDiscoveryRate: rates[place]!,
    }))
    .filter((rule) => rule.falseDiscoveryRate <= maxFalseDiscoveryRate && rule.lift > minLift);
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
