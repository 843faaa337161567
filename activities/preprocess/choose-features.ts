import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

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
