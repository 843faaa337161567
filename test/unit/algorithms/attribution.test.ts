import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstTouchCredits, lastTouchCredits, linearCredits, markovCredits, type TouchPath } from '../../../algorithms/index.ts';

const [A, B] = [0, 1];
/** By hand: start goes to A and B alike; A to B or nowhere, half each; of three at B two convert. */
const worked: readonly TouchPath[] = [
  { touches: [A, B], conversions: 1, nonConversions: 0 },
  { touches: [A], conversions: 0, nonConversions: 1 },
  { touches: [B], conversions: 1, nonConversions: 1 },
];

describe('attribution across touches', () => {
  test('first, last and linear share the conversions as their names say', () => {
    expect([...firstTouchCredits(worked, 2)]).toEqual([1, 1]);
    expect([...lastTouchCredits(worked, 2)]).toEqual([0, 2]);
    expect([...linearCredits(worked, 2)]).toEqual([0.5, 1.5]);
  });

  test('removal effects of the chain worked by hand: 1/2 converts, 1/3 without A, nobody without B', () => {
    const { conversion, removalEffects, credits } = markovCredits(worked, 2);
    expect(conversion).toBeCloseTo(1 / 2, 12);
    expect(removalEffects[A]).toBeCloseTo(1 / 3, 12);
    expect(removalEffects[B]).toBeCloseTo(1, 12);
    expect(credits[A]).toBeCloseTo(0.5, 12);
    expect(credits[B]).toBeCloseTo(1.5, 12);
  });

  test('a channel met twice in a row is a loop: half go on to it again, so everyone converts in the end', () => {
    const { conversion, removalEffects } = markovCredits([{ touches: [A, A], conversions: 3, nonConversions: 0 }], 1);
    expect(conversion).toBeCloseTo(1, 12);
    expect(removalEffects[A]).toBeCloseTo(1, 12);
  });

  test('no path is refused that is one, and every other is', () => {
    expect([...markovCredits([], 2).credits]).toEqual([0, 0]);
    expect(() => markovCredits([{ touches: [], conversions: 1, nonConversions: 0 }], 2)).toThrow('at least one touch');
    expect(() => linearCredits([{ touches: [2], conversions: 1, nonConversions: 0 }], 2)).toThrow('no channel 2');
  });

  const paths = fc.array(fc.record({ touches: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 6 }), conversions: fc.integer({ min: 0, max: 9 }), nonConversions: fc.integer({ min: 0, max: 9 }) }), { minLength: 1, maxLength: 12 });

  test('every method gives out the conversions there were, and nothing to a channel that nobody met', () => {
    fc.assert(fc.property(paths, (given) => {
      const conversions = given.reduce((sum, path) => sum + path.conversions, 0);
      for (const credits of [firstTouchCredits(given, 5), lastTouchCredits(given, 5), linearCredits(given, 5), markovCredits(given, 5).credits]) {
        expect(credits.reduce((sum, credit) => sum + credit, 0)).toBeCloseTo(conversions, 8);
        expect(credits[4]).toBe(0);
        expect(credits.every((credit) => credit >= 0)).toBe(true);
      }
    }));
  });

  test('the chain converts as often as the paths did: a first-order chain keeps the share', () => {
    fc.assert(fc.property(fc.array(fc.record({ touches: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 1 }), conversions: fc.integer({ min: 0, max: 9 }), nonConversions: fc.integer({ min: 1, max: 9 }) }), { minLength: 1 }), (given) => {
      const [converted, all] = given.reduce(([some, whole], path) => [some + path.conversions, whole + path.conversions + path.nonConversions], [0, 0] as [number, number]);
      expect(markovCredits(given, 4).conversion).toBeCloseTo(converted / all, 10);
    }));
  });
});
