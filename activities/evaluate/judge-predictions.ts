import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import { qualityOf, type PredictionQuality } from '../analyse/predict/prediction-quality.ts';

/** A prediction and the days whose purchases show whether it was right. */
interface Judged extends PredictionQuality {
  readonly cycle: string;
}

export interface PredictionsToJudge {
  readonly days: number;
  readonly asOf: string;
  readonly previousCycle?: string;
  /** `outcomes.order_lines` is there and reaches the horizon. */
  readonly measured: boolean;
}

/**
 * Accuracy, precision, recall and F1 of the last cycle's purchase prediction, by what its customers have done since, and of this cycle's where
 * the window shows it already: `outcomes.prediction_quality`, one row a cycle.
 */
export async function judgePredictions(warehouse: Warehouse, session: WarehouseSession, folder: CycleFolder, { days, asOf, previousCycle, measured }: PredictionsToJudge): Promise<{ relation: RelationRef; judged: readonly Judged[] }> {
  const previous = previousCycle === undefined ? undefined : await warehouse.find({ shop: folder.shop, cycle: previousCycle }, 'segments.predictions');
  const previousAsOf = previousCycle === undefined ? undefined : await asOfOf(join(warehouse.lake, folder.shop, previousCycle, 'manifest.json'));
  if (previous !== undefined) await session.addView('previous.predictions', previous);
  const inputs = ['segments.predictions', 'features.orders', ...(previous === undefined ? [] : ['previous.predictions']), ...(measured ? ['outcomes.order_lines'] : [])];
  const relation = await session.write(folder, {
    name: 'outcomes.prediction_quality', algorithm: 'judge-predictions 1', inputs, parameters: { days, asOf, measured },
    columns: async () => {
      const judged: Judged[] = [];
      // Only what is known by now: a horizon that has not passed cannot be judged.
      if (previousCycle !== undefined && previousAsOf !== undefined && previous !== undefined && Date.parse(previousAsOf) + days * 86_400_000 <= Date.parse(asOf)) {
        judged.push({ cycle: previousCycle, ...await judge(session, 'previous.predictions', `select distinct customer_id from features.orders where not is_return and ${within('ordered_at', previousAsOf, days)}`) });
      }
      if (measured) {
        judged.push({ cycle: folder.cycle, ...await judge(session, 'segments.predictions', `select distinct customer_id from outcomes.order_lines where not coalesce(returned, false) and quantity > 0 and ${within('ordered_at', asOf, days)}`) });
      }
      const figures = ['customers', 'positives', 'threshold', 'auc', 'accuracy', 'precision', 'recall', 'f1'] as const;
      return [{ name: 'cycle', type: 'VARCHAR' as const, values: judged.map((row) => row.cycle) }, ...figures.map((name) => ({ name, type: 'DOUBLE' as const, values: judged.map((row) => row[name]) }))];
    },
  });
  return { relation, judged: await session.rows<Judged & Record<string, number | string>>('from outcomes.prediction_quality order by cycle') };
}

const within = (column: string, from: string, days: number): string => `${column} >= ${quoteLiteral(from)}::timestamp and ${column} < ${quoteLiteral(from)}::timestamp + interval ${days} day`;

async function asOfOf(manifest: string): Promise<string | undefined> {
  const text = await readFile(manifest, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as { asOf: string }).asOf;
}

async function judge(session: WarehouseSession, predictions: string, buyers: string): Promise<PredictionQuality> {
  const { values, rows } = await session.matrix(`
    with buyers as (${buyers})
    select (buyers.customer_id is not null)::int as bought, probability, will_buy::int as will_buy
    from ${predictions} left join buyers using (customer_id) order by customer_id`);
  const column = (place: number): Float64Array => Float64Array.from({ length: rows }, (_, row) => values[row * 3 + place]!);
  // The threshold was set when the prediction was made; the lowest probability told to buy recovers it.
  const threshold = Array.from(column(1)).reduce((least, probability, row) => (values[row * 3 + 2] === 1 ? Math.min(least, probability) : least), Number.POSITIVE_INFINITY);
  return qualityOf(Uint8Array.from(column(0)), column(1), Number.isFinite(threshold) ? threshold : 2);
}
