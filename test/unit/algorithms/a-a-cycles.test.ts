import { afterAll, describe, expect, it } from 'vitest';
import { checkAssignment } from '../../../activities/evaluate/check-assignment.ts';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';
import { cuped } from '../../../algorithms/statistics/cuped.ts';
import { mixtureSprt } from '../../../algorithms/statistics/mixture-sprt.ts';
import { scoreEstimate } from '../../../algorithms/statistics/score-estimate.ts';
import { twoProportionTest } from '../../../algorithms/statistics/two-proportion-test.ts';
import { summariseSample, welchTest } from '../../../algorithms/statistics/welch-test.ts';

const cycles = 1000;
const days = 7;
const customers = 1000;
/** Letters change the odds of a purchase by about a fifth, up or down. */
const mixtureVariance = 0.2 ** 2;

interface Arm {
  /** Customers who have bought by the end of each day. */
  readonly bought: Uint32Array;
  readonly revenue: Float64Array;
  readonly revenueBefore: Float64Array;
}

/** A week of an arm that no mail moves: skewed baskets, and habits that show in what was spent before. */
function week(random: SeededRandom): Arm {
  const bought = new Uint32Array(days);
  const revenue = new Float64Array(customers);
  const revenueBefore = new Float64Array(customers);
  for (let customer = 0; customer < customers; customer++) {
    const habit = -Math.log(1 - random.uniform());
    revenueBefore[customer] = 60 * habit * random.uniform();
    const chance = 1 - Math.exp(-0.018 * habit);
    for (let day = 0, first = true; day < days; day++) {
      if (random.uniform() >= chance) continue;
      revenue[customer]! += Math.exp(3 + 0.6 * random.normal());
      if (!first) continue;
      first = false;
      for (let later = day; later < days; later++) bought[later]! += 1;
    }
  }
  return { bought, revenue, revenueBefore };
}

describe('1,000 cycles in which both arms got the same', () => {
  const random = new SeededRandom(2026);
  const seen = Array.from({ length: cycles }, () => {
    const [a, b] = [week(random), week(random)];
    const shares = (day: number) => [{ successes: a.bought[day]!, trials: customers }, { successes: b.bought[day]!, trials: customers }] as const;
    const looks = Array.from({ length: days }, (_, day) => shares(day));
    const conversion = twoProportionTest(...shares(days - 1));
    const revenue = welchTest(summariseSample(a.revenue), summariseSample(b.revenue));
    const corrected = cuped({ values: a.revenue, covariates: a.revenueBefore }, { values: b.revenue, covariates: b.revenueBefore });
    return {
      winner: looks.some((look) => mixtureSprt(scoreEstimate(...look), { mixtureVariance }).pValue < 0.05),
      naiveWinner: looks.some((look) => twoProportionTest(...look).pValue < 0.05),
      holds: [conversion, revenue, corrected].map(({ interval }) => interval.lower <= 0 && interval.upper >= 0),
      narrower: corrected.varianceReduction,
    };
  });
  const share = (test: (cycle: (typeof seen)[number]) => boolean): number => seen.filter(test).length / cycles;

  afterAll(() => {
    const told = (part: number): string => `${(part * 100).toFixed(1)} %`;
    process.stderr.write(`1,000 A/A cycles with daily looks: a winner in ${told(share((cycle) => cycle.winner))} (${told(share((cycle) => cycle.naiveWinner))} by a test made for one look); 95 % intervals hold the truth in ${[0, 1, 2].map((place) => told(share((cycle) => cycle.holds[place]!))).join(', ')}\n`);
  });

  it('have a winner in 5 of 100 or fewer, though looked at every day', () => expect(share((cycle) => cycle.winner)).toBeLessThanOrEqual(0.05));

  it('would have more than twice as many by daily looks at a test made for one', () => expect(share((cycle) => cycle.naiveWinner)).toBeGreaterThan(0.1));

  it.each(['conversion', 'revenue', 'revenue corrected by what was spent before'])('have 95 %% intervals of %s that hold the truth in 93 of 100 or more', (metric) => {
    const place = ['conversion', 'revenue', 'revenue corrected by what was spent before'].indexOf(metric);
    expect(share((cycle) => cycle.holds[place]!)).toBeGreaterThanOrEqual(0.93);
  });

  it('have narrower intervals once what was spent before is taken out', () => expect(seen.reduce((sum, cycle) => sum + cycle.narrower, 0) / cycles).toBeGreaterThan(0.02));
});

describe('1,000 cycles split 2 to 1 instead of 1 to 1', () => {
  const stopped = (size: number, chance: number): number => {
    const random = new SeededRandom(7);
    let count = 0;
    for (let cycle = 0; cycle < cycles; cycle++) {
      let a = 0;
      for (let customer = 0; customer < size; customer++) if (random.uniform() < chance) a++;
      if (checkAssignment([{ arm: 'A', customers: a, planned: 0.5 }, { arm: 'B', customers: size - a, planned: 0.5 }]) !== '') count++;
    }
    return count;
  };

  it('are all stopped, from 600 customers on', () => expect([stopped(600, 2 / 3), stopped(2000, 2 / 3)]).toEqual([cycles, cycles]));

  it('and of those that were split well, next to none', () => expect(stopped(2000, 0.5)).toBeLessThanOrEqual(5));
});
