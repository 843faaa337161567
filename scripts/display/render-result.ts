import type { Effect } from '../../activities/evaluate/contract.ts';
import type { CycleResult } from '../../workflows/cycle-result.ts';
import { formatCount, formatMoney, formatSigned } from './format-number.ts';
import { createPaint } from './paint.ts';
import { renderTable } from './render-table.ts';

/** Effects of a simulated week that only its simulator knows, by metric. */
export type TrueEffects = Readonly<Record<string, number>>;

export interface ResultView {
  readonly currency: string;
  readonly color: boolean;
  /** What the letters did; undefined where the lake is not at hand. */
  readonly effects?: readonly Effect[];
  readonly truth?: TrueEffects;
  /** Label and path or address, in the order they are shown. */
  readonly places: readonly { readonly label: string; readonly where: string }[];
}

/** What came of a cycle: segments, campaign, mails, lift, decisions, and where to look next. Sections of steps that were not reached are left out. */
export function renderResult(result: CycleResult, { currency, color, effects, truth, places }: ResultView): string {
  const paint = createPaint(color);
  const sections = [
    { title: 'Taken from earlier cycles', lines: result.decisionsInForce ?? [] },
    segmentLines(result, currency), campaignLines(result, currency), liftLines(result, effects, truth), decisionLines(result),
    { title: 'Where to look next', lines: renderTable([{ title: '' }, { title: '' }], places.map(({ label, where }) => [label, where])).slice(1) },
  ];
  return sections.filter(({ lines }) => lines.length > 0).map(({ title, lines }) => [paint.bold(title), ...lines.map((line) => `  ${line}`)].join('\n')).join('\n\n');
}

interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

function segmentLines({ segments = [], silhouette }: CycleResult, currency: string): Section {
  const columns = [{ title: 'segment' }, { title: 'customers', right: true }, { title: 'spend each', right: true }, { title: 'orders each', right: true }, { title: 'days since last', right: true }];
  const rows = [...segments].sort((one, other) => other.averageSpend - one.averageSpend)
    .map((segment) => [segment.name, formatCount(segment.customers), formatMoney(segment.averageSpend, currency), segment.averageOrders.toFixed(1), segment.averageRecencyDays.toFixed(0)]);
  return { title: `Segments${silhouette === undefined ? '' : ` (silhouette ${silhouette.toFixed(3)})`}`, lines: rows.length === 0 ? [] : renderTable(columns, rows) };
}

function campaignLines({ campaign }: CycleResult, currency: string): Section {
  if (campaign === undefined) return { title: 'Campaign', lines: [] };
  const { plan, decision, by, dispatch } = campaign;
  const offers = renderTable(
    [{ title: 'segment' }, { title: 'offer' }, { title: 'customers', right: true }, { title: 'expected cost', right: true }],
    plan.offers.map(({ segment, offer, customers, cost }) => [segment, offer, formatCount(customers), formatMoney(cost, currency)]),
  );
  const words = { approved: `approved by ${by}`, rejected: `rejected by ${by}`, timed_out: 'nobody approved it in time', nobody_to_mail: 'nobody to mail' };
  return {
    title: `Campaign ${plan.campaign}`,
    lines: [
      ...(plan.offers.length > 0 ? offers : []),
      `expected cost ${formatMoney(plan.expectedCost, currency)} of a budget of ${formatMoney(plan.budget, currency)}; ${formatCount(plan.holdout)} held out; ${words[decision]}`,
      ...plan.leftOut.map(({ reason, customers }) => `${formatCount(customers)} left out: ${reason}`),
      dispatch === undefined ? 'no mail was sent' : mailWords(dispatch),
    ],
  };
}

function mailWords({ delivered, handedOver, softBounced, hardBounced, failed, suppressed, complained, inDoubt, planned, claimed }: NonNullable<NonNullable<CycleResult['campaign']>['dispatch']>): string {
  const rest = { 'accepted by the relay': handedOver, 'bounced softly': softBounced, bounced: hardBounced, failed, suppressed, complained, 'in doubt': inDoubt, 'not sent': planned + claimed };
  const others = Object.entries(rest).filter(([, count]) => count > 0).map(([words, count]) => `${formatCount(count)} ${words}`);
  return [`${formatCount(delivered)} mails delivered`, ...others].join(', ');
}

function liftLines({ evaluation }: CycleResult, effects: readonly Effect[] | undefined, truth: TrueEffects | undefined): Section {
  if (evaluation === undefined) return { title: 'Lift', lines: [] };
  if (!evaluation.measured) return { title: 'Lift', lines: [`not measured: ${evaluation.why}`] };
  if (effects === undefined) return { title: 'Lift', lines: ['measured; the report has it, which is not on this machine'] };
  const overall = effects.filter(({ segment }) => segment === 'all');
  const columns = [{ title: 'metric' }, { title: 'arm' }, { title: 'mailed', right: true }, { title: 'held out', right: true }, { title: 'lift', right: true }, { title: '95 % interval', right: true }, { title: 'p', right: true }, ...(truth === undefined ? [] : [{ title: 'true effect', right: true }])];
  const rows = overall.map((effect) => [
    effect.metric, effect.arm, effect.treatedMean.toFixed(4), effect.controlMean.toFixed(4), formatSigned(effect.difference, 4), `${formatSigned(effect.lower, 4)} to ${formatSigned(effect.upper, 4)}`, effect.pValue < 0.001 ? '<0.001' : effect.pValue.toFixed(3),
    ...(truth === undefined ? [] : [trueEffect(effect, truth)]),
  ]);
  return { title: 'Lift against the holdout', lines: rows.length === 0 ? ['no effect was measured over all customers'] : renderTable(columns, rows) };
}

function trueEffect({ metric, arm }: Effect, truth: TrueEffects): string {
  const value = arm === 'all' ? truth[metric] : truth[`${metric}/${arm}`];
  return value === undefined ? '' : formatSigned(value, 4);
}

function decisionLines({ decisions = [] }: CycleResult): Section {
  return { title: 'What the next cycle does differently', lines: decisions.flatMap(({ words, evidence }) => [words, `  because ${evidence}`]) };
}
