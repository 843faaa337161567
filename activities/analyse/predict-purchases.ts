import { accuracy, confusionMatrix, f1, precision, recall } from '../../algorithms/metrics/confusion-matrix.ts';
import { rocAuc } from '../../algorithms/metrics/roc-auc.ts';
import { LogisticRegression } from '../../algorithms/predict/logistic-regression.ts';
import { SimpleImputer } from '../../algorithms/preprocess/simple-imputer.ts';
import { StandardScaler } from '../../algorithms/preprocess/standard-scaler.ts';
import { quoteIdentifier, quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Column, CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

/** How the prediction did on customers it was not fitted on. */
export interface PredictionQuality {
  readonly customers: number;
  readonly positives: number;
  readonly auc: number;
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly threshold: number;
}

interface Prediction {
  readonly features: readonly string[];
  readonly coefficients: Float64Array;
  readonly customers: readonly string[];
  readonly probabilities: Float64Array;
  readonly quality: PredictionQuality;
}

/** Counts and money are skewed; a logarithm makes "twice as much" the unit. */
const compress = (value: number): number => Math.sign(value) * Math.log1p(Math.abs(value));

/** Three of ten customers, by the hash of their id, judge the model that the others fit. */
const testDraw = "md5_number_lower('test:' || customer_id) % 10 < 3";

/**
 * Probability that a customer buys within `days` after the cycle's as_of, learned from the customers as they were `days` before it and what
 * they did until it: `segments.predictions` (customer_id, probability, will_buy), `segments.prediction_model` and `segments.prediction_quality`.
 */
export async function predictPurchases(session: WarehouseSession, folder: CycleFolder & { readonly asOf: string }, days: number): Promise<{ relations: Record<string, RelationRef>; quality: PredictionQuality }> {
  let made: Prediction | undefined;
  const once = async (): Promise<Prediction> => (made ??= await fitAndPredict(session, folder.asOf, days));
  const write = (name: string, columns: (prediction: Prediction) => readonly Column[]): Promise<RelationRef> => session.write(folder, {
    name, algorithm: 'predict-purchases 1', inputs: ['features.customers', 'features.customers_earlier', 'features.orders'], parameters: { days, asOf: folder.asOf },
    columns: async () => columns(await once()),
  });
  const relations = {
    'segments.predictions': await write('segments.predictions', ({ customers, probabilities, quality }) => [
      { name: 'customer_id', type: 'VARCHAR', values: customers }, { name: 'probability', type: 'DOUBLE', values: probabilities },
      { name: 'will_buy', type: 'BOOLEAN', values: Array.from(probabilities, (probability) => probability >= quality.threshold) },
    ]),
    'segments.prediction_model': await write('segments.prediction_model', ({ features, coefficients }) => [
      { name: 'feature', type: 'VARCHAR', values: features }, { name: 'coefficient', type: 'DOUBLE', values: coefficients },
    ]),
    'segments.prediction_quality': await write('segments.prediction_quality', ({ quality }) =>
      (Object.keys(quality) as (keyof PredictionQuality)[]).map((name) => ({ name, type: 'DOUBLE' as const, values: [quality[name]] }))),
  };
  const [quality] = await session.rows<Record<keyof PredictionQuality, number>>('from segments.prediction_quality');
  return { relations, quality: quality! };
}

async function fitAndPredict(session: WarehouseSession, asOf: string, days: number): Promise<Prediction> {
  const names = [...(await session.describe('from features.customers')).keys()].filter((name) => name !== 'customer_id');
  const [known] = await session.rows<Record<string, number>>(`select ${names.map((name) => `count(${quoteIdentifier(name)}) as ${quoteIdentifier(name)}`).join(', ')} from features.customers_earlier`);
  const features = names.filter((name) => known![name]! > 0);
  const select = features.map(quoteIdentifier).join(', ');
  const training = await session.matrix(`
    with buyers as (select distinct customer_id from features.orders where not is_return and ordered_at >= ${horizonStart(asOf, days)} and ordered_at < ${quoteLiteral(asOf)}::timestamp)
    select (buyers.customer_id is not null)::int as bought, (${testDraw})::int as is_test, ${select}
    from features.customers_earlier left join buyers using (customer_id) order by customer_id`);
  // The file is in the order of customer_id, and a plain read keeps it.
  const now = await session.matrix(`select ${select} from features.customers`);
  const customers = await session.texts('select customer_id from features.customers');

  const width = features.length;
  const [fit, test] = [split(training, width, 0), split(training, width, 1)];
  const positives = fit.labels.reduce((sum, label) => sum + label, 0);
  if (positives === 0 || positives === fit.labels.length) return baseRate(features, customers, positives / Math.max(fit.labels.length, 1), test.labels);

  const imputer = new SimpleImputer({ strategy: 'median' }).fit(fit.matrix, fit.rows, width);
  const filled = imputer.transform(fit.matrix, fit.rows);
  const scaler = new StandardScaler().fit(filled, fit.rows, width);
  const prepare = (matrix: Float64Array, rows: number): Float64Array => scaler.transform(imputer.transform(matrix, rows), rows);
  const fitted = scaler.transform(filled, fit.rows);
  const model = new LogisticRegression().fit(fitted, fit.rows, width, fit.labels);
  const threshold = thresholdOfBestF1(fit.labels, model.predictProbability(fitted, fit.rows));
  const probabilities = model.predictProbability(prepare(now.values.map(compress), now.rows), now.rows);
  return { features, coefficients: model.coefficients, customers, probabilities, quality: qualityOf(test.labels, model.predictProbability(prepare(test.matrix, test.rows), test.rows), threshold) };
}

/** Rows of `bought, is_test, features…` whose `is_test` is as asked: their features compressed, and whether they bought. */
function split({ values, rows }: { readonly values: Float64Array; readonly rows: number }, width: number, isTest: number): { readonly matrix: Float64Array; readonly rows: number; readonly labels: Uint8Array } {
  const matrix = new Float64Array(rows * width);
  const labels = new Uint8Array(rows);
  let taken = 0;
  for (let row = 0, from = 0; row < rows; row++, from += width + 2) {
    if (values[from + 1] !== isTest) continue;
    for (let column = 0, to = taken * width; column < width; column++) matrix[to + column] = compress(values[from + 2 + column]!);
    labels[taken++] = values[from]!;
  }
  return { matrix: matrix.slice(0, taken * width), rows: taken, labels: labels.slice(0, taken) };
}

const horizonStart = (asOf: string, days: number): string => `${quoteLiteral(asOf)}::timestamp - interval ${days} day`;

/** Where everybody or nobody bought there is nothing to learn but the rate itself. */
function baseRate(features: readonly string[], customers: readonly string[], rate: number, testLabels: Uint8Array): Prediction {
  return {
    features, coefficients: new Float64Array(features.length), customers, probabilities: new Float64Array(customers.length).fill(rate),
    quality: qualityOf(testLabels, new Float64Array(testLabels.length).fill(rate), 0.5),
  };
}

/** Accuracy, precision, recall, F1 and AUC of probabilities cut at a threshold; NaN where a figure does not exist. */
export function qualityOf(actual: Uint8Array, probabilities: Float64Array, threshold: number): PredictionQuality {
  const positives = actual.reduce((sum, label) => sum + label, 0);
  const matrix = confusionMatrix(actual, Uint8Array.from(probabilities, (probability) => Number(probability >= threshold)));
  return {
    customers: actual.length, positives, threshold,
    auc: positives === 0 || positives === actual.length ? Number.NaN : rocAuc(actual, probabilities),
    accuracy: accuracy(matrix), precision: precision(matrix), recall: recall(matrix), f1: f1(matrix),
  };
}

/** The probability that gives the highest F1 on these rows, the lowest of equals. */
function thresholdOfBestF1(labels: Uint8Array, probabilities: Float64Array): number {
  const order = Array.from(probabilities, (_, row) => row).sort((a, b) => probabilities[b]! - probabilities[a]!);
  const positives = labels.reduce((sum, label) => sum + label, 0);
  let found = 0;
  let best = { score: 0, threshold: 0.5 };
  order.forEach((row, place) => {
    found += labels[row]!;
    const last = place + 1 === order.length || probabilities[order[place + 1]!] !== probabilities[row];
    const score = (2 * found) / (place + 1 + positives);
    if (last && score >= best.score) best = { score, threshold: probabilities[row]! };
  });
  return best.threshold;
}
