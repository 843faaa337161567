import { formatCount, formatMoney, formatSeconds, formatSigned } from '../display/format-number.ts';
import { createPaint } from '../display/paint.ts';
import { renderTable, type Column } from '../display/render-table.ts';
import type { CycleSummary } from './read-cycle.ts';

const right = (title: string): Column => ({ title, right: true });

/** A cycle as tables; parts that it has not reached are left out. */
export function renderCycle(cycle: CycleSummary, { currency, color, state }: { readonly currency: string; readonly color: boolean; readonly state?: string }): string {
  const paint = createPaint(color);
  const overall = cycle.effects.filter(({ segment }) => segment === 'all');
  const sections = [
    { title: `Cycle ${cycle.shop}/${cycle.cycle}`, lines: [cycle.outcome ?? state ?? 'not finished, or its report is not written yet', `${formatCount(cycle.relations)} relations`] },
    { title: 'Steps', lines: table([{ title: 'step' }, right('rows'), right('time')], cycle.steps.map(({ name, rows, seconds }) => [name, formatCount(rows), formatSeconds(seconds)])) },
    { title: 'Segments', lines: table([{ title: 'segment' }, right('customers'), right('spend each'), right('orders each'), right('days since last')], cycle.segments.map((segment) => [segment.name, formatCount(segment.customers), formatMoney(segment.averageSpend, currency), segment.averageOrders.toFixed(1), segment.averageRecencyDays.toFixed(0)])) },
    { title: 'Models that told who will buy', lines: table([{ title: 'model' }, right('AUC'), right('95 % interval'), right('p'), { title: '' }], cycle.models.map(({ model, isChampion, auc, lower, upper, pValue }) => [model, figure(auc), lower === null ? '' : `${figure(lower)} to ${figure(upper)}`, isChampion ? '' : probability(pValue), isChampion ? 'champion' : ''])) },
    { title: 'Offers', lines: table([{ title: 'segment' }, { title: 'offer' }, right('customers'), right('expected cost')], cycle.offers.map(({ segment, offer, customers, expectedCost }) => [segment, offer, formatCount(customers), formatMoney(expectedCost, currency)])) },
    { title: 'Audience', lines: table([{ title: 'plan' }, { title: 'arm' }, right('customers'), { title: 'why' }], cycle.audience.map(({ decision, arm, why, customers }) => [decision, arm ?? '', formatCount(customers), why ?? ''])) },
    { title: 'Mails', lines: table([{ title: 'arm' }, { title: 'state' }, right('mails')], cycle.sends.map(({ arm, state: became, sends }) => [arm, became, formatCount(sends)])) },
    { title: 'Lift against the holdout', lines: table([{ title: 'metric' }, { title: 'arm' }, right('mailed'), right('held out'), right('lift'), right('95 % interval'), right('p')], overall.map((effect) => [effect.metric, effect.arm, effect.treatedMean.toFixed(4), effect.controlMean.toFixed(4), formatSigned(effect.difference, 4), `${formatSigned(effect.lower, 4)} to ${formatSigned(effect.upper, 4)}`, probability(effect.pValue)])) },
    { title: 'What the next cycle does differently', lines: cycle.decisions.flatMap(({ words, evidence }) => [words, ...(evidence === '' ? [] : [`  because ${evidence}`])]) },
  ];
  return sections.filter(({ lines }) => lines.length > 0).map(({ title, lines }) => [paint.bold(title), ...lines.map((line) => `  ${line}`)].join('\n')).join('\n\n');
}

const figure = (value: number | null): string => value?.toFixed(3) ?? '–';
const probability = (value: number): string => (value < 0.001 ? '<0.001' : value.toFixed(3));
const table = (columns: readonly Column[], rows: readonly (readonly string[])[]): string[] => (rows.length === 0 ? [] : renderTable(columns, rows));
