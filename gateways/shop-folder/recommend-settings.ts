import { z } from 'zod';

/** What may be recommended, and how many at once. */
export const recommendSettings = z.strictObject({
  /** Length of a customer's list. */
  length: z.number().int().min(1).max(50).default(10),
  /** Products of one category in a list at most. */
  per_category: z.number().int().positive().default(4),
  /** Share of the price that must be left after the product's cost, where that is known. */
  minimum_margin: z.number().max(1).default(0),
  /** Products that fewer customers have bought are left to the likeness of their descriptions. */
  minimum_buyers: z.number().int().positive().default(3),
});
