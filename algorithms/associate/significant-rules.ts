import { benjaminiHochberg } from '../statistics/adjusted-p-values.ts';
import type { AssociationRule } from './association-rules.ts';
import { fisherExactTest } from './fisher-exact-test.ts';

export interface SignificantRule extends AssociationRule {
  /** Probability of so many baskets with both, or more, if antecedent and consequent were independent (Fisher's exact test). */
  readonly pValue: number;
  /** Its natural logarithm, which tells apart what is 0 as a number. */
  readonly logPValue: number;
  /** The smallest share of false rules among those kept at which this one is kept (Benjamini and Hochberg). */
  readonly falseDiscoveryRate: number;
}

/**
 * The rules that are not chance, in the order given: of those kept, no more than `maxFalseDiscoveryRate` are expected to be.
 *
 * @param rules every rule that was looked at: rules left out before for their confidence or lift are the weak ones, and without them
 * the share of false rules looks smaller than it is.
 * @param baskets how many the rules are of.
 * @throws RangeError when the rate is not in [0, 1], or a rule's counts do not fit the baskets.
 */
export function significantRules(rules: readonly AssociationRule[], baskets: number, { maxFalseDiscoveryRate = 0.05 }: { readonly maxFalseDiscoveryRate?: number } = {}): SignificantRule[] {
  if (!(maxFalseDiscoveryRate >= 0 && maxFalseDiscoveryRate <= 1)) throw new RangeError(`maxFalseDiscoveryRate must be in [0, 1], not ${maxFalseDiscoveryRate}`);
  const logs = rules.map(({ count, antecedentCount, consequentCount }) => fisherExactTest({ both: count, one: antecedentCount, other: consequentCount, all: baskets }));
  const rates = benjaminiHochberg(logs.map(Math.exp));
  return rules
    .map((rule, place) => ({ ...rule, pValue: Math.exp(logs[place] as number), logPValue: logs[place] as number, falseDiscoveryRate: rates[place] as number }))
    .filter(({ falseDiscoveryRate }) => falseDiscoveryRate <= maxFalseDiscoveryRate);
}
