/**
 * P-values of several tests made larger so that the chance of even one false finding stays at the level they are compared with, whatever
 * the tests have to do with each other; in the order given.
 *
 * Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
 *
 * @throws RangeError when a p-value is not in [0, 1].
 */
export function holm(pValues: readonly number[]): number[] {
  const order = ascending(pValues);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((place, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * (pValues[place] as number)));
    adjusted[place] = largest;
  });
  return adjusted;
}

/**
 * P-values of several tests made larger so that the share of false findings among the findings stays at the level they are compared with,
 * for tests that are independent or depend positively; in the order given.
 *
 * Source: Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", Journal of the Royal Statistical Society B 57 (1995).
 *
 * @throws RangeError when a p-value is not in [0, 1].
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const order = ascending(pValues);
  const adjusted = new Array<number>(pValues.length);
  let smallest = 1;
  for (let rank = order.length - 1; rank >= 0; rank--) {
    const place = order[rank] as number;
    // The factor is at least 1, so that rounding cannot make a p-value smaller.
    smallest = Math.min(smallest, (pValues[place] as number) * (pValues.length / (rank + 1)));
    adjusted[place] = smallest;
  }
  return adjusted;
}

function ascending(pValues: readonly number[]): number[] {
  for (const pValue of pValues) if (!(pValue >= 0 && pValue <= 1)) throw new RangeError(`a p-value must be in [0, 1], not ${pValue}`);
  return pValues.map((_, place) => place).sort((one, other) => (pValues[one] as number) - (pValues[other] as number) || one - other);
}
