import { ClienteleError } from '../../gateways/errors.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { AnalyseActivities, AnalyseInput, AnalyseResult } from './contract.ts';
import { mineAssociations } from './mine-associations.ts';
import { predictPurchases } from './predict-purchases.ts';
import { reuseSegmentation } from './reuse-segmentation.ts';
import { segmentCustomers, writeSegmentation } from './segment-customers.ts';
import { summariseSegments } from './summarise-segments.ts';

export interface AnalyseDependencies {
  readonly warehouse: Warehouse;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  readonly cancellation: () => AbortSignal | undefined;
}

/** The fourth step: segments, what is bought together, and who is likely to buy soon. */
export function createAnalyseActivities({ warehouse, openShop, cancellation }: AnalyseDependencies): AnalyseActivities {
  async function finish(session: WarehouseSession, input: AnalyseInput, shop: ShopFolder, segmentation: Record<string, RelationRef>): Promise<AnalyseResult> {
    const summaries = await summariseSegments(session, input);
    const associations = await mineAssociations(session, input, shop.settings.analyse.rules);
    const prediction = await predictPurchases(session, input, shop.settings.analyse.prediction_days);
    const [{ silhouette, clusters }] = await session.rows<{ silhouette: number; clusters: number }>('select silhouette, clusters from segments.k_curve order by silhouette desc, clusters limit 1') as [{ silhouette: number; clusters: number }];
    const number = (value: number): number => Number(value.toFixed(3));
    return {
      relations: { ...segmentation, 'segments.summaries': summaries.relation, ...associations, ...prediction.relations },
      segments: summaries.segments,
      silhouette,
      figures: [
        { label: 'segments', value: clusters },
        { label: 'silhouette', value: number(silhouette) },
        { label: 'itemsets', value: associations['segments.itemsets']!.rows },
        { label: 'rules', value: associations['segments.rules']!.rows },
        { label: 'prediction AUC', value: prediction.quality.auc === null || Number.isNaN(prediction.quality.auc) ? 'not known' : number(prediction.quality.auc) },
      ],
    };
  }

  return {
    async analyse(input: AnalyseInput): Promise<AnalyseResult> {
      const shop = await openShop(input.shop);
      const { analyse: settings, seed } = shop.settings;
      await using session = await warehouse.open(input.relations, {}, cancellation());
      const segmentation = await writeSegmentation(session, input, () => segmentCustomers(session, { clusters: settings.clusters, seed }),
        'segment-customers 1', { seed, ...settings.clusters }, ['features.matrix']);
      return await finish(session, input, shop, segmentation);
    },

    async reuseLastSegmentation(input: AnalyseInput): Promise<AnalyseResult> {
      const shop = await openShop(input.shop);
      const previous = async (name: string): Promise<RelationRef> => {
        const ref = await warehouse.find({ shop: input.shop, cycle: input.previousCycle ?? '' }, name);
        if (ref === undefined) throw new ClienteleError('RELATION_MISSING', { relation: name, path: `${input.shop}/${input.previousCycle ?? 'no earlier cycle'}` });
        return ref;
      };
      const earlier = { 'previous.preprocessing': await previous('features.preprocessing'), 'previous.centres': await previous('segments.centres'), 'previous.k_curve': await previous('segments.k_curve') };
      await using session = await warehouse.open({ ...input.relations, ...earlier }, {}, cancellation());
      const segmentation = await writeSegmentation(session, input, () => reuseSegmentation(session), 'reuse-segmentation 1', {}, ['features.customers', ...Object.keys(earlier)]);
      return await finish(session, input, shop, segmentation);
    },
  };
}
