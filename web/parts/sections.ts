/** Pages of the navigation in their order; all but the first are about one cycle. */
export const sections = [
  ['cycles', 'Cycles'], ['customers', 'Customers'], ['segments', 'Segments'], ['baskets', 'Baskets'], ['demand', 'Demand'], ['identities', 'Identities'], ['journeys', 'Journeys'], ['recommendations', 'Recommendations'], ['risk', 'Risk'], ['campaigns', 'Campaigns'], ['results', 'Results'],
  ['decisions', 'Decisions'], ['deliverability', 'Deliverability'], ['data', 'Data quality'], ['settings', 'Settings'],
] as const;

export type Section = (typeof sections)[number][0];
