import { z } from 'zod';

const day = z.iso.date();

/** How demand is forecast, and what counts as too little and too much in stock. */
export const forecastSettings = z.strictObject({
  /** Weeks ahead. */
  weeks: z.number().int().positive().max(13).default(4),
  /** Share of what comes that the intervals should hold. */
  level: z.number().gt(0).lt(1).default(0.95),
  /** Days from an order to the goods, and days from one look at the stock to the next. */
  lead_days: z.number().int().positive().default(7),
  review_days: z.number().int().positive().default(7),
  /** Probability that nothing is missing before the next order arrives; `newsvendor` takes it from each product's margin and `overage_share`. */
  service_level: z.union([z.literal('newsvendor'), z.number().gt(0).lt(1)]).default(0.95),
  /** Part of its cost that a unit loses which is not sold in time. */
  overage_share: z.number().gt(0).max(1).default(0.2),
  /** A line of more than so many times the product's usual quantity counts as a usual one. */
  bulk_factor: z.number().gt(1).default(50),
  /** Stock that has not sold for so many days is slow. */
  slow_days: z.number().int().positive().default(60),
  /** Stock that lasts for more days than this is too much. */
  over_days: z.number().int().positive().default(120),
  /** For so many products, those that sell most, Prophet competes too; each takes about a second. */
  prophet_products: z.number().int().nonnegative().default(0),
  /** Days on which everybody buys otherwise, as years bring them: with the dates past and those to come. */
  holidays: z.array(z.strictObject({ name: z.string().min(1), dates: z.array(day).min(1) })).default([]),
  /** Promotions past and planned, of one category or of all. */
  promotions: z.array(z.strictObject({ name: z.string().min(1), from: day, to: day, category: z.string().min(1).optional() })).default([]),
}).refine(({ weeks, lead_days, review_days }) => lead_days + review_days <= weeks * 7, { error: 'lead_days and review_days together must not be more than the weeks that are forecast', path: ['weeks'] });
