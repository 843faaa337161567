import { armTallies } from '../../gateways/ledger/arm-tallies.ts';
import { readErasures } from '../../gateways/ledger/erasures.ts';
import { exportTouches, type ExportedTouches } from '../../gateways/ledger/export-touches.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import { exportSurveyAnswers } from '../../gateways/ledger/survey-answers.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { partitionPattern, sourcePartitions } from '../collect/source-partitions.ts';
import { takeSnapshot } from '../collect/take-snapshot.ts';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { StepFigure } from '../contract.ts';
import type { EvaluateActivities, EvaluateResult, ObserveInput } from './contract.ts';
import { judgePredictions } from './judge-predictions.ts';
import { measureCampaign, type Measured } from './measure-campaign.ts';
import { writeRepeatRates } from './repeat-rates.ts';
import { windowOf } from './shop-time.ts';

export interface EvaluateDependencies {
  readonly warehouse: Warehouse;
  readonly ledger: Ledger;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  /** Absolute path or URL of a data folder, from a setting that may be relative to the project. */
  readonly resolveData: (setting: string) => string;
  readonly cancellation: () => AbortSignal | undefined;
}

type EvaluateInput = Parameters<EvaluateActivities['evaluate']>[0];

/** The sixth step: what the campaign did, by comparison with those it held out. */
export function createEvaluateActivities({ warehouse, ledger, openShop, resolveData, cancellation }: EvaluateDependencies): EvaluateActivities {
  const dataFolder = (input: { readonly dataFolder?: string }, shop: ShopFolder): string => resolveData(input.dataFolder ?? shop.settings.data);

  return {
    async attributionWindow({ shop: name, asOf, openedAt }): Promise<{ from: string; to: string }> {
      const { settings } = await openShop(name);
      return windowOf({ asOf, openedAt, days: settings.campaign.attribution_days, dayLengthSeconds: settings.day_length_seconds, timeZone: settings.time_zone });
    },

    async outcomesReady(input: ObserveInput): Promise<{ ready: boolean; dataUntil: string }> {
      const shop = await openShop(input.shop);
      await using session = await warehouse.open({}, { data: dataFolder(input, shop), until: input.to }, cancellation());
      const dataUntil = await newestOrder(session, shop, input);
      // The last day of a window may have few orders; data that reach into it are taken to reach its end.
      return { ready: dataUntil !== '' && Date.parse(dataUntil) >= Date.parse(input.to) - 86_400_000, dataUntil };
    },

    async lookEarly({ shop: name, campaign }): Promise<{ tripped: boolean; message: string }> {
      const { gates } = (await openShop(name)).settings;
      const over = (await armTallies(ledger, campaign)).find((arm) => arm.handedOver >= 200 && (arm.unsubscribed + arm.complained) / arm.handedOver > gates.maximum_unsubscribe_share);
      if (over === undefined) return { tripped: false, message: '' };
      return { tripped: true, message: `Arm ${over.arm}: ${over.unsubscribed} unsubscribed and ${over.complained} complained of ${over.handedOver}, more than the gate of ${(gates.maximum_unsubscribe_share * 100).toFixed(1)} %.` };
    },

    async evaluate(input: EvaluateInput): Promise<EvaluateResult> {
      const shop = await openShop(input.shop);
      const { plan, ready } = input;
      const observed = plan !== undefined && ready;
      await using session = await warehouse.open(input.relations, {}, cancellation());
      const relations: Record<string, RelationRef> = {};
      const make = async (name: string): Promise<void> => { relations[name] = await session.materialise(input, { name, sql: await readSql(name) }); };
      await make('outcomes.retention');
      let campaign: Measured | undefined;
      let satisfaction: StepFigure[] = [];
      if (observed) {
        const orders = await takeSnapshot(warehouse, { shop, folder: input, layer: 'outcomes', tables: ['order_lines'], mark: `sources until ${input.to}`, data: dataFolder(input, shop), from: input.from, until: input.to, erased: await readErasures(ledger, input.shop), signal: cancellation() });
        for (const [name, ref] of Object.entries(orders.relations)) await session.addView(name, ref);
        Object.assign(relations, orders.relations);
        relations['outcomes.touches'] = await writeTouches(session, input, () => exportTouches(ledger, plan.campaign));
        relations['outcomes.satisfaction'] = await writeSatisfaction(session, input, () => exportSurveyAnswers(ledger, plan.campaign));
        campaign = await measureCampaign(warehouse, session, input, shop.settings);
        Object.assign(relations, campaign.relations);
        await make('outcomes.segment_retention');
        satisfaction = await satisfactionFigures(session);
      }
      const { relation, judged } = await judgePredictions(warehouse, session, input, { days: shop.settings.analyse.prediction_days, asOf: input.asOf, previousCycle: input.previousCycle, measured: observed });
      relations['outcomes.prediction_quality'] = relation;
      Object.assign(relations, await writeRepeatRates(session, input));
      const quality = judged.at(-1);
      return {
        relations, measured: campaign?.mismatch === '',
        why: campaign !== undefined ? campaign.mismatch : plan === undefined ? 'nobody was mailed' : `the shop's data do not reach ${input.to.slice(0, 10)}, the end of the attribution window`,
        figures: [
          ...(campaign?.figures ?? []), ...satisfaction,
          ...(quality === undefined ? [] : [
            { label: `prediction of ${quality.cycle}: accuracy`, value: round(quality.accuracy) }, { label: `prediction of ${quality.cycle}: recall`, value: round(quality.recall) }, { label: `prediction of ${quality.cycle}: F1`, value: round(quality.f1) },
          ]),
        ],
      };
    },
  };
}

