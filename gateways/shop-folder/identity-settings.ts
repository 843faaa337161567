import { z } from 'zod';

const probability = z.number().gt(0).lte(1);

/** When two customer records are one person, and how far back touches count. */
export const identitySettings = z.strictObject({
  /** Records that are one person with at least this probability are joined. */
  threshold: probability.default(0.9),
  /** Pairs from here to the threshold are put before a person. */
  review_from: probability.default(0.5),
  /** More records than this are never joined without a person's word. */
  largest_person: z.number().int().min(2).default(10),
  /** A key that more records share joins nobody: a placeholder, a shop's till. */
  largest_key: z.number().int().min(2).default(5),
  /** Days before the cycle's as_of whose touches are credited with orders. */
  attribution_days: z.number().int().positive().default(30),
}).refine(({ threshold, review_from }) => review_from <= threshold, { error: 'review_from must not be above threshold', path: ['review_from'] });
