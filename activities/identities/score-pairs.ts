import { codeColumn } from '../../algorithms/record-linkage/coded-column.ts';
import { comparePairs } from '../../algorithms/record-linkage/compare-pairs.ts';
import { FellegiSunter } from '../../algorithms/record-linkage/fellegi-sunter.ts';
import { termRareness } from '../../algorithms/record-linkage/term-rareness.ts';
import { unrelatedLevels } from '../../algorithms/record-linkage/unrelated-levels.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { BlockingRule, RecordField } from './linkage-model.ts';

/** A rule that brings together more pairs a record is too coarse for a shop of this size: it costs most and finds least. */
const mostPairs = 40;

/** Pairs that blocking rules brought together, and the texts to compare them by; a structured clone carries it. */
export interface GatheredPairs {
  /** Number of records. */
  readonly records: number;
  /** Records of each pair, the smaller number on the left, in their order. */
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  /** Rules that each pair met: bit 0 for the first. */
  readonly met: Uint32Array;
  /** What each rule alone brings together; a rule is left out where it brings more than `mostPairs` a record. */
  readonly blocking: readonly { readonly key: string; readonly pairs: number; readonly used: boolean }[];
  /** For each field the text of each record; empty where it is missing. */
  readonly texts: readonly (readonly string[])[];
}

export interface ScoredPairs {
  /** Row-major levels of agreement in `fields`. */
  readonly levels: Uint8Array;
  /** Those that any record has. */
  readonly fields: readonly RecordField[];
  readonly rareness: readonly (Float32Array | undefined)[];
  /** That the two records are one person. */
  readonly probabilities: Float64Array;
  /** Absent where no pair was brought together. */
  readonly model?: FellegiSunter;
}

/**
 * Brings together records of the session's table `records` (record, counted from 0 without a gap, and a column of texts for each field) by blocking joins.
 * @param largestBlock a key that more records share says nothing, such as a telephone number of noughts
 */
export async function gatherPairs(session: WarehouseSession, table: string, { records, fields, rules, largestBlock }: { readonly records: number; readonly fields: readonly RecordField[]; readonly rules: readonly BlockingRule[]; readonly largestBlock: number }): Promise<GatheredPairs> {
  const blocking: GatheredPairs['blocking'][number][] = [];
  for (const { key } of rules) {
    const [counted] = await session.rows<{ pairs: number }>(`select coalesce(sum(members * (members - 1) / 2), 0)::bigint as pairs from (select count(*) as members from ${table} where (${key}) is not null group by ${key} having count(*) between 2 and ${largestBlock})`);
    blocking.push({ key, pairs: counted!.pairs, used: counted!.pairs <= mostPairs * records });
  }
  const { values, rows } = await session.matrix(blockingJoin(table, rules, largestBlock, blocking.map(({ used }) => used)));
  const [left, right, met] = [new Uint32Array(rows), new Uint32Array(rows), new Uint32Array(rows)];
  for (let pair = 0, at = 0; pair < rows; pair++, at += 3) {
    left[pair] = values[at]!;
    right[pair] = values[at + 1]!;
    met[pair] = values[at + 2]!;
  }
  const texts: string[][] = [];
  for (const { name } of fields) texts.push(await session.texts(`select coalesce(${name}, '') from ${table} order by record`));
  return { records, left, right, met, blocking, texts };
}

/** Says of each pair how probable it is that both records are one person. */
export function scorePairs({ records, left, right, met, texts }: GatheredPairs, { fields: possible, rules, seed }: { readonly fields: readonly RecordField[]; readonly rules: readonly BlockingRule[]; readonly seed: number }): ScoredPairs {
  const present = possible.map((field, place) => ({ field, column: codeColumn(texts[place]!), comparison: field.comparison })).filter(({ column }) => column.values.length > 1);
  const fields = present.map(({ field }) => field);
  if (left.length === 0) return { levels: new Uint8Array(), fields, rareness: [], probabilities: new Float64Array() };
  const levels = comparePairs(present, left, right);
  const rareness = present.map(({ field, column }) => (field.weighsRareness ? termRareness(column, left, right) : undefined));
  const model = new FellegiSunter({ fields: fields.map(({ comparison, personal }) => ({ levels: comparison.levels.length, personal })) }).fit({
    levels, rules: met, unrelated: unrelatedLevels(present, records, { seed }), allPairs: (records * (records - 1)) / 2,
    sessions: rules.map((rule) => ({ fields: rule.fields.map((name) => fields.findIndex((field) => field.name === name)).filter((place) => place >= 0) })),
  });
  return { levels, fields, rareness, probabilities: model.predict(levels, rareness), model };
}

/** Pairs in their order, each with the rules it met as bits. */
function blockingJoin(table: string, rules: readonly BlockingRule[], largestBlock: number, used: readonly boolean[]): string {
  if (!used.includes(true)) return 'select 0 as one, 0 as other, 0 as rules where false';
  return `
    with keyed as (
      ${rules.flatMap(({ key }, rule) => (used[rule] === true ? [`select record, ${rule}::integer as rule, ${key} as key from ${table} where (${key}) is not null`] : [])).join('\n      union all ')}
    ),
    blocks as (
      select rule, key, list(record order by record) as members
      from keyed
      group by rule, key having count(*) between 2 and ${largestBlock}
    ),
    opened as (select rule, members, unnest(members) as one from blocks),
    pairs as (select rule, one, unnest(members[list_position(members, one) + 1 :]) as other from opened)
    select one, other, bit_or(1 << rule) as rules
    from pairs
    group by one, other order by one, other`;
}
