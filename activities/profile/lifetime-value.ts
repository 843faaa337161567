import { BgNbd } from '../../algorithms/lifetime-value/bg-nbd.ts';
import { customerLifetimeValue } from '../../algorithms/lifetime-value/customer-lifetime-value.ts';
import { GammaGamma } from '../../algorithms/lifetime-value/gamma-gamma.ts';
import type { PurchaseHistories } from '../../algorithms/lifetime-value/purchase-histories.ts';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Column, CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { StepFigure } from '../contract.ts';

interface LifetimeValue {
  readonly customers: readonly string[];
  readonly histories: PurchaseHistories;
  /** NaN throughout where nobody bought again. */
  readonly alive: Float64Array;
  readonly purchases: Float64Array;
  readonly value: Float64Array;
  readonly worth: Float64Array;
  /** What was fitted; empty where nobody bought again. */
  readonly model: Readonly<Record<string, number>>;
}

/** A day counts as one purchase, and times are weeks, as in the literature. */
const week = 7;
const soon = 90;
/** The year ahead is looked at by months, and money loses a tenth of its worth in a year. */
const year = { periods: 12, period: 365 / week / 12, discountRate: 1.1 ** (1 / 12) - 1 };
/** Holds the parameters where a shop's customers alone do not, as where hardly anybody seems to have left. */
const penalty = 0.001;

/**
 * What each customer will probably buy: `features.lifetime_value` (customer_id, frequency, recency_weeks, age_weeks, p_alive,
 * expected_purchases_90d, expected_value_90d, clv_1y), by BG/NBD and Gamma-Gamma fitted on the orders before the cycle's as_of, and the
 * fitted parameters as `features.lifetime_value_model`. Values are revenue, not margin. Where nobody bought again all that is expected is NULL.
 */
export async function estimateLifetimeValue(session: WarehouseSession, folder: CycleFolder & { readonly asOf: string }): Promise<{ relations: Record<string, RelationRef>; figures: StepFigure[] }> {
  let made: LifetimeValue | undefined;
  const once = async (): Promise<LifetimeValue> => (made ??= await fit(session, folder.asOf));
  const write = (name: string, columns: (estimate: LifetimeValue) => readonly Column[]): Promise<RelationRef> => session.write(folder, {
    name, algorithm: 'lifetime-value 1', inputs: ['features.orders'], parameters: { asOf: folder.asOf, soon, penalty, ...year }, columns: async () => columns(await once()),
  });
  const relations = {
    'features.lifetime_value': await write('features.lifetime_value', ({ customers, histories, alive, purchases, value, worth }) => [
      { name: 'customer_id', type: 'VARCHAR', values: customers }, { name: 'frequency', type: 'INTEGER', values: histories.frequency },
      { name: 'recency_weeks', type: 'DOUBLE', values: histories.recency }, { name: 'age_weeks', type: 'DOUBLE', values: histories.age },
      { name: 'p_alive', type: 'DOUBLE', values: alive }, { name: 'expected_purchases_90d', type: 'DOUBLE', values: purchases },
      { name: 'expected_value_90d', type: 'DOUBLE', values: purchases.map((count, row) => count * value[row]!) }, { name: 'clv_1y', type: 'DOUBLE', values: worth },
    ]),
    'features.lifetime_value_model': await write('features.lifetime_value_model', ({ model }) => [
      { name: 'parameter', type: 'VARCHAR', values: Object.keys(model) }, { name: 'value', type: 'DOUBLE', values: Object.values(model) },
    ]),
  };
  // Decimals: a parallel sum of doubles has other last digits every time.
  const [sums] = await session.rows<{ alive: number | null; purchases: number | null; worth: number | null }>(`
    select round(sum(p_alive::decimal(18, 6))) as alive, round(sum(expected_purchases_90d::decimal(18, 6))) as purchases, round(sum(clv_1y::decimal(18, 4))) as worth
    from features.lifetime_value`);
  const unknown = 'nobody bought again';
  return {
    relations,
    figures: [
      { label: 'still customers', value: sums!.alive ?? unknown },
      { label: `purchases expected in ${soon} days`, value: sums!.purchases ?? unknown },
      { label: 'worth of the next year', value: sums!.worth ?? unknown },
    ],
  };
}

async function fit(session: WarehouseSession, asOf: string): Promise<LifetimeValue> {
  const today = `${quoteLiteral(asOf)}::timestamp::date`;
  await session.run(`
    create or replace temporary table purchase_histories as
    with

    days as (
        select customer_id, ordered_at::date as day, sum(revenue) as revenue
        from features.orders
        where not is_return
        group by customer_id, day
    )

    select
        customer_id,
        count(*) - 1 as frequency,
        date_diff('day', min(day), max(day)) as recency,
        date_diff('day', min(day), ${today}) as age,
        sum(revenue) - arg_min(revenue, day) as revenue_after_first,
        sum(revenue) as revenue
    from days
    group by customer_id
    order by customer_id`);
  const customers = await session.texts('select customer_id from purchase_histories order by customer_id');
  const { values, rows, columns } = await session.matrix('select frequency, recency, age, revenue_after_first, revenue from purchase_histories order by customer_id');
  await session.run('drop table purchase_histories');
  const column = (index: number, per = 1): Float64Array => Float64Array.from({ length: rows }, (_, row) => values[row * columns + index]! / per);
  const [frequency, revenueAfterFirst, revenue] = [column(0), column(3), column(4)];
  const histories: PurchaseHistories = { frequency, recency: column(1, week), age: column(2, week) };
  const unknown = new Float64Array(rows).fill(Number.NaN);
  if (!frequency.some((x) => x > 0)) return { customers, histories, alive: unknown, purchases: unknown, value: unknown, worth: unknown, model: {} };

  const free = new BgNbd().fit(histories);
  const purchases = free.converged ? free : new BgNbd({ penalty }).fit(histories);
  const { value, parameters } = valueOfPurchase(frequency, revenueAfterFirst, revenue);
  return {
    customers, histories, value,
    alive: purchases.probabilityAlive(histories),
    purchases: purchases.expectedPurchases(soon / week, histories),
    worth: customerLifetimeValue(purchases, histories, value, year),
    model: { ...purchases.parameters, log_likelihood: purchases.logLikelihood, penalty: free.converged ? 0 : penalty, ...parameters },
  };
}

/** What a purchase of each customer is worth: by Gamma-Gamma, or where that has no mean, the mean of all purchases. */
function valueOfPurchase(frequency: Float64Array, revenueAfterFirst: Float64Array, revenue: Float64Array): { readonly value: Float64Array; readonly parameters: Readonly<Record<string, number>> } {
  // What was given away says nothing of what a customer pays.
  const paid = frequency.map((x, row) => (revenueAfterFirst[row]! > 0 ? x : 0));
  const average = paid.map((x, row) => (x > 0 ? revenueAfterFirst[row]! / x : 0));
  if (paid.some((x) => x > 0)) {
    const model = new GammaGamma().fit(paid, average);
    if (model.converged && model.populationMean > 0) return { value: model.expectedValue(paid, average), parameters: { ...model.parameters } };
  }
  const purchases = frequency.reduce((sum, x) => sum + x + 1, 0);
  return { value: new Float64Array(frequency.length).fill(revenue.reduce((sum, money) => sum + money, 0) / purchases), parameters: {} };
}
