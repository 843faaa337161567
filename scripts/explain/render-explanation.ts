import type { Cell } from '../../gateways/warehouse/warehouse.ts';
import { createPaint } from '../display/paint.ts';
import { renderTable } from '../display/render-table.ts';
import type { Explanation, Fact, LineageStep, SegmentExplanation, SourceFile } from './explanation.ts';

/** As much of a fingerprint as tells two apart. */
const shown = 12;

/** An explanation for people: segment and reasons, scores, rules, the plan's decision, and where each number is from, down to the shop's files. */
export function renderExplanation(explanation: Explanation, { color }: { readonly color: boolean }): string {
  const { shop, cycle, customer, asOf, version, profile, segment, scores, rules, plan, outcome, lineage } = explanation;
  const paint = createPaint(color);
  const head = `${customer} in ${shop}/${cycle}${asOf === null ? '' : `, which knows what happened before ${asOf.slice(0, 10)}`}${version === null ? '' : `, by version ${version}`}`;
  const sections = [
    { title: 'Profile', lines: factLines(profile) },
    { title: `Segment${segment === undefined ? '' : `: ${segment.name}`}`, lines: segment === undefined ? ['none: segments are made of customers who have ordered'] : segmentLines(segment) },
    { title: 'Scores', lines: factLines(scores) },
    { title: 'Rules that apply to what was bought', lines: rules.length === 0 ? ['none'] : renderTable(
      [{ title: 'who buys' }, { title: 'also buys' }, { title: 'confidence', right: true }, { title: 'lift', right: true }, { title: 'baskets', right: true }, { title: 'among' }, { title: '' }],
      rules.map((rule) => [rule.antecedent, rule.consequent, rule.confidence.toFixed(3), rule.lift.toFixed(2), String(rule.baskets), rule.among, rule.bought ? 'bought already' : 'not bought yet'])) },
    { title: 'Plan', lines: factLines(plan) },
    { title: 'What then happened', lines: factLines(outcome) },
    { title: 'Where it is from', lines: lineageLines(lineage) },
  ];
  return [paint.bold(head), ...sections.filter(({ lines }) => lines.length > 0).map(({ title, lines }) => [paint.bold(title), ...lines.map((line) => `  ${line}`)].join('\n'))].join('\n\n');
}

/** Two digits more than people need would be noise; `--json` has them all. */
function words(value: Cell): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'number') return value === null ? '–' : String(value);
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 1 ? 4 : 2);
}

const factLines = (facts: readonly Fact[]): string[] => (facts.length === 0 ? [] : renderTable([{ title: '' }, { title: '' }, { title: '' }], facts.map(({ name, value, from }) => [name, words(value), from])).slice(1));

function segmentLines({ rule, distance, next, reasons, note }: SegmentExplanation): string[] {
  return [
    `${distance.toFixed(3)} from its centre${next === undefined ? '' : `, ${next.distance.toFixed(3)} from the next, ${next.name}`} (segments.memberships, segments.centres)`,
    ...(rule === undefined ? [] : [`the segment is told by: ${rule.text} (precision ${rule.precision.toFixed(2)}, recall ${rule.recall.toFixed(2)}; segments.descriptions)`]),
    ...(note === undefined ? [] : [note]),
    ...(reasons.length === 0 ? [] : renderTable(
      [{ title: 'what puts it there' }, { title: 'figure', right: true }, { title: 'standardised', right: true }, { title: 'own centre', right: true }, { title: 'next centre', right: true }, { title: 'weight', right: true }],
      reasons.map(({ feature, figure, standardised, ownCentre, nextCentre, weight }) => [feature, words(figure), standardised.toFixed(3), ownCentre.toFixed(3), nextCentre.toFixed(3), weight.toFixed(3)]))),
  ];
}

function lineageLines(lineage: readonly LineageStep[]): string[] {
  return lineage.flatMap(({ relation, fingerprint, rows, recipe, parameters, inputs, manifest, source }) => {
    const settings = Object.entries(parameters).map(([name, value]) => `${name} ${short(value)}`).join(', ');
    return [
      `${relation}  ${fingerprint.slice(0, shown)}  ${rows} rows  ${recipe}${settings === '' ? '' : ` (${settings})`}${manifest === 'same' ? '' : `  [manifest: ${manifest}]`}`,
      ...(inputs.length === 0 ? [] : [`  of ${inputs.join(', ')}`]),
      ...(source === undefined ? [] : [`  from ${source.by}${sourceFiles(source.files)}`]),
    ];
  });
}

const sourceFiles = (files: readonly SourceFile[]): string => (files.length === 0 ? '' : `: ${files.map(({ file, rows }) => (rows === undefined ? file : `${file} (${rows} of this customer)`)).join(', ')}`);

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
