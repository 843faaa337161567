import { probabilityBetter } from '../../algorithms/statistics/probability-better.ts';

/** What the rules look at. Counts are of customers as assigned. */
export interface FeedbackEvidence {
  readonly shop: string;
  readonly cycle: string;
  /** Mailed arms in the order of shop.yaml, with who bought. */
  readonly arms: readonly { readonly arm: string; readonly customers: number; readonly buyers: number }[];
  /** Share of the first arm in this cycle's plan. */
  readonly share: number;
  readonly bounds: { readonly minimum: number; readonly maximum: number };
  /** Features of this cycle's segmentation with the purchase prediction's coefficient. */
  readonly features: readonly { readonly feature: string; readonly coefficient: number }[];
  readonly predictionAuc: number | null;
  /** Why nothing was measured; empty where something was. */
  readonly notMeasured: string;
}

/** A decision before it is recorded. `value` is what the next cycle reads. */
export interface NextCycleDecision {
  readonly id: string;
  readonly kind: 'offer_share' | 'feature_list' | 'no_change';
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

/** What the next cycle does differently, each decision with its evidence; "no change" with its reason where the evidence does not carry one. */
export function decideNextCycle(evidence: FeedbackEvidence): NextCycleDecision[] {
  return [decideOfferShare(evidence), decideFeatures(evidence)];
}

/** Thompson sampling in expectation: each arm gets the share with which it is the better one, within bounds. */
function decideOfferShare({ shop, cycle, arms, share, bounds, notMeasured }: FeedbackEvidence): NextCycleDecision {
  const subject = 'share of the arms';
  const decision = (kind: 'offer_share' | 'no_change', value: unknown, words: string, seen: string): NextCycleDecision => ({ id: `${shop}/${cycle}/offer-share`, kind, subject, value, words, evidence: seen, rule: 'thompson-share 1' });
  const [first, second] = arms;
  if (notMeasured !== '') return decision('no_change', null, `The arms keep their shares, because ${notMeasured}.`, 'no outcomes');
  if (first === undefined || second === undefined) return decision('no_change', null, 'There is one arm, so there is no share to change.', 'one arm');
  const seen = arms.map(({ arm, customers, buyers }) => `${arm}: ${buyers} of ${customers} bought`).join('; ');
  const better = probabilityBetter({ successes: first.buyers, trials: first.customers }, { successes: second.buyers, trials: second.customers });
  const next = Math.min(Math.max(Math.round(better * 100) / 100, bounds.minimum), bounds.maximum);
  const evidence = `${seen}; probability that ${first.arm} is better ${better.toFixed(3)}`;
  if (Math.abs(next - share) < smallestMove) return decision('no_change', null, `Arm ${first.arm} keeps its share of ${percent(share)}: the evidence would move it by less than ${percent(smallestMove)}.`, evidence);
  return decision('offer_share', { arm: first.arm, share: next }, `Arm ${first.arm} gets ${percent(next)} of the recipients instead of ${percent(share)}.`, evidence);
}

/** One feature a cycle may go: the one that tells least about who buys, where the prediction is good enough to say so. */
function decideFeatures({ shop, cycle, features, predictionAuc }: FeedbackEvidence): NextCycleDecision {
  const subject = 'features of the segmentation';
  const decision = (kind: 'feature_list' | 'no_change', value: unknown, words: string, evidence: string): NextCycleDecision => ({ id: `${shop}/${cycle}/feature-list`, kind, subject, value, words, evidence, rule: 'drop-weakest-feature 1' });
  const auc = predictionAuc === null ? 'not known' : predictionAuc.toFixed(3);
  if (predictionAuc === null || predictionAuc < leastAuc) return decision('no_change', null, `The feature list stays, because the prediction (AUC ${auc}) is too weak to judge features by.`, `AUC ${auc}`);
  const weakest = [...features].sort((a, b) => Math.abs(a.coefficient) - Math.abs(b.coefficient) || (a.feature < b.feature ? -1 : 1))[0];
  const evidence = `AUC ${auc}; ${features.map(({ feature, coefficient }) => `${feature} ${coefficient.toFixed(3)}`).join(', ')}`;
  if (weakest === undefined || Math.abs(weakest.coefficient) >= weakCoefficient) return decision('no_change', null, 'The feature list stays: each of them says something about who buys.', evidence);
  if (features.length <= fewestFeatures) return decision('no_change', null, `The feature list stays: ${fewestFeatures} is the fewest a segmentation is made of.`, evidence);
  return decision('feature_list', { features: features.map(({ feature }) => feature).filter((feature) => feature !== weakest.feature) }, `${weakest.feature} leaves the segmentation's features: it says next to nothing about who buys.`, evidence);
}
