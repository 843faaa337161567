import { z } from 'zod';

const isoDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date like 2026-11-23');
const share = z.number().min(0).max(1);
const featureName = z.string().regex(/^[a-z][a-z0-9_]*$/);

const offer = z.strictObject({
  name: z.string().min(1),
  /** `percentage` takes value percent off one order, `amount` takes value off, `free_shipping` costs value an order. */
  kind: z.enum(['percentage', 'amount', 'free_shipping']),
  value: z.number().positive(),
  /** What one redemption is expected to cost the shop, in the shop's currency. */
  expected_cost: z.number().nonnegative(),
  /** Segment traits this offer is made for, best fit first (see activities/analyse/segment-name.ts). */
  traits: z.array(z.string()).default([]),
});

const arm = z.strictObject({
  name: z.string().regex(/^[A-Z]$/, 'must be one capital letter'),
  /** File name under letters/ without its ending. */
  letter: z.string().regex(/^[a-z0-9-]+$/),
  subject: z.string().min(1).max(200),
});

/** `shop.yaml`, strictly: an unknown key is an error, so a misspelt setting cannot pass silently. */
export const shopSettingsSchema = z.strictObject({
  name: z.string().min(1),
  time_zone: z.string().refine((zone) => { try { new Intl.DateTimeFormat('en', { timeZone: zone }); return true; } catch { return false; } }, 'must be an IANA time zone like Europe/Berlin'),
  currency: z.string().length(3),
  locale: z.string().default('en'),
  sender: z.strictObject({ name: z.string().min(1), address: z.email(), postal_address: z.string().min(1) }),
  marketers: z.array(z.email()).min(1),
  /** Folder or URL the sources read; relative paths start at the project's root. */
  data: z.string(),
  /** Fixed cut-off for a historical data set; without it a cycle knows everything before its start. */
  as_of: isoDate.optional(),
  /** Real seconds a shop day takes. 86,400 is real time; the demo is faster. */
  day_length_seconds: z.number().positive().max(86_400).default(86_400),
  schedule: z.strictObject({ day: z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']), time: z.string().regex(/^\d{2}:\d{2}$/) }).default({ day: 'monday', time: '06:00' }),
  seed: z.number().int().nonnegative().default(1),
  approval: z.strictObject({ mode: z.enum(['required', 'automatic']).default('required'), remind_after_hours: z.number().positive().default(24), give_up_after_hours: z.number().positive().default(72) }).prefault({}),
  preprocess: z.strictObject({
    /** Feature sets in order of preference: the second is taken when the first gives no good segmentation. Names are columns of features.customers. */
    feature_sets: z.array(z.array(featureName).min(2)).min(1),
    missing: z.record(featureName, z.enum(['mean', 'median', 'mode'])).default({}),
    missing_default: z.enum(['mean', 'median', 'mode']).default('median'),
    outliers: z.strictObject({ method: z.enum(['z_score', 'iqr']).default('iqr'), limit: z.number().positive().default(3), action: z.enum(['clip', 'drop']).default('clip') }).prefault({}),
  }),
  analyse: z.strictObject({
    clusters: z.strictObject({ minimum: z.number().int().min(2).default(3), maximum: z.number().int().max(30).default(7) }).prefault({}),
    rules: z.strictObject({ minimum_support: share.default(0.005), minimum_confidence: share.default(0.1), level: z.enum(['product', 'category']).default('product') }).prefault({}),
    /** Days ahead that the purchase prediction looks. */
    prediction_days: z.number().int().positive().default(7),
  }).prefault({}),
  campaign: z.strictObject({
    /** In the shop's currency: the sum of expected offer costs stays under it. */
    budget: z.number().nonnegative(),
    holdout_share: share.default(0.1),
    attribution_days: z.number().int().positive().default(7),
    maximum_attribution_days: z.number().int().positive().default(14),
    mails_per_second: z.number().positive().default(50),
    maximum_recipients: z.number().int().positive().optional(),
    offers: z.array(offer).min(1),
    arms: z.array(arm).min(1).max(2),
  }),
  gates: z.strictObject({
    maximum_quarantined_share: share.default(0.3),
    minimum_silhouette: z.number().min(-1).max(1).default(0.15),
    /** Mean adjusted Rand index of the segments under resampling; below it their borders are chance. */
    minimum_stability: z.number().min(-1).max(1).default(0.4),
    maximum_unsubscribe_share: share.default(0.05),
    /** Bounds an offer share is kept between by feedback. */
    offer_share: z.strictObject({ minimum: share.default(0.2), maximum: share.default(0.8) }).prefault({}),
  }).prefault({}),
});

/** A shop's settings after validation, defaults filled in. */
export type ShopSettings = z.infer<typeof shopSettingsSchema>;
