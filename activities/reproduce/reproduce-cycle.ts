import { cp, mkdir, readFile, rm, stat, symlink, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClienteleError } from '../../gateways/errors.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { cyclesOf } from '../../gateways/warehouse/earlier-cycles.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { folderUri, hashOfRelation, readRelationRecord, recordPath, relationUri } from '../../gateways/warehouse/relation-file.ts';
import type { Relations } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder } from '../../gateways/warehouse/warehouse.ts';
import { createAnalyseActivities } from '../analyse/index.ts';
import { planCampaign } from '../campaign/plan-campaign.ts';
import { findPreviousCycle } from '../collect/find-previous-cycle.ts';
import { createCollectActivities } from '../collect/index.ts';
import type { CycleScope } from '../contract.ts';
import { createEvaluateActivities } from '../evaluate/index.ts';
import { createFeedbackActivities } from '../feedback/index.ts';
import type { Manifest, ManifestRelation } from '../feedback/write-manifest.ts';
import { createPreprocessActivities } from '../preprocess/index.ts';
import { createProfileActivities } from '../profile/index.ts';

export interface ReproduceCycle {
  readonly lake: string;
  /** Folder for the second computation; removed at the end. */
  readonly scratch: string;
  readonly shop: string;
  readonly cycle: string;
  readonly openShop: (name: string) => Promise<ShopFolder>;
}

/** One relation of the manifest beside its second computation. */
export interface Reproduced {
  readonly relation: string;
  readonly verdict: 'same bytes' | 'taken as given' | 'other bytes' | 'not made';
}

/**
 * Computes every relation of a finished cycle again, from the rows that came from outside, in a lake of its own, and compares the bytes.
 * @throws ClienteleError CYCLE_NOT_FOUND
 */
export async function reproduceCycle({ lake, scratch, shop, cycle, openShop }: ReproduceCycle): Promise<Reproduced[]> {
  const text = await readFile(join(lake, shop, cycle, 'manifest.json'), 'utf8').catch(async () => {
    throw new ClienteleError('CYCLE_NOT_FOUND', { shop, cycle, known: (await cyclesOf(lake, shop)).join(', ') || 'none' });
  });
  const manifest = JSON.parse(text) as Manifest;
  try {
    await layOutGiven(lake, scratch, manifest);
    await computeAgain(lake, scratch, manifest, openShop);
    return await Promise.all(manifest.relations.map(async (entry) => ({ relation: entry.relation, verdict: await compare(scratch, manifest, entry) })));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Earlier cycles as they are, and of this one only what came from outside. */
async function layOutGiven(lake: string, scratch: string, { shop, cycle, relations }: Manifest): Promise<void> {
  await rm(scratch, { recursive: true, force: true });
  await mkdir(join(scratch, shop), { recursive: true });
  for (const other of await readdir(join(lake, shop))) {
    if (other !== cycle) await symlink(join(lake, shop, other), join(scratch, shop, other));
  }
  for (const { relation, external } of relations) {
    if (external === undefined) continue;
    const path = await relationPath(lake, { shop, cycle }, relation);
    await mkdir(dirname(join(scratch, path)), { recursive: true });
    await cp(join(lake, path), join(scratch, path), { recursive: true });
    await cp(join(lake, recordPath(path)), join(scratch, recordPath(path)));
  }
}

/** From a lake's root: a relation's file, or the folder of a partitioned one. */
async function relationPath(lake: string, folder: CycleFolder, relation: string): Promise<string> {
  const uri = relationUri(folder, relation);
  return await stat(join(lake, uri)).then(() => uri, () => folderUri(folder, relation));
}

async function computeAgain(lake: string, scratch: string, manifest: Manifest, openShop: ReproduceCycle['openShop']): Promise<void> {
  const { shop: name, cycle, asOf, dataFolder } = manifest;
  const scope: CycleScope = { shop: name, cycle, asOf, dataFolder };
  const warehouse = await openWarehouse({ lake: scratch });
  const given = await warehouse.list(scope);
  const parts = { warehouse, ledger: closedLedger, openShop, resolveData: (setting: string) => setting, clock: () => new Date(manifest.madeAt), cancellation: () => undefined };
  const made = (relation: string): ManifestRelation | undefined => manifest.relations.find((entry) => entry.relation === relation);
  let relations: Relations = Object.fromEntries(Object.entries(given).filter(([relation]) => relation.startsWith('snapshot.')));
  const keep = (more: Relations): void => { relations = { ...relations, ...more }; };

  await createCollectActivities(parts).audit({ ...scope, relations });
  const record = await readRelationRecord(join(lake, relationUri(scope, 'features.matrix')));
  keep((await createPreprocessActivities(parts).preprocess({ ...scope, relations, featureSet: Number(record?.parameters['featureSet'] ?? 0) })).relations);
  keep((await createProfileActivities(parts).profile({ ...scope, relations })).relations);
  const previousCycle = await findPreviousCycle(scratch, scope);
  const analyse = createAnalyseActivities(parts);
  const carriedOver = made('segments.memberships')?.recipe.startsWith('reuse-segmentation') === true;
  keep((await (carriedOver ? analyse.reuseLastSegmentation : analyse.analyse)({ ...scope, relations, analysis: 0, previousCycle })).relations);
  await using session = await warehouse.open(relations);
  const plan = await planCampaign(session, warehouse, await openShop(name), { ...scope, relations });
  keep(plan.relations);
  if (given['sends.sends'] !== undefined) keep({ 'sends.sends': given['sends.sends'] });
  const measured = made('outcomes.customers') !== undefined;
  const until = given['outcomes.order_lines'] === undefined ? asOf : made('outcomes.order_lines')!.external!.replace('sources until ', '');
  const evaluation = await createEvaluateActivities(parts).evaluate({ ...scope, from: asOf, to: until, relations, previousCycle, ready: measured, ...(measured ? { plan } : {}) });
  keep(evaluation.relations);
  await createFeedbackActivities(parts).decide({ ...scope, relations, evaluation, steps: [] });
}

/** What the ledger said is in the lake already; what a second computation decides must not be recorded again. */
const closedLedger: Ledger = {
  engine: 'pglite',
  query: async () => [],
  transaction: async (work) => work(closedLedger),
  close: async () => {},
};

async function compare(scratch: string, { shop, cycle }: Manifest, { relation, sha256, external }: ManifestRelation): Promise<Reproduced['verdict']> {
  if (external !== undefined) return 'taken as given';
  const again = await hashOfRelation(join(scratch, await relationPath(scratch, { shop, cycle }, relation))).catch(() => undefined);
  if (again === undefined) return 'not made';
  return again === sha256 ? 'same bytes' : 'other bytes';
}
