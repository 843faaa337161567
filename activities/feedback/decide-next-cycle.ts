import { confidenceSequence } from '../../algorithms/statistics/confidence-sequence.ts';
import { normalPosterior } from '../../algorithms/statistics/normal-posterior.ts';
import type { Estimate } from '../../algorithms/statistics/normal-posterior.ts';
import type { Decision } from './contract.ts';
import { decideMailing, type MailingEvidence } from './decide-mailing.ts';

/** What the rules look at. */
export interface FeedbackEvidence {
  readonly shop: string;
  readonly cycle: string;
  /** Mailed arms in the order of shop.yaml, over all cycles measured: customers times their cycles, and in how many of those they bought. */
  readonly arms: readonly { readonly arm: string; readonly customerCycles: number; readonly conversions: number }[];
  /** Cycles that were measured, this one included. */
  readonly cycles: number;
  /** First arm's share of buyers a cycle less the second's, over all cycles; absent where there are no two arms to compare. */
  readonly difference?: Estimate;
  /** Guardrails that this cycle tripped, in words. */
  readonly tripped: readonly { readonly arm: string; readonly words: string }[];
  /** Decisions of earlier cycles that a person took back, and nobody has made again. */
  readonly reversals: readonly { readonly id: string; readonly subject: string; readonly words: string }[];
  /** Share of the first arm in this cycle's plan. */
  readonly share: number;
  readonly bounds: { readonly minimum: number; readonly maximum: number };
  /** Two letters of the shop usually differ by about so much in the share of buyers a cycle: the prior's and the mixture's deviation, the same for every look. */
  readonly usualDifference: number;
  /** Features of this cycle's segmentation with the purchase prediction's coefficient. */
  readonly features: readonly { readonly feature: string; readonly coefficient: number }[];
  readonly predictionAuc: number | null;
  /** Why nothing was measured; empty where something was. */
  readonly notMeasured: string;
  /** Where uplift decides who is mailed. */
  readonly mailing?: MailingEvidence;
}

/** A decision before it is recorded. `value` is what the next cycle reads. */
export interface NextCycleDecision {
  readonly id: string;
  readonly kind: Decision['kind'];
  readonly subject: string;
  readonly value: unknown;
  readonly words: string;
  readonly evidence: string;
  readonly rule: string;
}

/** A smaller move is noise. */
const smallestMove = 0.05;
/** A prediction that is no better than this says nothing about features. */
const leastAuc = 0.6;
/** A standardised coefficient below this changes the odds by less than 5 %. */
const weakCoefficient = 0.05;
const fewestFeatures = 4;

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
const points = (difference: number): string => `${difference < 0 ? '−' : '+'}${Math.abs(difference * 100).toFixed(2)} points`;

/** What the next cycle does differently, each decision with its evidence; "no change" with its reason where the evidence does not carry one. */
export function decideNextCycle(evidence: FeedbackEvidence): NextCycleDecision[] {
  return [decideOfferShare(evidence), decideFeatures(evidence), ...(evidence.mailing === undefined ? [] : decideMailing(evidence, evidence.mailing))];
}

/**
 * Guardrails first: an arm that tripped one gets nobody. Else Thompson sampling in expectation over the evidence of all cycles: each arm gets the share
 * with which it is the better one, within bounds, once the always-valid interval of the difference leaves out 0.
 */
