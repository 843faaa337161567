/** A class of pairs: for each field the probability of each level, the first for level 1, where both values are there. */
export interface LatentClass {
  readonly share: number;
  readonly tables: readonly Float64Array[];
  /** Fields whose table is known and stays as it is. */
  readonly fixed: readonly boolean[];
}

export interface LatentClassesInput {
  /** Row-major levels of each distinct pattern; 0 is a missing value, which says nothing. */
  readonly levels: Uint8Array;
  readonly fields: number;
  /** How often each pattern is met. */
  readonly weights: Float64Array;
  readonly start: readonly LatentClass[];
  /** Fields that are not looked at. */
  readonly ignored?: readonly boolean[];
  readonly maxIterations: number;
  /** The climb ends when no share and no probability moves by more. */
  readonly tolerance: number;
}

export interface LatentClassesFit {
  readonly classes: readonly LatentClass[];
  /** Expected number of pairs in each class. */
  readonly sizes: readonly number[];
  /** After each iteration; it never falls. */
  readonly logLikelihoods: readonly number[];
  readonly iterations: number;
  readonly converged: boolean;
}

/** Counted beside what is seen, so that no level becomes impossible. */
const pseudoCount = 0.01;

/**
 * Latent class model of pairs, fields independent within a class, by EM (Dempster, Laird and Rubin 1977, J. R. Stat. Soc. B 39:1; for links Winkler 1988
 * and, with three classes, Larsen and Rubin 2001, J. Am. Stat. Assoc. 96:32). Maximises the likelihood with a Dirichlet prior of `pseudoCount` a level.
 */
export function fitLatentClasses({ levels, fields, weights, start, ignored = [], maxIterations, tolerance }: LatentClassesInput): LatentClassesFit {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const used = Array.from({ length: fields }, (_, field) => field).filter((field) => ignored[field] !== true);
  let classes = start;
  let sizes = start.map(({ share }) => share * total);
  const logLikelihoods: number[] = [];
  let converged = total === 0;
  while (!converged && logLikelihoods.length < maxIterations) {
    const sums = classes.map(({ tables }) => tables.map((table) => new Float64Array(table.length)));
    const logs = classes.map(({ tables }) => tables.map((table) => table.map(Math.log)));
    const logShares = classes.map(({ share }) => Math.log(share));
    const inClass = new Float64Array(classes.length);
    sizes = classes.map(() => 0);
    let logLikelihood = 0;
    for (let pattern = 0; pattern < weights.length; pattern++) {
      const weight = weights[pattern]!;
      if (weight === 0) continue;
      let most = -Infinity;
      for (let at = 0; at < classes.length; at++) {
        let value = logShares[at]!;
        for (const field of used) {
          const level = levels[pattern * fields + field]!;
          if (level > 0) value += logs[at]![field]![level - 1]!;
        }
        inClass[at] = value;
        most = Math.max(most, value);
      }
      let whole = 0;
      for (let at = 0; at < classes.length; at++) whole += (inClass[at] = Math.exp(inClass[at]! - most));
      logLikelihood += weight * (most + Math.log(whole));
      for (let at = 0; at < classes.length; at++) {
        const part = (weight * inClass[at]!) / whole;
        sizes[at]! += part;
        for (const field of used) {
          const level = levels[pattern * fields + field]!;
          if (level > 0) sums[at]![field]![level - 1]! += part;
        }
      }
    }
    logLikelihoods.push(logLikelihood);
    let moved = 0;
    classes = classes.map(({ share, tables, fixed }, at) => {
      const nextShare = Math.max(sizes[at]! / total, 1e-12);
      moved = Math.max(moved, Math.abs(nextShare - share));
      return {
        share: nextShare, fixed,
        tables: tables.map((table, field) => {
          if (fixed[field] === true || ignored[field] === true) return table;
          const seen = sums[at]![field]!;
          const whole = seen.reduce((sum, count) => sum + count, 0) + pseudoCount * seen.length;
          const next = seen.map((count) => (count + pseudoCount) / whole);
          next.forEach((probability, level) => { moved = Math.max(moved, Math.abs(probability - table[level]!)); });
          return next;
        }),
      };
    });
    converged = moved <= tolerance;
  }
  return { classes, sizes, logLikelihoods, iterations: logLikelihoods.length, converged };
}
