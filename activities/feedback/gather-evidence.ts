import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { FeedbackEvidence } from './decide-next-cycle.ts';

/** Reads what the feedback rules look at out of a cycle's relations. */
export async function gatherEvidence(session: WarehouseSession, { shop, cycle }: CycleFolder, settings: ShopSettings, evaluation: { readonly measured: boolean; readonly why: string }): Promise<FeedbackEvidence> {
  const arms = evaluation.measured
    ? await session.rows<{ arm: string; customers: number; buyers: number }>("select arm, count(*) as customers, count_if(converted) as buyers from outcomes.customers where arm <> 'holdout' group by arm order by arm")
    : [];
  const features = await session.rows<{ feature: string; coefficient: number }>('select feature, coefficient from features.preprocessing inner join segments.prediction_model using (feature) where used order by feature');
  const [quality] = await session.rows<{ auc: number | null }>('select auc from segments.prediction_quality');
  const [offer] = await session.rows<{ share: number }>('select max(share_a) as share from plan.offers');
  return { shop, cycle, arms, share: offer!.share, bounds: settings.gates.offer_share, features, predictionAuc: quality!.auc, notMeasured: evaluation.measured ? '' : evaluation.why };
}
