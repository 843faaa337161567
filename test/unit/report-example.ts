import type { CycleReport } from '../../activities/feedback/report/cycle-report.ts';
import type { Effect } from '../../activities/evaluate/contract.ts';

const effect = (metric: string, arm: string, segment: string, values: readonly [number, number, number, number, number, number, number, number]): Effect => {
  const [treated, control, treatedMean, controlMean, difference, lower, upper, pValue] = values;
  return { metric, arm, segment, treated, control, treatedMean, controlMean, difference, lower, upper, pValue };
};

/** A report with something in every part. */
export const exampleReport: CycleReport = {
  shop: 'demo', shopName: 'Linden & Co', currency: 'EUR', timeZone: 'Europe/Berlin', cycle: '2026-W49', asOf: '2026-11-30T00:00:00Z', madeAt: '2026-12-07T06:12:00Z', version: '0.1.0',
  outcome: { state: 'completed', words: 'Mail earned €1.31 a customer more than no mail did; the 10 % offer paid for itself with regulars and lost money with bargain hunters.' },
  customers: 4812,
  earlier: { previousCycle: '2026-W48', decisionsInForce: ['Bargain hunters get the 10 % offer at a share of 0.4 instead of 0.5.', 'Features: recency_days, orders, average_basket.'] },
  data: {
    tallies: [
      { table: 'order_lines', read: 61_204, kept: 60_511, quarantined: 693, reasons: [{ reason: 'negative quantity', rows: 402 }, { reason: 'not readable as a date', rows: 291 }] },
      { table: 'customers', read: 5003, kept: 4991, quarantined: 12, reasons: [{ reason: 'no customer_id', rows: 12 }] },
      { table: 'events', read: 402_118, kept: 402_118, quarantined: 0, reasons: [] },
    ],
    leftOut: ['social', 'payments'],
    findings: [{ audit: 'orders_before_sign_up', severity: 'warn', rows: 37, message: 'Customers ordered before they signed up.' }],
  },
  segmentation: {
    silhouette: 0.4127, stability: 0.871, carriedOver: false, descriptions: [{ segment: 0, rule: 'orders > 8 and recency_days <= 30', precision: 0.914, recall: 0.873 }], features: ['recency_days', 'orders', 'average_basket', 'discount_share'],
    segments: [
      { segment: 0, name: 'Loyal regulars', customers: 1204, averageSpend: 612.4, averageOrders: 11.3, averageRecencyDays: 14.2 },
      { segment: 1, name: 'Bargain hunters', customers: 1630, averageSpend: 148.9, averageOrders: 5.1, averageRecencyDays: 41.7 },
      { segment: 2, name: 'Big baskets', customers: 388, averageSpend: 1320.1, averageOrders: 6.4, averageRecencyDays: 33.5 },
      { segment: 3, name: 'Drifting away', customers: 1590, averageSpend: 92.3, averageOrders: 1.9, averageRecencyDays: 171.8 },
    ],
  },
  prediction: {
    days: 7, calibration: [{ customers: 480, told: 0.041, came: 0.037 }, { customers: 480, told: 0.31, came: 0.288 }], importances: [{ feature: 'recency_days', aucLost: 0.0412 }],
    models: [
      { name: 'logistic', isChampion: true, figures: [{ metric: 'auc', value: 0.812, lower: 0.794, upper: 0.829 }] },
      { name: 'network', isChampion: false, figures: [{ metric: 'auc', value: 0.803, lower: 0.785, upper: 0.821 }] },
    ],
  },
  rules: [
    { left: 'Iron casserole, 24 cm', right: 'Olive-wood spoon', orders: 311, support: 0.0182, confidence: 0.341, lift: 4.72 },
    { left: 'Linen tea towel', right: 'Oven glove', orders: 204, support: 0.0119, confidence: 0.228, lift: 3.05 },
  ],
  campaign: {
    plan: {
      campaign: 'demo/2026-W49/weekly', relations: {}, toSend: 3408, holdout: 379, hash: '9f2c4b71aa03de5518c07b6e40d1f8a2', budget: 6000, expectedCost: 4712.5,
      leftOut: [{ reason: 'no_consent', customers: 611 }, { reason: 'unsubscribed', customers: 203 }, { reason: 'mailed_recently', customers: 158 }, { reason: 'budget', customers: 53 }],
      offers: [{ segment: 'Loyal regulars', offer: 'free-shipping', customers: 902, cost: 1240 }, { segment: 'Bargain hunters', offer: 'ten-percent', customers: 1154, cost: 1890.5 }, { segment: 'Big baskets', offer: 'five-off', customers: 281, cost: 702 }, { segment: 'Drifting away', offer: 'ten-percent', customers: 1071, cost: 880 }],
    },
    approval: { decision: 'approved', by: 'Mara', comment: 'Good to go', at: '2026-11-30T08:15:00Z' },
    tally: { planned: 0, claimed: 0, handedOver: 21, delivered: 3352, softBounced: 11, hardBounced: 18, failed: 0, suppressed: 5, complained: 1, inDoubt: 0 },
    funnel: { delivered: 3352, opened: 1411, clicked: 402, redeemed: 131, unsubscribed: 29, byPrograms: 517 },
  },
  results: {
    measured: true, why: '', from: '2026-11-30T08:20:00Z', to: '2026-12-07T08:20:00Z', confidence: 0.95, units: { orders: 'number' },
    effects: [
      effect('revenue', 'A', 'all', [1701, 379, 8.12, 6.54, 1.58, 0.21, 2.95, 0.0241]),
      effect('revenue', 'all', 'all', [3408, 379, 7.85, 6.54, 1.31, 0.18, 2.44, 0.0231]),
      effect('revenue', 'B', 'all', [1707, 379, 7.58, 6.54, 1.04, -0.29, 2.37, 0.1252]),
      effect('revenue', 'all', 'Loyal regulars', [902, 98, 14.1, 10.9, 3.2, 0.71, 5.69, 0.0118]),
      effect('revenue', 'all', 'Bargain hunters', [1154, 131, 4.2, 5.3, -1.1, -2.14, -0.06, 0.0382]),
      effect('conversion', 'all', 'all', [3408, 379, 0.1121, 0.0739, 0.0382, 0.0141, 0.0623, 0.0004]),
      effect('conversion', 'A', 'all', [1701, 379, 0.1187, 0.0739, 0.0448, 0.0161, 0.0735, 0.0021]),
      effect('conversion', 'B', 'all', [1707, 379, 0.1054, 0.0739, 0.0315, -0.0001, 0.0631, 0.0507]),
    ],
  },
  decisions: [
    { id: 'demo/2026-W49/offer_share/bargain-hunters', kind: 'offer_share', subject: 'Bargain hunters', words: 'Give bargain hunters the 10 % offer less often: share 0.3 instead of 0.4.', evidence: 'Revenue −€1.10 a customer against holdout, 95 % interval −€2.14 to −€0.06, p = .038.' },
    { id: 'demo/2026-W49/no_change/features', kind: 'no_change', subject: 'features', words: 'Keep the feature list.', evidence: 'Silhouette 0.413, above the gate of 0.15.' },
  ],
  steps: [
    { name: 'collect', seconds: 3.21, rows: 468_325, figures: [] },
    { name: 'preprocess', seconds: 2.4, rows: 4812, figures: [{ label: 'duplicates dropped', value: 214 }, { label: 'outliers clipped', value: 97 }] },
    { name: 'profile', seconds: 0.83, rows: 4812, figures: [] },
    { name: 'analyse', seconds: 1.92, rows: 4812, figures: [{ label: 'k', value: 4 }] },
    { name: 'campaign', seconds: 71.5, rows: 3408, figures: [] },
    { name: 'evaluate', seconds: 0.61, rows: 3787, figures: [{ label: 'F1 of last prediction', value: 0.612 }, { label: 'accuracy', value: '81.4 %' }] },
    { name: 'feedback', seconds: 0.04, rows: 2, figures: [] },
  ],
  lineage: [
    { relation: 'snapshot.order_lines', rows: 60_511, bytes: 1_204_331, fingerprint: 'c0ffee11d2a94b7703be5518c07b6e40', seconds: 1.42 },
    { relation: 'features.customers', rows: 4812, bytes: 402_118, fingerprint: '77be0191aa03de5518c07b6e40d1f8a2', seconds: 0.61 },
    { relation: 'segments.memberships', rows: 4812, bytes: 40_811, fingerprint: '0badf00d4b71aa03de5518c07b6e40d1', seconds: 0.33 },
  ],
};
