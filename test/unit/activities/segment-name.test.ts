import { describe, expect, test } from 'vitest';
import { segmentNames, segmentTraits } from '../../../activities/analyse/segment-name.ts';
import { assignOffers } from '../../../activities/campaign/assign-offers.ts';

const like = { recency: 1, frequency: 1, monetary: 1, averageOrderValue: 1, tenure: 1, discountShare: 1 };

describe('segment names', () => {
  test.each([
    { habits: { frequency: 2, monetary: 3, recency: 0.3 }, first: 'champion' },
    { habits: { tenure: 0.3, recency: 0.4, frequency: 0.5 }, first: 'new' },
    { habits: { recency: 2, frequency: 0.5 }, first: 'lost' },
    { habits: { recency: 1.2, frequency: 0.8 }, first: 'slipping' },
    { habits: { frequency: 1.3, recency: 0.8 }, first: 'loyal' },
    { habits: { recency: 0.9 }, first: 'occasional' },
  ])('$first by its averages', ({ habits, first }) => {
    expect(segmentTraits({ ...like, ...habits })[0]).toBe(first);
  });

  test('are all different: first the next trait, then a number', () => {
    expect(segmentNames([['lost'], ['lost', 'big_basket'], ['lost']])).toEqual(['Lost', 'Lost, big baskets', 'Lost 2']);
  });
});

test('a segment gets the offer made for its foremost trait, else the one for everybody', () => {
  const offer = (name: string, traits: string[]) => ({ name, kind: 'percentage' as const, value: 10, expected_cost: 1, traits });
  const catalogue = [offer('come back', ['lost', 'slipping']), offer('welcome', ['new']), offer('for all', [])];
  expect(assignOffers([{ segment: 0, name: 'Lost', traits: ['lost'] }, { segment: 1, name: 'New', traits: ['new', 'bargain'] }, { segment: 2, name: 'Rest', traits: ['occasional'] }], catalogue).map(({ offer: given }) => given.name))
    .toEqual(['come back', 'welcome', 'for all']);
});
