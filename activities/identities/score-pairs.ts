import { codeColumn, type CodedColumn } from '../../algorithms/record-linkage/coded-column.ts';
import { comparePairs } from '../../algorithms/record-linkage/compare-pairs.ts';
import { FellegiSunter } from '../../algorithms/record-linkage/fellegi-sunter.ts';
import { termRareness } from '../../algorithms/record-linkage/term-rareness.ts';
import { unrelatedLevels } from '../../algorithms/record-linkage/unrelated-levels.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { BlockingRule, RecordField } from './linkage-model.ts';

export interface ScoredPairs {
  /** Records of each pair, the smaller number on the left, in their order. */
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  /** Row-major levels of agreement; fields that no record has are left out. */
  readonly levels: Uint8Array;
  readonly fields: readonly RecordField[];
  readonly rareness: readonly (Float32Array | undefined)[];
  /** That the two records are one person. */
  readonly probabilities: Float64Array;
  readonly model: FellegiSunter;
}

export interface ScorePairsOptions {
  /** Number of records: `record` counts them from 0 without a gap. */
  readonly records: number;
  readonly fields: readonly RecordField[];
  readonly rules: readonly BlockingRule[];
  /** A key that more records share says nothing, such as a telephone number of noughts. */
  readonly largestBlock: number;
  readonly seed: number;
}

/**
 * Brings together records of the session's table `records` (record, and a column of texts for each field) by blocking joins, and says of each pair how probable it is
 * that both are one person.
 */
export async function scorePairs(session: WarehouseSession, { records, fields: possible, rules, largestBlock, seed }: ScorePairsOptions): Promise<ScoredPairs> {
  const { values, rows } = await session.matrix(blockingJoin(rules, largestBlock));
  const [left, right, met] = [new Uint32Array(rows), new Uint32Array(rows), new Uint32Array(rows)];
  for (let pair = 0, at = 0; pair < rows; pair++, at += 3) {
    left[pair] = values[at]!;
    right[pair] = values[at + 1]!;
    met[pair] = values[at + 2]!;
  }
  const columns: CodedColumn[] = [];
  for (const field of possible) columns.push(codeColumn(await session.texts(`select coalesce(${field.name}, '') from records order by record`)));
  const present = possible.map((field, place) => ({ field, column: columns[place]!, comparison: field.comparison })).filter(({ column }) => column.values.length > 1);
  const fields = present.map(({ field }) => field);
  if (fields.length === 0 || rows === 0) return { left: new Uint32Array(), right: new Uint32Array(), levels: new Uint8Array(), fields, rareness: [], probabilities: new Float64Array(), model: new FellegiSunter({ fields: [{ levels: 2, personal: false }] }) };
  const levels = comparePairs(present, left, right);
  const rareness = present.map(({ field, column }) => (field.weighsRareness ? termRareness(column, left, right) : undefined));
  const model = new FellegiSunter({ fields: fields.map(({ comparison, personal }) => ({ levels: comparison.levels.length, personal })) }).fit({
    levels, rules: met, unrelated: unrelatedLevels(present, records, { seed }), allPairs: (records * (records - 1)) / 2,
    sessions: rules.map((rule) => ({ fields: rule.fields.map((name) => fields.findIndex((field) => field.name === name)).filter((place) => place >= 0) })),
  });
  return { left, right, levels, fields, rareness, probabilities: model.predict(levels, rareness), model };
}

/** Pairs in their order, each with the rules it met as bits. */
function blockingJoin(rules: readonly BlockingRule[], largestBlock: number): string {
  return `
    with keyed as (
      ${rules.map(({ key }, rule) => `select record, ${rule}::integer as rule, ${key} as key from records where (${key}) is not null`).join('\n      union all ')}
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
