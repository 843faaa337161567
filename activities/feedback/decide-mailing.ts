import { SeededRandom } from '../../algorithms/random/seeded-random.ts';
import { confidenceSequence } from '../../algorithms/statistics/confidence-sequence.ts';
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { normalPosterior, type NormalPosterior } from '../../algorithms/statistics/normal-posterior.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { FeedbackEvidence, NextCycleDecision } from './decide-next-cycle.ts';
import type { Lesson } from './learn-responses.ts';

/** What the rules about letters look at. */
export interface MailingEvidence {
  /** Absent while there is too little to learn from. */
  readonly lesson: Lesson | undefined;
  /** Of this cycle's plan. */
  readonly shares: readonly { readonly offer: string; readonly share: number }[];
  /** Share of the targeted who were mailed; the rest rested by lot. */
  readonly mailedShare: number;
  /** Whether a policy was in force in this cycle. */
  readonly hasPolicy: boolean;
  readonly targeting: ShopSettings['campaign']['targeting'];
  readonly currency: string;
  /** What Thompson sampling's draws depend on. */
  readonly drawSeed: string;
}

/** Orders that a letter usually brings more, give or take as many: who mails at all expects something of it. */
const usualEffect = 0.05;
/** Orders that two offers usually differ by: the prior's deviation. */
const usualOfferDifference = 0.015;
const smallestMove = 0.02;
const draws = 4000;
const overtakingProbability = 0.9;

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

/** Whom letters are for, which offers they carry, and how many of those they are for get one. */
export function decideMailing({ shop, cycle, reversals }: Pick<FeedbackEvidence, 'shop' | 'cycle' | 'reversals'>, evidence: MailingEvidence): NextCycleDecision[] {
  const { lesson } = evidence;
  const subjects = [
    { name: 'mail-policy', kind: 'mail_policy', subject: 'who is mailed', rule: 'expected-gain 1', decide: decidePolicy },
    { name: 'offer-mix', kind: 'offer_mix', subject: 'shares of the offers', rule: 'thompson-offers 2', decide: decideOffers },
    { name: 'mailed-share', kind: 'mailed_share', subject: 'how many are mailed', rule: 'thompson-volume 1', decide: decideVolume },
  ] as const;
  return subjects.map(({ name, kind, subject, rule, decide }): NextCycleDecision => {
    const base = { id: `${shop}/${cycle}/${name}`, subject, rule };
    const reversal = reversals.find((taken) => taken.subject === subject);
    if (reversal !== undefined) return { ...base, kind: 'no_change', value: null, words: `Feedback leaves this alone, because a person decided so: ${reversal.words} Undo ${reversal.id} to let feedback decide again.`, evidence: 'a person\'s decision' };
    if (lesson === undefined) return { ...base, kind: 'no_change', value: null, words: 'Nothing changes, because too few customers were mailed or rested yet to learn from.', evidence: 'fewer than 10 of a kind' };
    const { value, words, evidence: seen } = decide(lesson, evidence);
    return { ...base, kind: value === null ? 'no_change' : kind, value, words, evidence: seen };
  });
}

type Verdict = Pick<NextCycleDecision, 'value' | 'words' | 'evidence'>;

const money = (amount: number, currency: string): string => `${amount < 0 ? '−' : ''}${Math.abs(amount).toFixed(2)} ${currency}`;

/** The newest policy is used unless customers it had not learnt from speak against it: then an always-valid interval of what it brings lies below 0. */
function decidePolicy({ policy, meantFor, against, mailed, rested }: Lesson, { targeting, currency }: MailingEvidence): Verdict {
  const interval = confidenceSequence({ difference: against.value, variance: against.standardError ** 2 }, { mixtureVariance: (usualOfferDifference * policy.marginPerOrder) ** 2 });
  const evidence = `${mailed} customers mailed and ${rested} rested, over all cycles; doubly robust value of the policy against a letter for all, on customers it had not learnt from: ${money(against.value, currency)} a customer, always-valid 95 % interval ${money(interval.lower, currency)} to ${money(interval.upper, currency)}`;
  if (interval.upper < 0) return { value: null, evidence, words: 'Letters go to whom they went to, because the new policy would bring less than a letter for all.' };
  return { value: policy, evidence, words: `Letters go to whom they are expected to bring more than ${money(targeting.minimum_gain, currency)}: ${percent(meantFor)} of this cycle's audience.` };
}

/**
 * The leading offer keeps its share at least, and loses the lead to one that is better with a probability of 0.9; the rest of the letters is Thompson sampling: each offer gets the share of
 * draws in which it earns most, none less than its minimum.
 */
