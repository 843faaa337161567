/** Cases of one stratum: those looked at, and those they are compared with. */
export interface Stratum {
  readonly trials: number;
  readonly hits: number;
  readonly otherTrials: number;
  readonly otherHits: number;
}

export interface ExcessHits {
  /** Cases that were compared: those of strata where there is somebody to compare them with. */
  readonly trials: number;
  readonly hits: number;
  /** Hits these cases would have had at the rates of the others. */
  readonly expected: number;
  /** Hits more than expected; negative where there are fewer. */
  readonly excess: number;
  /** Of the excess that happened: how far what would have happened anyway may lie from what is expected. */
  readonly standardError: number;
}

/**
 * How many hits more some cases had than they would have had at the rate of others of the same stratum (indirect standardisation), so that
 * a difference of who they are is not taken for a difference of what happened to them. The hits that happened are counted, not estimated:
 * unsure is only what would have happened otherwise, by chance and because the others' rate is itself measured.
 *
 * Source: K. Rothman, S. Greenland, T. Lash, "Modern Epidemiology", 3rd ed. 2008, chapter 4 (standardised morbidity ratio); rates of a
 * stratum by Jeffreys' prior, so that no hit among few others is not taken for certainty.
 *
 * @throws RangeError when a count is not whole or there are more hits than trials.
 */
export function excessHits(strata: readonly Stratum[]): ExcessHits {
  let [trials, hits, expected, variance] = [0, 0, 0, 0];
  for (const stratum of strata) {
    for (const [of, all] of [[stratum.hits, stratum.trials], [stratum.otherHits, stratum.otherTrials]] as const) {
      if (!(Number.isInteger(of) && Number.isInteger(all) && of >= 0 && of <= all)) throw new RangeError(`${of} hits of ${all} trials are no counts`);
    }
    if (stratum.trials === 0 || stratum.otherTrials === 0) continue;
    trials += stratum.trials;
    hits += stratum.hits;
    expected += (stratum.trials * stratum.otherHits) / stratum.otherTrials;
    const rate = (stratum.otherHits + 0.5) / (stratum.otherTrials + 1);
    variance += stratum.trials * rate * (1 - rate) + (stratum.trials ** 2 * rate * (1 - rate)) / (stratum.otherTrials + 2);
  }
  return { trials, hits, expected, excess: hits - expected, standardError: Math.sqrt(variance) };
}
