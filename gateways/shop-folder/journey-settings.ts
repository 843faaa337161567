import { z } from 'zod';

/** How visits are made of events, and which carts count as left behind. */
export const journeySettings = z.strictObject({
  /** Days before the cycle's as_of that are looked at. */
  days: z.number().int().positive().default(90),
  /** A pause of more minutes ends a visit. */
  gap_minutes: z.number().int().positive().default(30),
  carts: z.strictObject({
    /** A cart younger than this may still be bought. */
    after_hours: z.number().int().nonnegative().default(1),
    /** An older one is forgotten. */
    within_days: z.number().int().positive().default(3),
    /** Offer of the campaign that a reminder carries; the last of the catalogue when not given. */
    offer: z.string().min(1).optional(),
  }).prefault({}),
});
