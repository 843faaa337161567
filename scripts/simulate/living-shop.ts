import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { openShopFolder, type ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';

/** First day after the histories of the simulated shops; their first cycle begins here. */
const firstDay = '2026-11-23';

const dayMs = 86_400_000;

/** The day that many weeks after the first cycle's. */
export const dayOfWeek = (week: number): string => new Date(Date.parse(firstDay) + week * 7 * dayMs).toISOString().slice(0, 10);

/**
 * A shop for one seed: the demo shop's catalogue, letters and audits over a history of its own, set to learn from letters, in time so compressed
 * that nothing is waited for, and `letters` a week at most. What no plan hangs on (visits, posts, several numbers of segments, wide resampling) is left out.
 */
export async function writeShop({ root, shops, name, data, seed, letters }: { readonly root: string; readonly shops: string; readonly name: string; readonly data: string; readonly seed: number; readonly letters: number }): Promise<ShopFolder> {
  const folder = join(shops, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(shops, { recursive: true });
  await cp(join(root, 'shops', 'demo'), folder, { recursive: true });
  for (const source of ['events', 'payments', 'social']) await rm(join(folder, 'sources', `${source}.sql`), { force: true });
  const file = join(folder, 'shop.yaml');
  const settings = parse(await readFile(file, 'utf8')) as { preprocess: object; analyse: object; campaign: { offers: object[] }; gates: object };
  // The offer that the shop sends today, which the rivals stay with: each of the catalogue has its turn, since nobody knows beforehand which is best.
  const { offers } = settings.campaign;
  const [todays] = offers.splice((seed - 1) % offers.length, 1);
  await writeFile(file, stringify({
    ...settings, data, seed, day_length_seconds: 0.02, approval: { mode: 'automatic' },
    preprocess: { ...settings.preprocess, feature_sets: [['recency_days', 'frequency', 'monetary', 'discount_share']] },
    analyse: { clusters: { minimum: 3, maximum: 3 }, rules: { minimum_support: 0.02, minimum_confidence: 0.3, level: 'category' }, resamples: 100 },
    campaign: { ...settings.campaign, offers: [todays, ...offers], budget: 1e6, maximum_recipients: letters, holdout_share: 0.05, mails_per_second: 5000, cost_per_mail: 0.01, targeting: { by: 'uplift', rest_share: 0.03, minimum_gain: 0.1, leading_offer_share: 0.75, minimum_offer_share: 0.01 } },
    gates: { ...settings.gates, minimum_silhouette: -1, minimum_stability: -1 },
  }));
  return openShopFolder(shops, name);
}
