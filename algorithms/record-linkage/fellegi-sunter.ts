import { countPatterns } from './count-patterns.ts';
import { fitLatentClasses, type LatentClass } from './latent-classes.ts';

export interface LinkageField {
  /** Number of levels of its comparison; 0 in a pair stands for a missing value. */
  readonly levels: number;
  /** Whether two people of one household agree in it no more often than strangers do: given name, birth date. */
  readonly personal: boolean;
}

/** Pairs that one blocking rule brought together. */
export interface BlockingSession {
  /** Fields that agree, wholly or in part, because of the rule: nothing is learnt of them from its pairs. */
  readonly fields: readonly number[];
}

export interface FellegiSunterOptions {
  readonly fields: readonly LinkageField[];
  /** Whether pairs of one household are a class of their own, beside those of one person and of strangers. */
  readonly households?: boolean;
  readonly maxIterations?: number;
  readonly tolerance?: number;
}

export interface LinkagePairs {
  /** Row-major, one byte a pair and field, as `comparePairs` gives them. */
  readonly levels: Uint8Array;
  /** Blocking rules each pair met: bit 0 for the first session. */
  readonly rules: Uint32Array;
  readonly sessions: readonly BlockingSession[];
  /** u: for each field the probability of each level among two strangers with values. */
  readonly unrelated: readonly Float64Array[];
  /** Number of all pairs of records, brought together or not. */
  readonly allPairs: number;
}

/** Probability that a pair with all but one field the same in two people differs there, before anything is learnt. */
const startDifferent = 0.1;

/**
 * Fellegi and Sunter's model of record linkage (1969, J. Am. Stat. Assoc. 64:1183): whether a pair is one person follows from how its fields agree, by the
 * probabilities m of each level within a person and u among strangers, and the prior share of pairs that are one person.
 *
 * u is given; m is estimated by EM, once for the pairs of each blocking rule without the rule's own fields, and averaged by the expected number of links. A third
 * class takes up pairs of one household, who share name, place, telephone and device but no given name or birth date, and are mistaken for one person where
 * fields are held to be independent (Larsen and Rubin 2001, J. Am. Stat. Assoc. 96:32).
 */
export class FellegiSunter {
  readonly #options: Required<FellegiSunterOptions>;
  /** Strangers, one person, one household: shares of all pairs and probabilities of each level. */
  #classes: readonly LatentClass[] | undefined;
  #iterations = 0;
  #converged = false;

  constructor({ fields, households = true, maxIterations = 300, tolerance = 1e-5 }: FellegiSunterOptions) {
    if (fields.length === 0) throw new RangeError('Record linkage needs at least one field.');
    if (fields.some(({ levels }) => !Number.isInteger(levels) || levels < 2)) throw new RangeError('A field needs two levels at least: the same, and not.');
    this.#options = { fields, households, maxIterations, tolerance };
  }

  /** @throws RangeError where tables and rows do not fit the fields */
  fit({ levels, rules, sessions, unrelated, allPairs }: LinkagePairs): this {
    const { fields, maxIterations, tolerance } = this.#options;
    if (levels.length !== rules.length * fields.length) throw new RangeError(`${rules.length} pairs of ${fields.length} fields cannot have ${levels.length} levels.`);
    if (unrelated.length !== fields.length || unrelated.some((table, field) => table.length !== fields[field]!.levels)) throw new RangeError('Each field needs the probability of each of its levels among strangers.');
    if (!(allPairs >= rules.length)) throw new RangeError(`${rules.length} pairs were brought together out of ${allPairs}.`);
    const patterns = countPatterns(levels, fields.length);
    const start = this.#start(unrelated);
    const learnt = start.map(({ tables }) => tables.map((table) => ({ sums: new Float64Array(table.length), size: 0 })));
    this.#iterations = 0;
    this.#converged = true;
    sessions.forEach((session, place) => {
      const weights = new Float64Array(patterns.count);
      for (let pair = 0; pair < rules.length; pair++) if ((rules[pair]! >>> place) & 1) weights[patterns.of[pair]!]!++;
      const ignored = fields.map((_, field) => session.fields.includes(field));
      // A rule that asks for a personal field brings no households together, and without that field they would look like one person.
      const met = session.fields.some((field) => fields[field]!.personal) ? start.slice(0, 2) : start;
      const fit = fitLatentClasses({ levels: patterns.levels, fields: fields.length, weights, start: met, ignored, maxIterations, tolerance });
      this.#iterations += fit.iterations;
      this.#converged &&= fit.converged;
      fit.classes.forEach(({ tables }, at) => tables.forEach((table, field) => {
        if (ignored[field]) return;
        const entry = learnt[at]![field]!;
        table.forEach((probability, level) => { entry.sums[level]! += fit.sizes[at]! * probability; });
        entry.size += fit.sizes[at]!;
      }));
    });
    const tables = learnt.map((entries, at) => entries.map(({ sums, size }, field) => (size > 0 ? sums.map((sum) => sum / size) : start[at]!.tables[field]!)));
    const classes = start.map(({ fixed }, at) => ({ share: 0, fixed: fixed.map(() => true), tables: tables[at]! }));
   
    const weights = new Float64Array(patterns.count);
    for (const pattern of patterns.of) weights[pattern]!++;
    this.#classes = this.#shares(classes, patterns.levels, weights, allPairs);
    return this;
  }