function decideOffers({ policy, offers }: Lesson, { shares, targeting, currency, drawSeed }: MailingEvidence): Verdict {
  if (offers.length < 2) return { value: null, words: 'There is one offer, so there is no share to change.', evidence: 'one offer' };
  const prior = { variance: (usualOfferDifference * policy.marginPerOrder) ** 2 };
  const beliefs = offers.map((offer) => normalPosterior(offer, prior));
  const now = offers.map(({ offer }) => shares.find((row) => row.offer === offer)?.share ?? 0);
  const wins = winsOf(beliefs, drawSeed);
  const incumbent = now.indexOf(Math.max(...now));
  const best = beliefs.reduce((most, { mean }, place) => (mean > beliefs[most]!.mean ? place : most), 0);
  const lead = beliefs[best]!.mean - beliefs[incumbent]!.mean;
  const overtakes = best !== incumbent && normalCdf(lead / Math.sqrt(beliefs[best]!.variance + beliefs[incumbent]!.variance), 0, 1) >= overtakingProbability;
  const leader = overtakes ? best : incumbent;
  const sampled = wins.map((won) => targeting.minimum_offer_share + (1 - targeting.minimum_offer_share * offers.length) * won);
  const leading = Math.max(sampled[leader]!, targeting.leading_offer_share);
  const next = sampled.map((share, place) => Number((place === leader ? leading : (1 - leading) * share / (1 - sampled[leader]!)).toFixed(4)));
  const seen = offers.map(({ offer, letters }, place) => `${offer}: ${letters} letters, ${money(beliefs[place]!.mean, currency)} beside the mean (95 % ${money(beliefs[place]!.interval.lower, currency)} to ${money(beliefs[place]!.interval.upper, currency)}), best with probability ${wins[place]!.toFixed(3)}`).join('; ');
  if (now.every((share, place) => Math.abs(share - next[place]!) < smallestMove)) return { value: null, evidence: seen, words: `The offers keep their shares, because the evidence would move none by ${percent(smallestMove)}.` };
  const told = offers.map(({ offer }, place) => ({ offer, share: next[place]! })).sort((a, b) => b.share - a.share).map(({ offer, share }) => `${offer} ${percent(share)}`).join(', ');
  return { value: { shares: Object.fromEntries(offers.map(({ offer }, place) => [offer, next[place]!])) }, evidence: seen, words: `${offers[leader]!.offer} ${overtakes ? 'takes the lead' : 'leads'}. Shares of the offers: ${told}.` };
}

/** How often each offer earns most in draws from what is believed of them. */
function winsOf(beliefs: readonly NormalPosterior[], drawSeed: string): number[] {
  const random = new SeededRandom(hashOf(drawSeed));
  const wins = beliefs.map(() => 0);
  for (let draw = 0; draw < draws; draw++) {
    let [best, most] = [0, -Infinity];
    beliefs.forEach(({ mean, variance }, place) => {
      const value = mean + Math.sqrt(variance) * random.normal();
      if (value > most) [best, most] = [place, value];
    });
    wins[best]! += 1;
  }
  return wins.map((won) => won / draws);
}

/**
 * While letters are likelier to bring more than they must than not, everybody they are meant for gets one, but for those who rest by lot. From there on fewer do, in
 * proportion to that likelihood; more rest then, so the evidence gets better the faster.
 */
function decideVolume({ policy, effect, mailed, rested }: Lesson, { mailedShare, targeting, currency }: MailingEvidence): Verdict {
  const usual = usualEffect * policy.marginPerOrder;
  const likely = normalPosterior({ difference: effect.difference - targeting.minimum_gain, variance: effect.variance }, { mean: usual - targeting.minimum_gain, variance: usual ** 2 }).probabilityPositive;
  const { lower, upper } = confidenceSequence(effect, { mixtureVariance: usual ** 2 });
  const most = 1 - targeting.rest_share;
  const next = likely >= 0.5 ? most : Number(Math.max(2 * likely * most, targeting.rest_share).toFixed(2));
  const evidence = `${mailed} mailed against ${rested} resting: ${money(effect.difference, currency)} more a customer, always-valid 95 % interval ${money(lower, currency)} to ${money(upper, currency)}; probability that a letter brings more than ${money(targeting.minimum_gain, currency)}: ${likely.toFixed(3)}`;
  if (Math.abs(next - mailedShare) < smallestMove) return { value: null, evidence, words: `${percent(mailedShare)} of those whom letters are meant for get one, as before.` };
  return { value: { share: next }, evidence, words: `${percent(next)} of those whom letters are meant for get one instead of ${percent(mailedShare)}: ${next < mailedShare ? 'letters seem to bring no more than they must' : 'letters bring more than they must'}.` };
}

/** A whole number from a text (FNV-1a). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193) >>> 0;
  return hash;
}
