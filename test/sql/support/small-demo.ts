import { join } from 'node:path';
import { createAnalyseActivities } from '../../../activities/analyse/index.ts';
import { planCampaign } from '../../../activities/campaign/plan-campaign.ts';
import { createCollectActivities } from '../../../activities/collect/index.ts';
import type { CycleScope, Relations } from '../../../activities/contract.ts';
import { writeManifest } from '../../../activities/feedback/write-manifest.ts';
import { createPreprocessActivities } from '../../../activities/preprocess/index.ts';
import { createProfileActivities } from '../../../activities/profile/index.ts';
import type { Ledger } from '../../../gateways/ledger/ledger.ts';
import { openShopFolder } from '../../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../../gateways/warehouse/open-warehouse.ts';
import type { Warehouse } from '../../../gateways/warehouse/warehouse.ts';
import { makeHistory } from '../../../simulator/make-history.ts';
import type { Friction } from '../../../simulator/shop-model.ts';

/** A ledger that knows nothing and forgets everything. */
export const emptyLedger: Ledger = { engine: 'pglite', query: async () => [], transaction: async (work) => work(emptyLedger), close: async () => {} };

/** A cycle of a small demo shop from its files to its plan, by the steps themselves and without Temporal. */
export async function makeSmallDemo(folder: string, { customers, friction }: { readonly customers: number; readonly friction?: Friction }): Promise<{ readonly warehouse: Warehouse; readonly scope: CycleScope; readonly relations: Relations }> {
  const data = join(folder, 'data');
  await makeHistory({ folder: data, customers, months: 8, seed: 5, devices: true, friction });
  const warehouse = await openWarehouse({ lake: join(folder, 'lake') });
  const shops = join(import.meta.dirname, '../../../shops');
  const scope: CycleScope = { shop: 'demo', cycle: '2026-W48', asOf: '2026-11-23T00:00:00.000Z', dataFolder: data };
  const openShop = (name: string): ReturnType<typeof openShopFolder> => openShopFolder(shops, name);
  const parts = { warehouse, ledger: emptyLedger, openShop, resolveData: (setting: string) => setting, cancellation: () => undefined };
  let relations: Relations = (await createCollectActivities(parts).collect({ ...scope, attempt: 1 })).relations;
  relations = { ...relations, ...(await createPreprocessActivities(parts).preprocess({ ...scope, relations, featureSet: 0 })).relations };
  relations = { ...relations, ...(await createProfileActivities(parts).profile({ ...scope, relations })).relations };
  relations = { ...relations, ...(await createAnalyseActivities(parts).analyse({ ...scope, relations, analysis: 0 })).relations };
  await using session = await warehouse.open(relations);
  relations = { ...relations, ...(await planCampaign(session, warehouse, await openShop('demo'), { ...scope, relations })).relations };
  await writeManifest(warehouse, { ...scope, relations, steps: [] } as unknown as Parameters<typeof writeManifest>[1], new Date('2026-11-24T10:00:00Z'));
  return { warehouse, scope, relations };
}
