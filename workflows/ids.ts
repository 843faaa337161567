/** The shop and the ISO week make a cycle: a second start of the same week meets the first instead of mailing again. */
export const cycleId = (shop: string, cycle: string): string => `cycle/${shop}/${cycle}`;

/** The campaign's name keeps two campaigns of one cycle apart. */
export const sendId = (shop: string, cycle: string, campaign: string): string => `send/${shop}/${cycle}/${campaign}`;

/** One wait a cycle: outcomes belong to the cycle, not to a campaign. */
export const outcomesId = (shop: string, cycle: string): string => `outcomes/${shop}/${cycle}`;

/** One schedule a shop, so that creating it again changes it. */
export const scheduleId = (shop: string): string => `weekly/${shop}`;

/** One for each look at a shop's decisions, so that two people never wait for each other's. */
export const decisionsId = (shop: string, look: string): string => `decisions/${shop}/${look}`;

/** One a shop: two runs at once would write the same relations. */
export const identitiesId = (shop: string): string => `identities/${shop}`;

/** One study at a time of a shop's journeys: a second start meets the first. */
export const journeysId = (shop: string): string => `journeys/${shop}`;

/** One scoring at a time of a shop's payments. */
export const riskId = (shop: string): string => `risk/${shop}`;

/** One for each look at a shop's review queue. */
export const alertsId = (shop: string, look: string): string => `alerts/${shop}/${look}`;

/** One a shop: forecasts of a shop never run beside each other. */
export const forecastId = (shop: string): string => `forecast/${shop}`;

/** One a shop: recommendations of a shop are never made beside each other. */
export const recommendId = (shop: string): string => `recommend/${shop}`;