/** The moment of the newest order line in the shop's files; '' where there is none. Later partitions hold later orders as a rule, so the last one mostly answers. */
async function newestOrder(session: WarehouseSession, shop: ShopFolder, { shop: name, cycle, to }: ObserveInput): Promise<string> {
  const sql = shop.sources['order_lines']!.replace(/;\s*$/, '');
  const pattern = partitionPattern(sql);
  const partitions = pattern === undefined ? [undefined] : await sourcePartitions(session, { pattern, file: 'sources/order_lines.sql', cycle: `${name}/${cycle}` });
  let newest = '';
  for (const partition of partitions.reverse()) {
    await session.run(`set variable partition = ${quoteLiteral(partition?.path ?? null)}`);
    const [found] = await session.rows<{ at: string | null }>(`select max(try_cast(ordered_at as timestamp)) as at from (${sql}\n)`);
    if (found?.at !== null && found!.at > newest) newest = found!.at;
    if (newest >= to) break;
  }
  return newest;
}

/** How satisfied those of each arm are who answered; who answers is no chance, so arms are not tested against each other. */
async function satisfactionFigures(session: WarehouseSession): Promise<StepFigure[]> {
  const rows = await session.rows<{ arm: string; answers: number; mean: number }>('select arm, count(*) as answers, sum(score)::double / count(*) as mean from outcomes.satisfaction inner join outcomes.customers using (customer_id) group by arm order by arm');
  return rows.map(({ arm, answers, mean }) => ({ label: `satisfaction of arm ${arm}`, value: `${mean.toFixed(2)} of 5 (${answers} answers)` }));
}

const round = (value: number): number => Number(value.toFixed(3));

function writeSatisfaction(session: WarehouseSession, folder: EvaluateInput, answers: () => Promise<readonly { readonly customerId: string; readonly score: number; readonly commented: boolean }[]>): Promise<RelationRef> {
  return session.write(folder, {
    name: 'outcomes.satisfaction', algorithm: 'ledger', inputs: [], external: `ledger until ${folder.to}`,
    columns: async () => {
      const rows = await answers();
      return [{ name: 'customer_id', type: 'VARCHAR', values: rows.map((row) => row.customerId) }, { name: 'score', type: 'INTEGER', values: rows.map((row) => row.score) }, { name: 'commented', type: 'BOOLEAN', values: rows.map((row) => row.commented) }];
    },
  });
}

function writeTouches(session: WarehouseSession, folder: EvaluateInput, touches: () => Promise<readonly ExportedTouches[]>): Promise<RelationRef> {
  const flags = ['opened', 'clicked', 'unsubscribed', 'complained', 'byProgram'] as const;
  return session.write(folder, {
    name: 'outcomes.touches', algorithm: 'ledger', inputs: [], external: `ledger until ${folder.to}`,
    columns: async () => {
      const rows = await touches();
      return [{ name: 'customer_id', type: 'VARCHAR', values: rows.map((row) => row.customerId) }, ...flags.map((flag) => ({ name: flag === 'byProgram' ? 'by_program' : flag, type: 'BOOLEAN' as const, values: rows.map((row) => row[flag]) }))];
    },
  });
}
