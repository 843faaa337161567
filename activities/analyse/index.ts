import { ClienteleError } from '../../gateways/errors.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { RelationRef, Relations } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { allDone } from '../all-done.ts';
import type { AnalyseActivities, AnalyseInput, AnalyseResult } from './contract.ts';
import { describeSegments } from './describe-segments.ts';
import { followSegments } from './follow-segments.ts';
import { measureDrift } from './measure-drift.ts';
import { mineAssociations } from './mine-associations.ts';
import { pictureNeighbourhoods, type PictureRequest } from './picture-neighbourhoods.ts';
import { placeCustomers } from './place-customers.ts';
import { readIncumbents, registerCandidates } from './predict/model-registry.ts';
import { predictTargets } from './predict/predict-targets.ts';
import { predictPurchases } from './predict/predict-purchases.ts';
import { reuseSegmentation } from './reuse-segmentation.ts';
import { segmentCustomers } from './segment-customers.ts';
import { summariseSegments } from './summarise-segments.ts';
import { writeSegmentation, type SegmentationRecipe } from './write-segmentation.ts';

export interface AnalyseDependencies {
  readonly warehouse: Warehouse;
  /** Holds the registry of models. */
  readonly ledger: Ledger;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  readonly cancellation: () => AbortSignal | undefined;
}

/** Who belongs together, in words too, and where this goes on from the last cycle's segments. */
async function segmentAndDescribe(session: WarehouseSession, input: AnalyseInput, { recipe, hasPrevious, picture }: { readonly recipe: SegmentationRecipe; readonly hasPrevious: boolean; readonly picture: Omit<PictureRequest, keyof CycleFolder> }) {
  const segmentation = await writeSegmentation(session, input, recipe);
  const { relation: summaries, segments } = await summariseSegments(session, input);
  const descriptions = await describeSegments(session, input);
  const coordinates = await placeCustomers(session, input);
  const neighbourhoods: Record<string, RelationRef> = picture.customers === 0 ? {} : { 'segments.neighbourhoods': await pictureNeighbourhoods(session, { ...input, ...picture }) };
  const change = hasPrevious ? await followSegments(session, input) : undefined;
  const [chosen] = await session.rows<{ silhouette: number; stability: number; clusters: number; why: string }>('select silhouette, stability, clusters, why from segments.k_curve where chosen');
  return {
    relations: { ...segmentation, 'segments.summaries': summaries, 'segments.descriptions': descriptions, 'segments.coordinates': coordinates, ...neighbourhoods, ...change?.relations },
    segments, agreement: change?.agreement, ...chosen!,
  };
}

/** Relations that no later step reads, only people, who find them in the lake: what a workflow carries along stays small. */
const forLooking = new Set([
  'segments.calibration', 'segments.importances', 'segments.targets', 'segments.target_predictions', 'segments.target_comparison', 'segments.neighbourhoods', 'segments.dendrogram',
  'features.customers_churn_earlier', 'features.customers_churn_earliest',
]);
const worthTravelling = (relations: Relations): Relations => Object.fromEntries(Object.entries(relations).filter(([name]) => !forLooking.has(name)));

/** `trees, instead of network, the champion before`. */
const wordsOfChampion = ({ champion, incumbent }: { readonly champion: string; readonly incumbent: string | undefined }): string =>
  incumbent === undefined ? champion : `${champion}, ${champion === incumbent ? 'the champion before' : `instead of ${incumbent}, the champion before`}`;

