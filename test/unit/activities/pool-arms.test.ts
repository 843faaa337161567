import { describe, expect, test } from 'vitest';
import { decideNextCycle, type FeedbackEvidence } from '../../../activities/feedback/decide-next-cycle.ts';
import { poolArms, type PooledArm } from '../../../activities/feedback/pool-arms.ts';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';
import { probabilityBetter } from '../../../algorithms/statistics/probability-better.ts';

/** A shop's customers, some of whom buy by habit: in the same arm every cycle, and their habit shows in what they bought before. */
function panel(random: SeededRandom, customers: number): { rate: number; ordersBefore: number }[] {
  return Array.from({ length: customers }, () => {
    const rate = Math.min(0.9, -0.12 * Math.log(1 - random.uniform()));
    let ordersBefore = 0;
    for (let cycle = 0; cycle < 25; cycle++) if (random.uniform() < rate) ordersBefore++;
    return { rate, ordersBefore };
  });
}

function live(random: SeededRandom, people: readonly { rate: number; ordersBefore: number }[], cycles: number, lift = 0): PooledArm {
  const conversions = Float64Array.from(people, ({ rate }) => {
    let bought = 0;
    for (let cycle = 0; cycle < cycles; cycle++) if (random.uniform() < rate + lift) bought++;
    return bought;
  });
  return { conversions, cycles: new Float64Array(people.length).fill(cycles), ordersBefore: Float64Array.from(people, (person) => person.ordersBefore) };
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
const base: FeedbackEvidence = { shop: 's', cycle: 'c', arms: [{ arm: 'A', customerCycles: 1, conversions: 1 }, { arm: 'B', customerCycles: 1, conversions: 1 }], cycles: 1, tripped: [], reversals: [], share: 0.5, bounds: { minimum: 0.2, maximum: 0.8 }, usualDifference: 0.02, features: [], predictionAuc: null, notMeasured: '' };

describe('evidence pooled over cycles', () => {
  test('finds the difference between the arms, with an error that fits', () => {
    const random = new SeededRandom(5);
    const estimates = Array.from({ length: 60 }, () => poolArms(live(random, panel(random, 700), 4, 0.03), live(random, panel(random, 700), 4))!);
    const mean = estimates.reduce((total, { difference }) => total + difference, 0) / estimates.length;
    const spread = estimates.reduce((total, { difference }) => total + (difference - mean) ** 2, 0) / (estimates.length - 1);
    const told = estimates.reduce((total, { variance }) => total + variance, 0) / estimates.length;
    expect(Math.abs(mean - 0.03)).toBeLessThan(3 * Math.sqrt(told / estimates.length));
    expect(spread / told).toBeGreaterThan(0.6);
    expect(spread / told).toBeLessThan(1.5);
  });

  test('is no wider for the habits of who happens to be in which arm: what they bought before is taken out', () => {
    const random = new SeededRandom(6);
    const [one, other] = [live(random, panel(random, 700), 4), live(random, panel(random, 700), 4)];
    const blind = (arm: PooledArm): PooledArm => ({ ...arm, ordersBefore: new Float64Array(arm.ordersBefore.length) });
    expect(poolArms(one, other)!.variance).toBeLessThan(0.75 * poolArms(blind(one), blind(other))!.variance);
  });

  test('moves the share in no more than 5 of 100 shops whose letters are alike, looked at every cycle for half a year, where each cycle alone would move it back and forth in most', () => {
    const random = new SeededRandom(7);
    const shops = 200;
    let moved = 0;
    let swung = 0;
    for (let shop = 0; shop < shops; shop++) {
      const [a, b] = [panel(random, 400), panel(random, 400)];
      const [all, others] = [live(random, a, 0), live(random, b, 0)];
      let changed = false;
      let swings = 0;
      for (let cycle = 1; cycle <= 26; cycle++) {
        const [now, then] = [live(random, a, 1), live(random, b, 1)];
        for (const [total, more] of [[all, now], [others, then]] as const) total.conversions.forEach((bought, row) => { total.conversions[row] = bought + more.conversions[row]!; total.cycles[row]! += 1; });
        changed ||= decideNextCycle({ ...base, cycles: cycle, difference: poolArms(all, others)! })[0]!.kind === 'offer_share';
        const alone = probabilityBetter({ successes: sum(now.conversions), trials: 400 }, { successes: sum(then.conversions), trials: 400 });
        if (Math.abs(alone - 0.5) >= 0.05) swings++;
      }
      if (changed) moved++;
      if (swings > 13) swung++;
    }
    expect(moved / shops).toBeLessThanOrEqual(0.05);
    expect(swung / shops).toBeGreaterThan(0.5);
  });

  test('says nothing of an arm without customers', () => {
    const random = new SeededRandom(1);
    expect(poolArms(live(random, panel(random, 1), 1), live(random, panel(random, 9), 1))).toBeUndefined();
  });
});
