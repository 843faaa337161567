import { withinOneEdit } from './damerau-levenshtein.ts';
import { jaroWinklerSimilarity } from './jaro-winkler.ts';
import { tokenSimilarity } from './token-similarity.ts';

/** How two unequal values of a field are told apart. Levels count from 1, `nothing in common`, to `levels.length`, `the same`; 0 is kept for a missing value. */
export interface FieldComparison {
  /** What each level is called, the first for 1. */
  readonly levels: readonly string[];
  /** Level of two values that are not equal, 1 to `levels.length` - 1. Symmetric. */
  readonly compare: (left: string, right: string) => number;
  /** A Jaro–Winkler similarity below which `compare` is sure to give 1; absent where nothing is sure. */
  readonly leastSimilarity?: number;
}

const nameThresholds = [0.92, 0.8] as const;
const wordsThreshold = 0.9;

/** Names of people: the same, alike but for a slip, alike by half. */
export const nameComparison: FieldComparison = {
  levels: ['different', 'somewhat alike', 'nearly the same', 'the same'],
  compare(left, right) {
    const similarity = jaroWinklerSimilarity(left, right);
    return similarity >= nameThresholds[0] ? 3 : similarity >= nameThresholds[1] ? 2 : 1;
  },
  leastSimilarity: nameThresholds[1],
};

/** Places and other texts of several words, in any order. */
export const wordsComparison: FieldComparison = {
  levels: ['different', 'nearly the same', 'the same'],
  compare: (left, right) => ((left.includes(' ') || right.includes(' ') ? tokenSimilarity(left, right) : jaroWinklerSimilarity(left, right)) >= wordsThreshold ? 2 : 1),
};

/** Dates as YYYY-MM-DD: the same, one digit or the order of day and month wrong, the same year. */
export const dateComparison: FieldComparison = {
  levels: ['different', 'the same year', 'one slip apart', 'the same'],
  compare(left, right) {
    if (withinOneEdit(left, right)) return 3;
    const sameYear = left.slice(0, 4) === right.slice(0, 4);
    if (sameYear && left.slice(5, 7) === right.slice(8, 10) && left.slice(8, 10) === right.slice(5, 7)) return 3;
    return sameYear ? 2 : 1;
  },
};

/** Addresses, numbers and other keys people type: the same, or one slip apart. No more is asked of an address, whose beginning often is the name over again. */
export const typedKeyComparison: FieldComparison = { levels: ['different', 'one slip apart', 'the same'], compare: (left, right) => (withinOneEdit(left, right) ? 2 : 1) };

/** Keys of machines, in which no slip is made. */
export const exactComparison: FieldComparison = { levels: ['different', 'the same'], compare: () => 1 };
