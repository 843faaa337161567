import { z } from 'zod';
import { identitySettings } from './identity-settings.ts';
import { journeySettings } from './journey-settings.ts';
import { forecastSettings } from './forecast-settings.ts';
import { recommendSettings } from './recommend-settings.ts';
import { riskSettings } from './risk-settings.ts';

const isoDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date like 2026-11-23');
const share = z.number().min(0).max(1);
const featureName = z.string().regex(/^[a-z][a-z0-9_]*$/);

/** How a missing value is filled: by a figure of its column, by `missing_constant`, or from the customers who are most alike. */
const filling = z.enum(['mean', 'median', 'mode', 'constant', 'knn']);
/**
 * `by_skew` takes log1p or Yeo-Johnson where a column is skewed (algorithms/preprocess/pick-transform.ts); those and it are standardised afterwards. A column
 * with negative values takes Yeo-Johnson where log1p is asked for; `transform` of features.preprocessing says what was taken.
 */
const scaling = z.enum(['standard', 'min_max', 'robust', 'log1p', 'yeo_johnson', 'by_skew']);

/** Which features a segmentation is made of: the shop's list, or what the data say, within these floors. */
const selection = z.strictObject({
  mode: z.enum(['static', 'dynamic']).default('static'),
  /** Features that `dynamic` chooses from; every column of features.customers when not given. */
  candidates: z.array(featureName).min(2).optional(),
  maximum_missing: share.default(0.8),
  /** Variance of a feature's values, outliers clipped, brought to a range of 1. */
  minimum_variance: z.number().nonnegative().default(0.001),
  /** Of two features that correlate more, the one that tells less about who buys goes. */
  maximum_correlation: z.number().positive().max(1).default(0.9),
  /** A feature comes in by either: what it tells about who buys, in nats, or the share of resamples on which it is among those that tell most. */
  minimum_information: z.number().positive().default(0.02),
  minimum_stability: z.number().gt(0.5).max(1).default(0.6),
  resamples: z.number().int().positive().default(50),
  minimum_features: z.number().int().min(2).default(4),
  maximum_features: z.number().int().min(2).default(10),
}).refine((floors) => floors.minimum_features <= floors.maximum_features, 'minimum_features must not be more than maximum_features');

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
    missing: z.record(featureName, filling).default({}),
    missing_default: filling.default('median'),
    missing_constant: z.number().default(0),
    /** Whether a feature with gaps gets a second column, which says who has none. */
    missing_indicators: z.boolean().default(false),
    outliers: z.strictObject({
      method: z.enum(['z_score', 'robust_z', 'iqr', 'isolation_forest']).default('iqr'),
      /** In deviations or interquartile ranges; the forest takes `contamination` instead. */
      limit: z.number().positive().default(3),
      contamination: z.number().positive().max(0.5).default(0.01),
      /** `clip` moves values to the bound, `drop` keeps such customers out of the fit as well, `flag` only lists them in features.outliers. */
      action: z.enum(['clip', 'drop', 'flag']).default('clip'),
    }).prefault({}),
    scaling: z.record(featureName, scaling).default({}),
    scaling_default: scaling.default('standard'),
    /** `static` or `dynamic`, alone or with the floors of `dynamic`. */
    selection: z.preprocess((value) => (typeof value === 'string' ? { mode: value } : value), selection.prefault({})),
  }),
  analyse: z.strictObject({
    clusters: z.strictObject({
      /** `hierarchical` is Ward's method, whose dendrogram is kept as segments.dendrogram. */
      algorithm: z.enum(['kmeans', 'hierarchical']).default('kmeans'),
      minimum: z.number().int().min(2).default(3), maximum: z.number().int().max(30).default(7),
    }).prefault({}),
    /** Customers in the picture segments.neighbourhoods (UMAP), about a second for each thousand; 0 for none. */
    neighbourhoods: z.number().int().min(0).max(20_000).default(0),
    /** At the level `both`, sets mix products with the categories of others. */
    rules: z.strictObject({ minimum_support: share.default(0.005), minimum_confidence: share.default(0.1), level: z.enum(['product', 'category', 'both']).default('product') }).prefault({}),
    /** Days ahead that the purchase prediction looks. */
    prediction_days: z.number().int().positive().default(7),
    /** What else is told of every customer; `opens` and `redeems` once a cycle was measured. Each takes about as long as the purchase prediction. */
    targets: z.array(z.enum(['churns', 'opens', 'redeems'])).default([]),
    /** Who ordered within so many days and does not within so many more has churned. */
    churn_days: z.number().int().positive().default(60),
    /** For the intervals of the models' figures; percentile intervals want a thousand or more (Efron and Tibshirani 1993, chapter 13). */
    resamples: z.number().int().min(100).default(1000),
  }).prefault({}),
  campaign: z.strictObject({
    /** In the shop's currency: the sum of expected offer costs stays under it. */
    budget: z.number().nonnegative(),
    holdout_share: share.default(0.1),
    attribution_days: z.number().int().positive().default(7),
    maximum_attribution_days: z.number().int().positive().default(14),
    mails_per_second: z.number().positive().default(50),
    maximum_recipients: z.number().int().positive().optional(),
    /** Whether letters leave out products that are out of stock and show one that the latest forecast says to clear. */
    follow_stock: z.boolean().default(false),
    /** What handing over one letter costs, in the shop's currency. */
    cost_per_mail: z.number().nonnegative().default(0),
    /**
     * Whom letters go to first, and which offer they carry. `expected_revenue`: who is likeliest to spend, with the offer of the segment. `uplift`: who is expected
     * to bring more with a letter than without, learnt from customers who rest by lot, with offers shared out by what they were seen to earn.
     */
    targeting: z.strictObject({
      by: z.enum(['expected_revenue', 'uplift']).default('expected_revenue'),
      /** Share of those a letter is meant for who rest this week by lot: without them nothing can be learnt. */
      rest_share: z.number().min(0.01).max(0.5).default(0.1),
      /** A letter must be expected to bring this much more than it costs; a customer's attention is worth something too. */
      minimum_gain: z.number().nonnegative().default(0.1),
      /** The leading offer's share at least: the catalogue's first leads, as what the shop does today, until another is seen to earn more. */
      leading_offer_share: z.number().min(0).max(1).default(0.75),
      /** No offer of the catalogue gets a smaller share, so that it can still show what it is worth. */
      minimum_offer_share: z.number().min(0).max(0.5).default(0.02),
    }).prefault({}),
    offers: z.array(offer).min(1),
    arms: z.array(arm).min(1).max(2),
  }),
  identities: identitySettings.prefault({}),
  forecast: forecastSettings.prefault({}),
  journeys: journeySettings.prefault({}),
  recommend: recommendSettings.prefault({}),
  risk: riskSettings.prefault({}),
  gates: z.strictObject({
    maximum_quarantined_share: share.default(0.3),
    minimum_silhouette: z.number().min(-1).max(1).default(0.15),
    /** Mean adjusted Rand index of the segments under resampling; below it their borders are chance. */
    minimum_stability: z.number().min(-1).max(1).default(0.4),
    maximum_unsubscribe_share: share.default(0.05),
    /** Two letters of this shop usually differ by about so much in the share of buyers a cycle; what arms are judged by before evidence of their own. */
    letters_differ_by: z.number().positive().max(0.5).default(0.02),
    /** Bounds an offer share is kept between by feedback. */
    offer_share: z.strictObject({ minimum: share.default(0.2), maximum: share.default(0.8) }).prefault({}),
  }).prefault({}),
});

/** A shop's settings after validation, defaults filled in. */
export type ShopSettings = z.infer<typeof shopSettingsSchema>;
