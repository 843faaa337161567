import { armTallies } from '../../gateways/ledger/arm-tallies.ts';
import { exportTouches, type ExportedTouches } from '../../gateways/ledger/export-touches.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { StepFigure } from '../contract.ts';
import { takeSnapshot } from '../collect/take-snapshot.ts';
import { computeEffects, type CustomerOutcome } from './compute-effects.ts';
import type { Effect, EvaluateActivities, EvaluateResult, ObserveInput } from './contract.ts';
import { judgePredictions } from './judge-predictions.ts';
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
      const [newest] = await session.rows<{ at: string | null }>(`select max(try_cast(ordered_at as timestamp)) as at from (${shop.sources['order_lines']!.replace(/;\s*$/, '')}\n)`);
      const dataUntil = newest?.at ?? '';
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
      const measured = plan !== undefined && ready;
      await using session = await warehouse.open(input.relations, { data: dataFolder(input, shop), from: input.from, until: input.to }, cancellation());
      const relations: Record<string, RelationRef> = {};
      const make = async (name: string): Promise<void> => { relations[name] = await session.materialise(input, { name, sql: await readSql(name) }); };
      await make('outcomes.retention');
      if (measured) {
        const observed = await takeSnapshot(session, { shop, folder: input, layer: 'outcomes', tables: ['order_lines'], mark: `sources until ${input.to}` });
        Object.assign(relations, observed.relations);
        relations['outcomes.touches'] = await writeTouches(session, input, () => exportTouches(ledger, plan.campaign));
        await make('outcomes.customers');
        await make('outcomes.segment_retention');
      }
      const { relation, judged } = await judgePredictions(warehouse, session, input, { days: shop.settings.analyse.prediction_days, asOf: input.asOf, previousCycle: input.previousCycle, measured });
      relations['outcomes.prediction_quality'] = relation;
      const effects = measured ? await writeEffects(session, input, relations) : [];
      const quality = judged.at(-1);
      return {
        relations, measured, effects,
        why: measured ? '' : plan === undefined ? 'nobody was mailed' : `the shop's data do not reach ${input.to.slice(0, 10)}, the end of the attribution window`,
        figures: [
          ...(measured ? await measuredFigures(session) : []),
          ...(quality === undefined ? [] : [
            { label: `prediction of ${quality.cycle}: accuracy`, value: round(quality.accuracy) }, { label: `prediction of ${quality.cycle}: recall`, value: round(quality.recall) }, { label: `prediction of ${quality.cycle}: F1`, value: round(quality.f1) },
          ]),
        ],
      };
    },
  };
}

const round = (value: number): number => Number(value.toFixed(3));

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

async function writeEffects(session: WarehouseSession, folder: EvaluateInput, relations: Record<string, RelationRef>): Promise<Effect[]> {
  const texts = ['metric', 'arm', 'segment'] as const;
  const numbers = ['treated', 'control', 'treatedMean', 'controlMean', 'difference', 'lower', 'upper', 'pValue'] as const;
  const column = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  relations['outcomes.effects'] = await session.write(folder, {
    name: 'outcomes.effects', algorithm: 'compute-effects 1', inputs: ['outcomes.customers'],
    columns: async () => {
      const outcomes = await session.rows<Record<keyof CustomerOutcome, string & boolean & number>>('select arm, segment_name as segment, converted, revenue, margin from outcomes.customers order by customer_id');
      const effects = computeEffects(outcomes);
      return [...texts.map((name) => ({ name, type: 'VARCHAR' as const, values: effects.map((effect) => effect[name]) })), ...numbers.map((name) => ({ name: column(name), type: 'DOUBLE' as const, values: effects.map((effect) => effect[name]) }))];
    },
  });
  return session.rows<Effect & Record<string, string | number>>(`select ${[...texts, ...numbers.map((name) => `${column(name)} as "${name}"`)].join(', ')} from outcomes.effects`);
}

async function measuredFigures(session: WarehouseSession): Promise<StepFigure[]> {
  const [row] = await session.rows<Record<'assigned' | 'buyers' | 'redeemed' | 'unsubscribed', number>>(
    'select count(*) as assigned, count_if(converted) as buyers, count_if(redeemed) as redeemed, count_if(unsubscribed) as unsubscribed from outcomes.customers');
  return [{ label: 'customers assigned', value: row!.assigned }, { label: 'bought in the window', value: row!.buyers }, { label: 'coupons redeemed', value: row!.redeemed }, { label: 'unsubscribed', value: row!.unsubscribed }];
}