/** The fourth step: segments, what is bought together, and who is likely to buy soon. */
export function createAnalyseActivities({ warehouse, ledger, openShop, cancellation }: AnalyseDependencies): AnalyseActivities {
  /** A relation of the last cycle; nothing when there was no cycle, or it did not come so far. */
  const ofPrevious = async ({ shop, previousCycle }: AnalyseInput, name: string): Promise<RelationRef | undefined> =>
    previousCycle === undefined ? undefined : warehouse.find({ shop, cycle: previousCycle }, name);

  /** How many segments the last cycle had. */
  async function clustersBefore(input: AnalyseInput): Promise<number | undefined> {
    const curve = await ofPrevious(input, 'segments.k_curve');
    if (curve === undefined) return undefined;
    await using session = await warehouse.open({ 'previous.k_curve': curve }, {}, cancellation());
    const [chosen] = await session.rows<{ clusters: number }>('select clusters from previous.k_curve where chosen');
    return chosen?.clusters;
  }

  /** Predictions are a chain of steps in one thread; what else there is to do runs beside it, one after the other, so that each has about a core. */
  async function analyseWith(input: AnalyseInput, shop: ShopFolder, relations: Relations, recipe: (session: WarehouseSession) => SegmentationRecipe): Promise<AnalyseResult> {
    const { rules, prediction_days: days, resamples, targets, churn_days: churnDays } = shop.settings.analyse;
    const { seed } = shop.settings;
    const before = await ofPrevious(input, 'segments.memberships');
    const customersBefore = await ofPrevious(input, 'features.customers');
    const earlier = { ...(before === undefined ? {} : { 'previous.memberships': before }), ...(customersBefore === undefined ? {} : { 'previous.customers': customersBefore }) };
    const inSession = async <Result>(work: (session: WarehouseSession) => Promise<Result>): Promise<Result> => {
      await using session = await warehouse.open({ ...relations, ...earlier }, {}, cancellation());
      return await work(session);
    };
    const [prediction, [segmented, associations, drift]] = await allDone([
      inSession(async (session) => {
        const incumbents = await readIncumbents(session, relations);
        const scope = { shop: input.shop, cycle: input.cycle, asOf: input.asOf, resamples, seed, signal: cancellation() };
        const made = await predictPurchases(session, { ...scope, days, incumbent: incumbents.get('buys') });
        await registerCandidates(session, ledger, input, relations, { target: 'buys', judged: 'from segments.model_comparison', learnedFrom: ['features.customers_earlier', 'features.customers_earliest'], parameters: { days, resamples, seed } });
        const others = targets.length === 0 ? {} : await predictTargets(warehouse, session, { ...scope, targets, churnDays, incumbents });
        for (const target of targets) {
          await registerCandidates(session, ledger, input, others, { target, judged: `from segments.target_comparison where target = '${target}'`, learnedFrom: ['segments.target_comparison'], parameters: { churnDays, resamples, seed } });
        }
        const told = targets.length === 0 ? [] : await session.rows<{ target: string; champion: string | null; why: string }>('from segments.targets');
        return { ...made, relations: { ...made.relations, ...others }, incumbent: incumbents.get('buys'), told };
      }),
      inSession(async (session) => [
        await segmentAndDescribe(session, input, { recipe: recipe(session), hasPrevious: before !== undefined, picture: { customers: shop.settings.analyse.neighbourhoods, seed: shop.settings.seed, signal: cancellation() } }),
        await mineAssociations(session, input, rules),
        customersBefore === undefined ? undefined : await measureDrift(session, input),
      ] as const),
    ]);
    const number = (value: number): number => Number(value.toFixed(3));
    return {
      relations: worthTravelling({ ...segmented.relations, ...associations, ...prediction.relations, ...(drift === undefined ? {} : { 'features.drift': drift.relation }) }),
      segments: segmented.segments,
      silhouette: segmented.silhouette,
      stability: segmented.stability,
      figures: [
        { label: 'segments', value: `${segmented.clusters}: ${segmented.why}` },
        { label: 'silhouette', value: number(segmented.silhouette) },
        { label: 'stability under resampling', value: number(segmented.stability) },
        ...(segmented.agreement === undefined ? [] : [{ label: 'agreement with last cycle', value: number(segmented.agreement) }]),
        ...(drift === undefined ? [] : [{ label: 'features of another population than last cycle', value: drift.shifted.length === 0 ? 'none' : drift.shifted.join(', ') }]),
        { label: 'itemsets', value: associations['segments.itemsets']!.rows },
        { label: 'rules', value: associations['segments.rules']!.rows },
        { label: 'prediction by', value: wordsOfChampion(prediction) },
        ...(prediction.leaks.length === 0 ? [] : [{ label: 'left out of the prediction, for they know the future', value: prediction.leaks.join(', ') }]),
        ...prediction.told.map(({ target, champion, why }) => ({ label: `who ${target}`, value: champion === null ? why : `${champion}, ${why}` })),
        { label: 'prediction AUC', value: prediction.quality.auc === null || Number.isNaN(prediction.quality.auc) ? 'not known' : number(prediction.quality.auc) },
      ],
    };
  }

  return {
    async analyse(input: AnalyseInput): Promise<AnalyseResult> {
      const shop = await openShop(input.shop);
      const { analyse: settings, seed } = shop.settings;
      const previous = await clustersBefore(input);
      return analyseWith(input, shop, input.relations, (session) => ({
        segmentation: () => segmentCustomers(session, { clusters: settings.clusters, previous, seed }),
        algorithm: 'segment-customers 3', parameters: { seed, ...settings.clusters, ...(previous === undefined ? {} : { previous }) }, inputs: ['features.matrix'],
        hierarchical: settings.clusters.algorithm === 'hierarchical',
      }));
    },

    async reuseLastSegmentation(input: AnalyseInput): Promise<AnalyseResult> {
      const shop = await openShop(input.shop);
      const previous = async (name: string): Promise<RelationRef> => {
        const ref = await ofPrevious(input, name);
        if (ref === undefined) throw new ClienteleError('RELATION_MISSING', { relation: name, path: `${input.shop}/${input.previousCycle ?? 'no earlier cycle'}` });
        return ref;
      };
      const earlier = { 'previous.preprocessing': await previous('features.preprocessing'), 'previous.centres': await previous('segments.centres'), 'previous.k_curve': await previous('segments.k_curve') };
      return analyseWith(input, shop, { ...input.relations, ...earlier }, (session) => ({
        segmentation: () => reuseSegmentation(session), algorithm: 'reuse-segmentation 2', hierarchical: false, parameters: {}, inputs: ['features.customers', ...Object.keys(earlier)],
      }));
    },
  };
}
