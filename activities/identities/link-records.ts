import { clusterLinks } from '../../algorithms/record-linkage/cluster-links.ts';
import { blockingRules, recordFields } from './linkage-model.ts';
import { scorePairs, type GatheredPairs, type ScoredPairs } from './score-pairs.ts';

export interface RecordPair { readonly record: number; readonly otherRecord: number }

export interface LinkTask {
  readonly gathered: GatheredPairs;
  /** Pairs that share a key of one person. */
  readonly certain: readonly (RecordPair & { readonly kind: string })[];
  /** Pairs that a person has decided on. */
  readonly same: readonly RecordPair[];
  readonly different: readonly RecordPair[];
  readonly threshold: number;
  readonly reviewFrom: number;
  readonly largestPerson: number;
  readonly seed: number;
}

export interface RecordLink extends RecordPair {
  readonly kind: 'decided' | 'key' | 'evidence';
  readonly verdict: 'linked' | 'implied' | 'review' | 'refused';
  readonly probability: number;
  readonly why: string;
}

export interface LinkedRecords {
  /** For each record the first record of its person. */
  readonly personOf: Uint32Array;
  /** In the order of their records. */
  readonly links: readonly RecordLink[];
}

const keyWords: Readonly<Record<string, string>> = { loyalty_card: 'loyalty card', account: 'account', email: 'e-mail address', device: 'device' };
/** Fewer pairs than this teach no model: keys and people decide alone. */
const fewestPairs = 30;

/** Persons out of records: what people said first, then keys that one person alone has, then the evidence of all fields. */
export function linkRecords({ gathered, certain, same, different, threshold, reviewFrom, largestPerson, seed }: LinkTask): LinkedRecords {
  const links = new Map<number, Omit<RecordLink, 'verdict'>>();
  const place = (one: number, other: number): number => Math.min(one, other) * gathered.records + Math.max(one, other);
  const add = (one: number, other: number, link: Pick<RecordLink, 'kind' | 'probability' | 'why'>): void => {
    if (!links.has(place(one, other))) links.set(place(one, other), { record: Math.min(one, other), otherRecord: Math.max(one, other), ...link });
  };
  for (const { record, otherRecord } of same) add(record, otherRecord, { kind: 'decided', probability: 1, why: 'a person said so' });
  for (const { record, otherRecord, kind } of certain) add(record, otherRecord, { kind: 'key', probability: 1, why: `the same ${keyWords[kind] ?? kind}` });
  if (gathered.left.length >= fewestPairs) {
    const scored = scorePairs(gathered, { fields: recordFields, rules: blockingRules, seed });
    const weights = scored.fields.map((_, field) => scored.model!.matchWeights(field));
    scored.probabilities.forEach((probability, pair) => {
      if (probability >= reviewFrom) add(gathered.left[pair]!, gathered.right[pair]!, { kind: 'evidence', probability, why: whyOf(scored, weights, pair) });
    });
  }
  const all = [...links].sort(([one], [other]) => one - other).map(([, link]) => link);
  const { clusterOf, verdicts } = clusterLinks(
    { left: all.map(({ record }) => record), right: all.map(({ otherRecord }) => otherRecord), probabilities: all.map(({ probability }) => probability) },
    { records: gathered.records, threshold, reviewFrom, largestCluster: largestPerson, apart: different.map(({ record, otherRecord }) => [record, otherRecord] as const) },
  );
  return { personOf: clusterOf, links: all.flatMap((link, at) => (verdicts[at] === 'below' ? [] : [{ ...link, verdict: verdicts[at]! }])) };
}

/** The strongest three fields for it and the strongest against it, in words without any value. */
function whyOf({ levels, fields, rareness }: ScoredPairs, weights: readonly Float64Array[], pair: number): string {
  const evidence = fields.flatMap(({ words, comparison }, field) => {
    const level = levels[pair * fields.length + field]!;
    if (level === 0) return [];
    const bits = weights[field]![level - 1]! - (rareness[field]?.[pair] ?? 0) / Math.LN2;
    return [{ bits, words: `${words} ${comparison.levels[level - 1]!}` }];
  }).sort((one, other) => other.bits - one.bits || (one.words < other.words ? -1 : 1));
  const speaksFor = evidence.filter(({ bits }) => bits > 0).slice(0, 3).map(({ words }) => words).join(', ');
  const against = evidence.at(-1);
  return against !== undefined && against.bits < 0 ? `${speaksFor}; but ${against.words}` : speaksFor;
}
