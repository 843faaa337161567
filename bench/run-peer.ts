import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ShopSettings } from '../gateways/shop-folder/shop-settings.ts';
import type { BenchShop } from './bench-shop.ts';
import type { Answers } from './compare-answers.ts';

/** One run of bench/peers/cycle.py. */
export interface PeerRun {
  /** Seconds by step; the imports of Python are not counted. */
  readonly seconds: Readonly<Record<string, number>>;
  readonly peakBytes: number;
  readonly answers: Answers;
}

/** @throws Error with Python's last words when it fails */
export async function runPeer({ python, folder, bench }: { readonly python: string; readonly folder: string; readonly bench: BenchShop }): Promise<PeerRun> {
  await rm(folder, { recursive: true, force: true });
  const { stdout } = await promisify(execFile)(python, [
    join(import.meta.dirname, 'peers', 'cycle.py'),
    '--data', bench.data, '--as-of', bench.asOf.slice(0, 10), '--out', folder, '--settings', JSON.stringify(peerSettings(bench.shop.settings)),
  ], { maxBuffer: 16 * 1024 * 1024 });
  return JSON.parse(stdout) as PeerRun;
}

/** What the peer must know of shop.yaml and of what the project has fixed: three starts of k-means, a silhouette of 2,000 customers. */
function peerSettings({ preprocess, analyse, campaign, seed }: ShopSettings): Readonly<Record<string, unknown>> {
  return {
    features: preprocess.feature_sets[0], outlier_limit: preprocess.outliers.limit,
    k_minimum: analyse.clusters.minimum, k_maximum: analyse.clusters.maximum, n_init: 3, silhouette_sample: 2000, seed,
    minimum_support: analyse.rules.minimum_support, minimum_confidence: analyse.rules.minimum_confidence, rules_level: analyse.rules.level,
    prediction_days: analyse.prediction_days, resamples: analyse.resamples, budget: campaign.budget, holdout_share: campaign.holdout_share,
    offers: campaign.offers.map(({ name, traits, expected_cost }) => ({ name, traits, expected_cost })),
  };
}
