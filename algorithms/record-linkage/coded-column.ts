/** A column of texts as numbers: equal texts have equal codes, 0 is a missing one. */
export interface CodedColumn {
  /** One a record. */
  readonly codes: Uint32Array;
  /** Text of each code; that of 0 is empty. */
  readonly values: readonly string[];
  /** Records of each code. */
  readonly counts: Uint32Array;
}

/** @param texts one a record; an empty text is a missing value */
export function codeColumn(texts: ArrayLike<string | null | undefined>): CodedColumn {
  const codes = new Uint32Array(texts.length);
  const values = [''];
  const known = new Map<string, number>();
  for (let record = 0; record < texts.length; record++) {
    const text = texts[record];
    if (text === null || text === undefined || text === '') continue;
    let code = known.get(text);
    if (code === undefined) {
      code = values.length;
      known.set(text, code);
      values.push(text);
    }
    codes[record] = code;
  }
  const counts = new Uint32Array(values.length);
  for (const code of codes) counts[code]!++;
  return { codes, values, counts };
}

/** Chance that two records drawn without replacement, both with a value, have the same one. NaN where fewer than two have one. */
export function chanceOfSameValue({ counts }: CodedColumn): number {
  let records = 0;
  let together = 0;
  for (let code = 1; code < counts.length; code++) {
    records += counts[code]!;
    together += counts[code]! * (counts[code]! - 1);
  }
  return records < 2 ? Number.NaN : together / (records * (records - 1));
}
