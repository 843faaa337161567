import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { readPreviousChoice } from './earlier-choice.ts';
import type { PreparedMatrix } from './prepare-matrix.ts';
import { selectionColumns, type SelectedFeature } from './selection-columns.ts';

/** The features a segmentation is made of, and why these. */
export interface FeatureChoice {
  readonly features: readonly string[];
  readonly because: string;
}

/**
 * The shop's list, unless an earlier cycle's feedback shortened it. A later feature set is asked for when the first gave no good segmentation,
 * and is taken as the shop wrote it.
 */
export async function chooseFeatures(session: WarehouseSession, sets: readonly (readonly string[])[], featureSet: number): Promise<FeatureChoice> {
  if (featureSet > 0) return { features: sets[Math.min(featureSet, sets.length - 1)]!, because: `set ${featureSet + 1} of shop.yaml` };
  const [decision] = await session.rows<{ id: string; value: string }>("select id, value from snapshot.decisions where kind = 'feature_list'");
  if (decision === undefined) return { features: sets[0]!, because: 'set 1 of shop.yaml' };
  return { features: (JSON.parse(decision.value) as { features: string[] }).features, because: `decision ${decision.id}` };
}

/** `features.selection` of a list that was not chosen by scores: every column of features.customers, whether it is used, and why. */
export async function writeChoice(warehouse: Warehouse, session: WarehouseSession, folder: CycleFolder, { features, because }: FeatureChoice, { report, customers }: PreparedMatrix): Promise<RelationRef> {
  const previous = await readPreviousChoice(warehouse, session, folder);
  const known = [...(await session.describe('from features.customers')).keys()].filter((name) => name !== 'customer_id');
  return session.write(folder, {
    name: 'features.selection', algorithm: 'choose-features 1', inputs: ['features.preprocessing', ...(previous === undefined ? [] : [previous.view])], parameters: { features, because, known },
    columns: () => selectionColumns(known.map((feature): SelectedFeature => {
      const treated = report.find((column) => column.feature === feature);
      if (treated === undefined) return { feature, used: false, why: because.startsWith('decision') && previous?.used.has(feature) === true ? because : `not in the list: ${because}` };
      return { feature, used: treated.used, why: treated.used ? because : treated.why, missingShare: treated.missing / customers };
    }), undefined, previous),
  });
}
