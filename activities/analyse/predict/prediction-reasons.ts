import type { PurchaseModel } from './purchase-model.ts';

const most = 3;

/**
 * Of each row, the up to three features that move its probability most, with the way they move it: `+orders_90d, -recency_days`. A feature's share
 * is what the log-odds change when the row has the average value of it instead; for a linear model that is its Shapley value.
 *
 * Source: S. Lundberg, S. Lee, "A unified approach to interpreting model predictions", NeurIPS 2017, section 4.
 *
 * @param prepared row-major, standardised, so that the average of a feature is 0.
 * @param probabilities of the rows as they are.
 */
export function predictionReasons(model: PurchaseModel, prepared: Float64Array, rows: number, probabilities: Float64Array, names: readonly string[]): string[] {
  const width = names.length;
  const shares = names.map((_, column) => sharesOf(model, prepared, rows, width, column, probabilities));
  const texts = new Map<number, string>();
  return Array.from({ length: rows }, (_, row) => {
    let key = 0;
    const chosen: number[] = [];
    for (let place = 0; place < most; place++) {
      let best = -1;
      for (let column = 0; column < width; column++) {
        if (!chosen.includes(column) && (best < 0 || Math.abs(shares[column]![row]!) > Math.abs(shares[best]![row]!))) best = column;
      }
      if (best < 0 || shares[best]![row] === 0) break;
      chosen.push(best);
      key = key * (2 * width + 1) + 2 * best + (shares[best]![row]! > 0 ? 2 : 1);
    }
    let text = texts.get(key);
    if (text === undefined) {
      text = chosen.map((column) => `${shares[column]![row]! > 0 ? '+' : '-'}${names[column]!}`).join(', ');
      texts.set(key, text);
    }
    return text;
  });
}

const logit = (probability: number): number => Math.log(probability) - Math.log1p(-probability);

function sharesOf(model: PurchaseModel, prepared: Float64Array, rows: number, width: number, column: number, probabilities: Float64Array): Float64Array {
  const { coefficients } = model;
  if (coefficients !== undefined) return Float64Array.from({ length: rows }, (_, row) => coefficients[column]! * prepared[row * width + column]!);
  const without = prepared.slice();
  for (let place = column; place < without.length; place += width) without[place] = 0;
  return model.probabilities(without, rows).map((probability, row) => logit(probabilities[row]!) - logit(probability));
}