function decideOfferShare({ shop, cycle, arms, cycles, difference, tripped, reversals, share, bounds, usualDifference, notMeasured }: FeedbackEvidence): NextCycleDecision {
  const subject = 'share of the arms';
  const decision = (kind: 'offer_share' | 'no_change', value: unknown, words: string, seen: string): NextCycleDecision => ({ id: `${shop}/${cycle}/offer-share`, kind, subject, value, words, evidence: seen, rule: 'thompson-share 2' });
  const [first, second] = arms;
  if (notMeasured !== '') return decision('no_change', null, `The arms keep their shares, because ${notMeasured}.`, 'no outcomes');
  if (first === undefined || second === undefined) return decision('no_change', null, 'There is one arm, so there is no share to change.', 'one arm');
  const seen = arms.map(({ arm, conversions, customerCycles }) => `${arm}: ${conversions} bought in ${customerCycles} customer-cycles`).join('; ');

  const bad = [first, second].filter(({ arm }) => tripped.some((guardrail) => guardrail.arm === arm));
  const why = tripped.map(({ words }) => words).join('; ');
  if (bad.length === 2) return decision('no_change', null, 'The arms keep their shares, although both went over a guardrail: a person must change the letters.', why);
  const reversal = reversals.find((taken) => taken.subject === subject);
  if (bad.length === 1) {
    const stopped = bad[0]!.arm === first.arm ? 0 : 1;
    if (share === stopped) return decision('no_change', null, `Arm ${bad[0]!.arm} stays stopped.`, why);
    return decision('offer_share', { arm: first.arm, share: stopped }, `Arm ${bad[0]!.arm} gets nobody: it went over a guardrail.`, why);
  }
  if (reversal !== undefined) return decision('no_change', null, `The arms keep their shares, because a person decided so: ${reversal.words} Undo ${reversal.id} to let feedback decide again.`, seen);
  if (share === 0 || share === 1) return decision('no_change', null, `Arm ${share === 0 ? first.arm : second.arm} stays stopped; undo the decision that stopped it to try it again.`, seen);
  if (difference === undefined) return decision('no_change', null, 'The arms keep their shares, because one of them has too few customers to compare.', seen);

  const { lower, upper } = confidenceSequence(difference, { mixtureVariance: usualDifference ** 2 });
  const better = normalPosterior(difference, { variance: usualDifference ** 2 }).probabilityPositive;
  const evidence = `${seen}, over ${cycles} ${cycles === 1 ? 'cycle' : 'cycles'}; difference ${points(difference.difference)}, always-valid 95 % interval ${points(lower)} to ${points(upper)}; probability that ${first.arm} is better ${better.toFixed(3)}`;
  if (lower <= 0 && upper >= 0) return decision('no_change', null, `Arm ${first.arm} keeps its share of ${percent(share)}, because the arms may still be alike: the always-valid interval of their difference holds 0.`, evidence);
  const next = Math.min(Math.max(Math.round(better * 100) / 100, bounds.minimum), bounds.maximum);
  if (Math.abs(next - share) < smallestMove) return decision('no_change', null, `Arm ${first.arm} keeps its share of ${percent(share)}, because the evidence would move it by less than ${percent(smallestMove)}.`, evidence);
  return decision('offer_share', { arm: first.arm, share: next }, `Arm ${first.arm} gets ${percent(next)} of the recipients instead of ${percent(share)}.`, evidence);
}

/** One feature a cycle may go: the one that tells least about who buys, where the prediction is good enough to say so. */
function decideFeatures({ shop, cycle, features, predictionAuc, reversals }: FeedbackEvidence): NextCycleDecision {
  const subject = 'features of the segmentation';
  const decision = (kind: 'feature_list' | 'no_change', value: unknown, words: string, evidence: string): NextCycleDecision => ({ id: `${shop}/${cycle}/feature-list`, kind, subject, value, words, evidence, rule: 'drop-weakest-feature 1' });
  const auc = predictionAuc === null ? 'not known' : predictionAuc.toFixed(3);
  const reversal = reversals.find((taken) => taken.subject === subject);
  if (reversal !== undefined) return decision('no_change', null, `The feature list stays, because a person decided so: ${reversal.words} Undo ${reversal.id} to let feedback decide again.`, `AUC ${auc}`);
  if (predictionAuc === null || predictionAuc < leastAuc) return decision('no_change', null, `The feature list stays, because the prediction (AUC ${auc}) is too weak to judge features by.`, `AUC ${auc}`);
  const weakest = [...features].sort((a, b) => Math.abs(a.coefficient) - Math.abs(b.coefficient) || (a.feature < b.feature ? -1 : 1))[0];
  const evidence = `AUC ${auc}; ${features.map(({ feature, coefficient }) => `${feature} ${coefficient.toFixed(3)}`).join(', ')}`;
  if (weakest === undefined || Math.abs(weakest.coefficient) >= weakCoefficient) return decision('no_change', null, 'The feature list stays, because each of them says something about who buys.', evidence);
  if (features.length <= fewestFeatures) return decision('no_change', null, `The feature list stays, because ${fewestFeatures} is the fewest a segmentation is made of.`, evidence);
  return decision('feature_list', { features: features.map(({ feature }) => feature).filter((feature) => feature !== weakest.feature) }, `${weakest.feature} leaves the segmentation's features: it says next to nothing about who buys.`, evidence);
}
