/** Below this Jaro similarity a common beginning counts for nothing: Winkler's own program and jellyfish, RapidFuzz and DuckDB after it. */
const boostThreshold = 0.7;
const prefixWeight = 0.1;
const longestPrefix = 4;

/** Longest text that the flags below hold without growing. */
let flags = new Uint8Array(256);

/**
 * Jaro's similarity, 0 to 1: the mean of the shares of characters that find a partner within half the longer text's length, and of partners that stand
 * in the same order (Jaro 1989, J. Am. Stat. Assoc. 84:414). Characters are UTF-16 units; two empty texts are alike.
 */
export function jaroSimilarity(left: string, right: string): number {
  const [long, short] = left.length >= right.length ? [left, right] : [right, left];
  const [longer, shorter] = [long.length, short.length];
  if (longer === 0) return 1;
  if (shorter === 0) return 0;
  if (flags.length < longer + shorter) flags = new Uint8Array(2 * (longer + shorter));
  flags.fill(0, 0, longer + shorter);
  const reach = Math.max(0, (longer >> 1) - 1);
  let matches = 0;
  for (let at = 0; at < shorter; at++) {
    const unit = short.charCodeAt(at);
    const last = Math.min(longer - 1, at + reach);
    for (let other = Math.max(0, at - reach); other <= last; other++) {
      if (flags[other] === 1 || long.charCodeAt(other) !== unit) continue;
      flags[other] = 1;
      flags[longer + at] = 1;
      matches++;
      break;
    }
  }
  if (matches === 0) return 0;
  let outOfOrder = 0;
  for (let at = 0, other = 0; at < shorter; at++) {
    if (flags[longer + at] === 0) continue;
    while (flags[other] === 0) other++;
    if (short.charCodeAt(at) !== long.charCodeAt(other)) outOfOrder++;
    other++;
  }
  return (matches / longer + matches / shorter + (matches - (outOfOrder >> 1)) / matches) / 3;
}

/**
 * Jaro's similarity raised by a tenth of what is missing for each of the first four characters that agree (Winkler 1990, Proc. Survey Research
 * Methods, ASA, 354), where it is above 0.7.
 */
export function jaroWinklerSimilarity(left: string, right: string): number {
  const jaro = jaroSimilarity(left, right);
  if (jaro <= boostThreshold) return jaro;
  const end = Math.min(longestPrefix, left.length, right.length);
  let prefix = 0;
  while (prefix < end && left.charCodeAt(prefix) === right.charCodeAt(prefix)) prefix++;
  return jaro + prefix * prefixWeight * (1 - jaro);
}
