import { describe, expect, test } from 'vitest';
import { learnResponses, type Response } from '../../../activities/feedback/learn-responses.ts';
import { decideMailing, type MailingEvidence } from '../../../activities/feedback/decide-mailing.ts';
import { expectedGains, gainFeatures, type MailPolicy } from '../../../activities/mail-policy.ts';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';

const names = Object.keys(gainFeatures);
const offers = ['deep', 'shallow'];
const options = { offers, costPerMail: 0.01, minimumGain: 0.1 };

/** Customers with a chance of 0.1 a week; a letter gives those who click `lift` more and drives the others away by `harm`. The deep offer works twice as well as the shallow one. */
function made({ customers = 1500, cycles = 6, lift = 0.3, harm = 0.06, seed = 1 }: { customers?: number; cycles?: number; lift?: number; harm?: number; seed?: number } = {}): Response[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: customers * cycles }, (_, place): Response => {
    const [customer, cycle] = [place % customers, Math.floor(place / customers)];
    const clicks = customer % 2 === 0;
    const standing = customer % 20 === 19 ? 'never mailed' : random.uniform() < 0.1 ? 'rested' : 'mailed';
    const offer = random.uniform() < 0.5 ? 'deep' : 'shallow';
    const effect = standing !== 'mailed' ? 0 : clicks ? lift * (offer === 'deep' ? 4 / 3 : 2 / 3) : -harm;
    const orders = Number(random.uniform() < 0.1 + effect);
    const redeemed = standing === 'mailed' && clicks ? orders : 0;
    const features = names.map((name) => (name === 'clicked' ? (clicks ? 0.5 : 0.1) : name === 'natural' ? 0.1 : 0.3 + 0.1 * random.normal()));
    return { customer: `c${customer}`, cycle, standing, offer: standing === 'mailed' ? offer : null, orders, margin: 20 * orders, redeemed, given: 2 * redeemed, features };
  });
}

const gainOf = (policy: MailPolicy, clicked: number): number => expectedGains(policy, Float64Array.from(names, (name) => (name === 'clicked' ? clicked : name === 'natural' ? 0.1 : 0.3)), 1, 0.01)[0]!.gain;

describe('what letters were seen to do', () => {
  test('is learnt apart for those whom a letter moves and those whom it drives away', () => {
    const { policy, meantFor, effect, against } = learnResponses(made(), options)!;
    expect(policy.marginPerOrder).toBeCloseTo(20, 6);
    // 20 x 0.3, less 2 for each of 0.4 redeemed orders and the letter; and 20 x -0.06
    expect(gainOf(policy, 0.5)).toBeGreaterThan(4);
    expect(gainOf(policy, 0.5)).toBeLessThan(6);
    expect(gainOf(policy, 0.1)).toBeLessThan(-0.3);
    expect(gainOf(policy, 0.1)).toBeGreaterThan(-2.5);
    expect(meantFor).toBeCloseTo(0.526, 1);
    expect(effect.difference).toBeGreaterThan(1);
    expect(against.value).toBeGreaterThan(0.2);
  });

  test('tells customers apart the less, the less was seen', () => {
    const apart = (responses: readonly Response[]): number => {
      const { policy } = learnResponses(responses, options)!;
      return gainOf(policy, 0.5) - gainOf(policy, 0.1);
    };
    expect(apart(made({ customers: 400, cycles: 1 }))).toBeLessThan(0.7 * apart(made()));
  });

  test('is not learnt from too few', () => {
    expect(learnResponses(made({ customers: 60, cycles: 1 }), options)).toBeUndefined();
    expect(learnResponses(made().map((response) => ({ ...response, orders: 0 })), options)).toBeUndefined();
  });

  test('repeats to the last digit', () => {
    expect(learnResponses(made(), options)).toEqual(learnResponses(made(), options));
  });
});

describe('a policy learnt from other features than today\'s', () => {
  test('is refused', () => {
    const { policy } = learnResponses(made(), options)!;
    expect(() => expectedGains({ ...policy, features: ['clicked'] }, new Float64Array(1), 1, 0)).toThrow(RangeError);
  });
});

const shop = { shop: 'demo', cycle: '2026-W50', reversals: [] };
const evidenceOf = (responses: readonly Response[], more: Partial<MailingEvidence> = {}): MailingEvidence => ({
  lesson: learnResponses(responses, options), shares: offers.map((offer) => ({ offer, share: 0.5 })), mailedShare: 0.9, hasPolicy: false, currency: 'EUR', drawSeed: '1/demo/2026-W50',
  targeting: { by: 'uplift', rest_share: 0.1, minimum_gain: 0.1, leading_offer_share: 0.6, minimum_offer_share: 0.05 }, ...more,
});

describe('what the next cycle does with it', () => {
  test('letters go to whom they bring more, the better offer gets most but not all, and each decision has its evidence', () => {
    const [policy, mix, volume] = decideMailing(shop, evidenceOf(made()));
    expect(policy).toMatchObject({ id: 'demo/2026-W50/mail-policy', kind: 'mail_policy', subject: 'who is mailed' });
    expect(policy!.evidence).toMatch(/doubly robust value of the policy against a letter for all.* always-valid 95 % interval/);
    const { shares } = mix!.value as { shares: Record<string, number> };
    expect(mix!.kind).toBe('offer_mix');
    expect(shares['deep']).toBeGreaterThan(0.9);
    expect(shares['shallow']).toBeGreaterThanOrEqual(0.05);
    expect(shares['deep']! + shares['shallow']!).toBeCloseTo(1, 3);
    expect(volume).toMatchObject({ kind: 'no_change', words: '90 % of those whom letters are meant for get one, as before.' });
  });

  test('fewer are mailed where letters bring nothing', () => {
    const volume = decideMailing(shop, evidenceOf(made({ lift: 0, harm: 0.02, cycles: 12, customers: 3000 })))[2]!;
    expect(volume.kind).toBe('mailed_share');
    expect((volume.value as { share: number }).share).toBeLessThan(0.5);
  });

  test('nothing changes, with the reason, where too little was seen or a person took it back', () => {
    for (const decision of decideMailing(shop, evidenceOf([]))) expect(decision).toMatchObject({ kind: 'no_change', value: null, words: expect.stringContaining('too few') as string });
    const reversals = [{ id: 'demo/2026-W49/offer-mix/undone-1', subject: 'shares of the offers', words: 'mara took back: Shares.' }];
    expect(decideMailing({ ...shop, reversals }, evidenceOf(made())).map(({ kind }) => kind)).toEqual(['mail_policy', 'no_change', 'no_change']);
  });
});
