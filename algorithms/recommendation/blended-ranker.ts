import type { InteractionMatrix } from './interaction-matrix.ts';
import { rankingFigures } from './ranking-metrics.ts';
import type { TopLists } from './top-lists.ts';

export interface BlendedRankerOptions {
  /** Weights that are tried for a list that joins, beside 1 for what is there already. */
  readonly weights?: readonly number[];
  /** How much the mean NDCG must rise for a list to join. */
  readonly minimumGain?: number;
}

/** A candidate list's share of the blend. */
export interface BlendWeight {
  readonly method: string;
  readonly weight: number;
}

/** How soon a lower rank counts less; k of reciprocal rank fusion. */
const softness = 20;

/**
 * One list of many: each method's candidates count its weight over (20 + rank), and the sum decides (reciprocal rank fusion: Cormack, Clarke and
 * Büttcher 2009), so that scores of different kinds need no common scale. Weights come from held-out choices: the best method first, then
 * whichever raises the NDCG most at some weight, as long as one does.
 */
export class BlendedRanker {
  readonly #weights: readonly number[];
  readonly #minimumGain: number;
  #blend: readonly BlendWeight[] = [];

  constructor({ weights = [0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2], minimumGain = 1e-4 }: BlendedRankerOptions = {}) {
    this.#weights = weights;
    this.#minimumGain = minimumGain;
  }

  /** A ranker by weights found before. */
  static of(blend: readonly BlendWeight[]): BlendedRanker {
    const ranker = new BlendedRanker();
    ranker.#blend = blend;
    return ranker;
  }

  /** Methods in the order they joined. */
  get blend(): readonly BlendWeight[] { return this.#blend; }

  /**
   * @param lists by method; longer ones than are to be shown, made without what was chosen
   * @param chosen what customers chose then
   * @param k length of the list that is judged
   * @throws RangeError when there is no list
   */
  fit(lists: Readonly<Record<string, TopLists>>, chosen: InteractionMatrix, k: number): this {
    const methods = Object.keys(lists);
    if (methods.length === 0) throw new RangeError('there must be at least one list to blend');
    const gain = (blend: readonly BlendWeight[]): number => {
      const { ndcg } = rankingFigures(blendLists(lists, blend, k, chosen), chosen, chosen);
      const known = ndcg.filter((value) => !Number.isNaN(value));
      return known.reduce((sum, value) => sum + value, 0) / Math.max(known.length, 1);
    };
    let best = methods.map((method) => [{ method, weight: 1 }] as readonly BlendWeight[]).map((blend) => ({ blend, value: gain(blend) })).reduce((a, b) => (b.value > a.value ? b : a));
    for (;;) {
      const joining = methods.filter((method) => !best.blend.some((part) => part.method === method))
        .flatMap((method) => this.#weights.map((weight) => [...best.blend, { method, weight }])).map((blend) => ({ blend, value: gain(blend) }));
      const next = joining.reduce<typeof best | undefined>((a, b) => (a === undefined || b.value > a.value ? b : a), undefined);
      if (next === undefined || next.value < best.value + this.#minimumGain) break;
      best = next;
    }
    this.#blend = best.blend;
    return this;
  }

  /** The best k of the lists' candidates by the fitted weights. @throws TypeError before `fit` */
  rank(lists: Readonly<Record<string, TopLists>>, k: number): TopLists {
    if (this.#blend.length === 0) throw new TypeError('the ranker is not fitted');
    return blendLists(lists, this.#blend, k);
  }
}

/** @param only customers with something in this matrix get a list; all when not given */
function blendLists(lists: Readonly<Record<string, TopLists>>, blend: readonly BlendWeight[], k: number, only?: InteractionMatrix): TopLists {
  const rows = lists[blend[0]!.method]!.rows;
  const ids = new Int32Array(rows * k).fill(-1);
  const scores = new Float32Array(rows * k);
  for (let row = 0; row < rows; row++) {
    if (only !== undefined && only.offsets[row] === only.offsets[row + 1]) continue;
    const own = blend.map(({ method, weight }) => ({ weight, ids: lists[method]!.ids.subarray(row * lists[method]!.k, (row + 1) * lists[method]!.k) }));
    blendRow(own).slice(0, k).forEach(({ item, score }, rank) => {
      ids[row * k + rank] = item;
      scores[row * k + rank] = score;
    });
  }
  return { rows, k, ids, scores };
}

/** One customer's candidates in the order of their sums, the lower number first on a tie; what answers a request does the same as what fills a table. */
export function blendRow(lists: readonly { readonly weight: number; readonly ids: ArrayLike<number> }[]): { readonly item: number; readonly score: number }[] {
  const sums = new Map<number, number>();
  for (const { weight, ids } of lists) {
    for (let rank = 0; rank < ids.length && ids[rank]! >= 0; rank++) sums.set(ids[rank]!, (sums.get(ids[rank]!) ?? 0) + (weight * (softness + 1)) / (softness + rank + 1));
  }
  return [...sums].map(([item, score]) => ({ item, score })).sort((a, b) => b.score - a.score || a.item - b.item);
}
