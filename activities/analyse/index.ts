import { ClienteleError } from '../../gateways/errors.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { RelationRef, Relations } from '../../gateways/warehouse/relation-ref.ts';
import type { Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { allDone } from '../all-done.ts';
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
  /** Segments, associations and predictions do not need each other: what one computes runs while another reads. Each has a session of its own. */
  async function analyseWith(input: AnalyseInput, shop: ShopFolder, relations: Relations, segment: (session: WarehouseSession) => Promise<Record<string, RelationRef>>): Promise<AnalyseResult> {
    const { rules, prediction_days: days } = shop.settings.analyse;
    const inSession = async <Result>(work: (session: WarehouseSession) => Promise<Result>): Promise<Result> => {
      await using session = await warehouse.open(relations, {}, cancellation());
      return await work(session);
    };
    const [segmented, associations, prediction] = await allDone([
      inSession(async (session) => {
        const segmentation = await segment(session);
        const { relation, segments } = await summariseSegments(session, input);
        const [best] = await session.rows<{ silhouette: number; clusters: number }>('select silhouette, clusters from segments.k_curve order by silhouette desc, clusters limit 1');
        return { relations: { ...segmentation, 'segments.summaries': relation }, segments, ...best! };
      }),
      inSession((session) => mineAssociations(session, input, rules)),
      inSession((session) => predictPurchases(session, input, days)),
    ]);
    const number = (value: number): number => Number(value.toFixed(3));
    return {
      relations: { ...segmented.relations, ...associations, ...prediction.relations },
      segments: segmented.segments,
      silhouette: segmented.silhouette,
      figures: [
        { label: 'segments', value: segmented.clusters },
        { label: 'silhouette', value: number(segmented.silhouette) },
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
      return analyseWith(input, shop, input.relations, (session) => writeSegmentation(session, input, () => segmentCustomers(session, { clusters: settings.clusters, seed }),
        'segment-customers 1', { seed, ...settings.clusters }, ['features.matrix']));
    },

    async reuseLastSegmentation(input: AnalyseInput): Promise<AnalyseResult> {
      const shop = await openShop(input.shop);
      const previous = async (name: string): Promise<RelationRef> => {
        const ref = await warehouse.find({ shop: input.shop, cycle: input.previousCycle ?? '' }, name);
        if (ref === undefined) throw new ClienteleError('RELATION_MISSING', { relation: name, path: `${input.shop}/${input.previousCycle ?? 'no earlier cycle'}` });
        return ref;
      };
      const earlier = { 'previous.preprocessing': await previous('features.preprocessing'), 'previous.centres': await previous('segments.centres'), 'previous.k_curve': await previous('segments.k_curve') };
      return analyseWith(input, shop, { ...input.relations, ...earlier }, (session) => writeSegmentation(session, input, () => reuseSegmentation(session), 'reuse-segmentation 1', {}, ['features.customers', ...Object.keys(earlier)]));
    },
  };
}