  /**
   * Probability that each pair is one person.
   * @param rareness for each field and pair, how much likelier or less likely (as a natural logarithm) strangers are to share this very value than any; see `termRareness`
   * @throws Error before `fit`
   */
  predict(levels: Uint8Array, rareness: readonly (Float32Array | undefined)[] = []): Float64Array {
    const { fields } = this.#options;
    const classes = this.#fitted();
    const logs = classes.map(({ tables }) => tables.map((table) => table.map(Math.log)));
    const logShares = classes.map(({ share }) => Math.log(share));
    const probabilities = new Float64Array(levels.length / fields.length);
    const values = new Float64Array(classes.length);
    for (let pair = 0; pair < probabilities.length; pair++) {
      for (let at = 0; at < classes.length; at++) {
        let value = logShares[at]!;
        for (let field = 0; field < fields.length; field++) {
          const level = levels[pair * fields.length + field]!;
          if (level === 0) continue;
          value += logs[at]![field]![level - 1]!;
          if (at === 0 || (at === 2 && fields[field]!.personal)) value += rareness[field]?.[pair] ?? 0;
        }
        values[at] = value;
      }
      let others = 0;
      for (let at = 0; at < classes.length; at++) if (at !== 1) others += Math.exp(values[at]! - values[1]!);
      probabilities[pair] = 1 / (1 + others);
    }
    return probabilities;
  }

  /** Weight of evidence of each level of a field in bits, the first for level 1: log2 m/u. @throws Error before `fit` */
  matchWeights(field: number): Float64Array {
    const [unrelated, match] = this.#fitted();
    return match!.tables[field]!.map((probability, level) => Math.log2(probability / unrelated!.tables[field]![level]!));
  }

  /** m and u of a field, level 1 first. @throws Error before `fit` */
  probabilities(field: number): { readonly m: Float64Array; readonly u: Float64Array } {
    const [unrelated, match] = this.#fitted();
    return { m: match!.tables[field]!, u: unrelated!.tables[field]! };
  }

  /** Share of all pairs that are one person. @throws Error before `fit` */
  get matchShare(): number { return this.#fitted()[1]!.share; }
  get iterations(): number { return this.#iterations; }
  get converged(): boolean { return this.#converged; }

  #fitted(): readonly LatentClass[] {
    if (this.#classes === undefined) throw new Error('FellegiSunter was not fitted.');
    return this.#classes;
  }

  #start(unrelated: readonly Float64Array[]): readonly LatentClass[] {
    const { fields, households } = this.#options;
    const agreeing = fields.map(({ levels }) => Float64Array.from({ length: levels }, (_, level) => (level === levels - 1 ? 1 - startDifferent : startDifferent / (levels - 1))));
    const classes: LatentClass[] = [
      { share: 0.5, tables: unrelated, fixed: fields.map(() => true) },
      { share: 0.4, tables: agreeing, fixed: fields.map(() => false) },
    ];
    // Where every field is personal, or none is, a household looks like strangers or like one person.
    const telling = fields.some(({ personal }) => personal) && fields.some(({ personal }) => !personal);
    if (households && telling) classes.push({ share: 0.1, tables: fields.map(({ personal }, field) => (personal ? unrelated[field]! : agreeing[field]!)), fixed: fields.map(({ personal }) => personal) });
    return classes;
  }

  /** The shares of the classes among all pairs, those never brought together being strangers: EM with the tables as they are. */
  #shares(classes: readonly LatentClass[], levels: Uint8Array, weights: Float64Array, allPairs: number): readonly LatentClass[] {
    const { fields } = this.#options;
    const likelihoods = classes.map(({ tables }) => Float64Array.from(weights, (_, pattern) => {
      let value = 1;
      for (let field = 0; field < fields.length; field++) {
        const level = levels[pattern * fields.length + field]!;
        if (level > 0) value *= tables[field]![level - 1]!;
      }
      return value;
    }));
    let shares = classes.map((_, at) => (at === 0 ? 1 : Math.min(0.1, weights.length === 0 ? 1e-9 : 0.1 * (weights.reduce((sum, weight) => sum + weight, 0) / allPairs))));
    for (let iteration = 0; iteration < this.#options.maxIterations; iteration++) {
      const sizes = classes.map(() => 0);
      for (let pattern = 0; pattern < weights.length; pattern++) {
        let whole = 0;
        for (let at = 0; at < classes.length; at++) whole += shares[at]! * likelihoods[at]![pattern]!;
        if (whole === 0) continue;
        for (let at = 1; at < classes.length; at++) sizes[at]! += (weights[pattern]! * shares[at]! * likelihoods[at]![pattern]!) / whole;
      }
      const next = sizes.map((size) => Math.max(size / allPairs, 1e-15));
      next[0] = 1 - next.slice(1).reduce((sum, share) => sum + share, 0);
      const still = next.every((share, at) => at === 0 || Math.abs(share - shares[at]!) <= 1e-6 * share);
      shares = next;
      if (still) break;
    }
    return classes.map((each, at) => ({ ...each, share: shares[at]! }));
  }
}
