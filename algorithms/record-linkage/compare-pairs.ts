import type { CodedColumn } from './coded-column.ts';
import type { FieldComparison } from './field-comparison.ts';

export interface ComparedField {
  readonly column: CodedColumn;
  readonly comparison: FieldComparison;
}

/** Largest number of distinct texts whose every two are kept once compared: 4,096 x 4,096 bytes. */
const mostKept = 4096;

/**
 * Level of agreement of each pair in each field.
 * @param left, right records of each pair
 * @returns row-major, one byte a pair and field: 0 where a value is missing, otherwise the comparison's level
 * @throws RangeError where `left` and `right` differ in length
 */
export function comparePairs(fields: readonly ComparedField[], left: ArrayLike<number>, right: ArrayLike<number>): Uint8Array {
  if (left.length !== right.length) throw new RangeError(`There are ${left.length} records on the left and ${right.length} on the right.`);
  const levels = new Uint8Array(left.length * fields.length);
  fields.forEach(({ column: { codes, values }, comparison }, field) => {
    const compare = comparerOf(values, comparison, left.length);
    const same = comparison.levels.length;
    for (let pair = 0, at = field; pair < left.length; pair++, at += fields.length) {
      const [one, other] = [codes[left[pair]!]!, codes[right[pair]!]!];
      if (one !== 0 && other !== 0) levels[at] = one === other ? same : compare(one, other);
    }
  });
  return levels;
}

function comparerOf(values: readonly string[], { compare, leastSimilarity }: FieldComparison, pairs: number): (one: number, other: number) => number {
  const sure = leastSimilarity === undefined ? undefined : { signatures: Uint32Array.from(values, signatureOf), least: leastSimilarity };
  const fresh = (one: number, other: number): number => {
    const [left, right] = [values[one]!, values[other]!];
    if (sure !== undefined && mostSimilar(left.length, right.length, sure.signatures[one]!, sure.signatures[other]!) < sure.least) return 1;
    return compare(left, right);
  };
  // Few texts meet again and again; a table of many would be filled once and never read.
  if (values.length > mostKept || values.length ** 2 > 16 * pairs) return fresh;
  const kept = new Uint8Array(values.length ** 2);
  return (one, other) => {
    const place = one * values.length + other;
    return (kept[place] ||= fresh(one, other));
  };
}

/** A bit for each of 32 classes of characters that stand in the text. */
function signatureOf(text: string): number {
  let signature = 0;
  for (let at = 0; at < text.length; at++) signature |= 1 << (text.charCodeAt(at) & 31);
  return signature >>> 0;
}

/** No Jaro–Winkler similarity of texts with such lengths and characters is above this: a class that stands in one text alone is a character without a partner. */
function mostSimilar(left: number, right: number, one: number, other: number): number {
  const partners = Math.min(left - bitsOf(one & ~other), right - bitsOf(other & ~one));
  if (partners <= 0) return 0;
  const jaro = (partners / left + partners / right + 1) / 3;
  return jaro <= 0.7 ? jaro : jaro + 0.4 * (1 - jaro);
}

function bitsOf(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
