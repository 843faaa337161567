/** The smallest count whose share of the baskets is at least the support, whatever their product rounds to; at least 1. */
export function leastCount(minSupport: number, baskets: number): number {
  let count = Math.max(1, Math.ceil(minSupport * baskets));
  while (count > 1 && (count - 1) / baskets >= minSupport) count--;
  while (count / baskets < minSupport) count++;
  return count;
}
