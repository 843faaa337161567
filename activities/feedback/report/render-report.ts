import { createHash } from 'node:crypto';
import type { StepFigure, StepName } from '../../contract.ts';
import type { Effect } from '../../evaluate/contract.ts';
import { barRows } from './charts/bar-rows.ts';
import { calibrationPlot } from './charts/calibration-plot.ts';
import { forestPlot } from './charts/forest-plot.ts';
import { segmentBubbles } from './charts/segment-bubbles.ts';
import type { CycleReport } from './cycle-report.ts';
import { markup, type Markup } from './markup.ts';
import { reportNumbers, unitOf, type ReportNumbers } from './report-numbers.ts';
import { reportStyle } from './report-style.ts';
import { studySections } from './study-sections.ts';

const states: Readonly<Record<CycleReport['outcome']['state'], string>> = { completed: 'completed', not_approved: 'not approved', stopped: 'stopped', abandoned: 'abandoned' };
const approvals = { approved: 'Approved', rejected: 'Rejected', timed_out: 'Nobody answered in time' } as const;
const decisionKinds = { offer_share: 'offer share', feature_list: 'feature list', mail_policy: 'who is mailed', offer_mix: 'offers', mailed_share: 'how many', no_change: 'no change' } as const;

const isOverall = ({ arm, segment }: Effect): boolean => arm === 'all' && (segment === 'all' || segment === '');
const inWords = (name: string): string => name.replaceAll('_', ' ');

const section = (id: string, title: string, content: Markup): Markup => markup`
<section id="${id}" aria-labelledby="${`${id}-title`}"><h2 id="${`${id}-title`}">${title}</h2>
${content}</section>`;

const figureOf = ({ label, value }: StepFigure, numbers: ReportNumbers): Markup => markup`<div><dt>${label}</dt><dd>${typeof value === 'number' ? numbers.decimal(value, 3) : value}</dd></div>`;

function figuresOf(report: CycleReport, names: readonly StepName[], numbers: ReportNumbers): Markup | null {
  const figures = report.steps.filter(({ name }) => names.includes(name)).flatMap(({ figures: found }) => found);
  return figures.length === 0 ? null : markup`<dl class="tiles">${figures.map((figure) => figureOf(figure, numbers))}</dl>`;
}

function found(report: CycleReport, numbers: ReportNumbers): Markup {
  const { tally, plan } = report.campaign ?? { tally: null, plan: null };
  const main = report.results.measured ? report.results.effects.filter(isOverall).slice(0, 3) : [];
  return section('found', 'What this cycle found', markup`<p class="lead">${report.outcome.words}</p>
<dl class="tiles">
  <div><dt>customers</dt><dd>${numbers.count(report.customers)}<span>in ${numbers.count(report.segmentation.segments.length)} segments</span></dd></div>
  ${plan === null ? null : markup`<div><dt>to be mailed</dt><dd>${numbers.count(plan.toSend)}<span>${numbers.count(plan.holdout)} held out</span></dd></div>`}
  ${tally === null ? null : markup`<div><dt>mails delivered</dt><dd>${numbers.count(tally.delivered)}<span>${numbers.count(tally.handedOver)} more accepted by the relay</span></dd></div>`}
  ${main.map((effect) => {
    const unit = unitOf(effect.metric, report.results.units);
    return markup`<div><dt>${inWords(effect.metric)}, mailed minus holdout</dt><dd>${numbers.difference(effect.difference, unit)}<span>[${numbers.difference(effect.lower, unit)}, ${numbers.difference(effect.upper, unit)}]</span><span>${numbers.pValue(effect.pValue)}</span></dd></div>`;
  })}
</dl>`);
}

function earlier({ earlier: { previousCycle, decisionsInForce } }: CycleReport): Markup {
  if (decisionsInForce.length === 0) return section('earlier', 'What it took from earlier cycles', markup`<p>${previousCycle === null ? 'Nothing: this is the shop’s first cycle.' : `No decision was in force. The last cycle was ${previousCycle}.`}</p>`);
  return section('earlier', 'What it took from earlier cycles', markup`${previousCycle === null ? null : markup`<p>The last cycle was ${previousCycle}. In force from it and those before:</p>`}<ul>${decisionsInForce.map((words) => markup`<li>${words}</li>`)}</ul>`);
}

function data(report: CycleReport, numbers: ReportNumbers): Markup {
  const { tallies, leftOut, findings } = report.data;
  return section('data', 'Data', markup`<p>Every line that was read is either kept or in quarantine with its reason.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Lines by source"><table class="wide"><thead><tr><th scope="col">source</th><th scope="col" class="n">read</th><th scope="col" class="n">kept</th><th scope="col" class="n">quarantined</th><th scope="col">reasons</th></tr></thead><tbody>
${tallies.map(({ table, read, kept, quarantined, reasons }) => markup`<tr><th scope="row">${table}</th><td class="n">${numbers.count(read)}</td><td class="n">${numbers.count(kept)}</td><td class="n">${numbers.count(quarantined)}${read > 0 && quarantined > 0 ? markup` <span class="quiet">${numbers.share(quarantined / read)}</span>` : null}</td><td>${reasons.length === 0 ? '–' : reasons.map(({ reason, rows }, at) => `${at > 0 ? ', ' : ''}${reason} (${numbers.count(rows)})`)}</td></tr>`)}
</tbody></table></div>
${leftOut.length === 0 ? null : markup`<p>No source for: ${leftOut.join(', ')}. What needs them was left out.</p>`}
<h3>Audits</h3>
${findings.length === 0 ? markup`<p>Every audit passed.</p>` : markup`<ul class="plain">${findings.map(({ audit, severity, rows, message }) => markup`<li><span class="${severity}">${severity === 'hold' ? 'Held the cycle' : 'Warning'}</span> <code>${audit}</code>, ${numbers.count(rows)} rows: ${message}</li>`)}</ul>`}
${figuresOf(report, ['collect', 'preprocess', 'profile'], numbers)}`);
}

function segments(report: CycleReport, numbers: ReportNumbers): Markup {
  const { segments: all, silhouette, stability, features, carriedOver, descriptions } = report.segmentation;
  const said = (segment: number) => descriptions.find((description) => description.segment === segment);
  const customers = all.reduce((sum, segment) => sum + segment.customers, 0);
  return section('segments', 'Segments', markup`<p>${carriedOver ? 'No segmentation of this cycle was good enough; the last cycle’s was carried over. ' : ''}Silhouette ${numbers.decimal(silhouette, 3)} <span class="quiet">(−1 to 1, higher is clearer)</span>, stability ${numbers.decimal(stability, 3)} <span class="quiet">(1: other samples give the same segments)</span>${features.length === 0 ? null : markup`, from ${features.map((feature, at) => markup`${at > 0 ? ', ' : ''}<code>${feature}</code>`)}`}.</p>
${barRows('Customers', all.map(({ name, customers: size }) => ({ label: name, value: size, text: numbers.count(size), note: customers > 0 ? numbers.share(size / customers) : '' })))}
<h3>Recency and frequency</h3>
${segmentBubbles(all)}
<div class="scroll" tabindex="0" role="region" aria-label="Segments"><table class="wide"><thead><tr><th scope="col" class="n">no.</th><th scope="col">segment</th><th scope="col" class="n">customers</th><th scope="col" class="n">average spend</th><th scope="col" class="n">average orders</th><th scope="col" class="n">days since last order</th></tr></thead><tbody>
${all.map((segment) => markup`<tr><td class="n">${segment.segment}</td><th scope="row">${segment.name}</th><td class="n">${numbers.count(segment.customers)}</td><td class="n">${numbers.money(segment.averageSpend)}</td><td class="n">${numbers.decimal(segment.averageOrders)}</td><td class="n">${numbers.decimal(segment.averageRecencyDays, 1)}</td></tr>`)}
</tbody></table></div>
${descriptions.length === 0 ? null : markup`<h3>How to tell them apart</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Rules that describe the segments"><table class="wide"><thead><tr><th scope="col">segment</th><th scope="col">customers of whom</th><th scope="col" class="n">of these in it</th><th scope="col" class="n">of it found</th></tr></thead><tbody>
${all.map(({ segment, name }) => ({ name, description: said(segment) })).map(({ name, description }) => (description === undefined ? null : markup`<tr><th scope="row">${name}</th><td>${description.rule}</td><td class="n">${numbers.share(description.precision)}</td><td class="n">${numbers.share(description.recall)}</td></tr>`))}
</tbody></table></div>`}
${figuresOf(report, ['analyse'], numbers)}`);
}

const metricNames: Readonly<Record<string, string>> = {
  auc: 'area under the ROC curve', average_precision: 'average precision', accuracy: 'accuracy', precision: 'precision', recall: 'recall', f1: 'F1', log_loss: 'log loss', brier: 'Brier score', lift_at_decile: 'lift of the best tenth',
};
const mostImportances = 8;

function prediction({ prediction: told }: CycleReport, numbers: ReportNumbers): Markup {
  if (told === null) return section('prediction', 'Who will buy', markup`<p>Nothing to learn from yet: everybody or nobody bought.</p>`);
  const { days, models, calibration, importances } = told;
  const figures = models[0]?.figures.map(({ metric }) => metric) ?? [];
  return section('prediction', 'Who will buy', markup`<p>Probability to buy within ${days} days, learned from earlier customers and judged on others, later. <strong>${models.find(({ isChampion }) => isChampion)?.name ?? '–'}</strong> is used.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Models compared"><table class="wide"><thead><tr><th scope="col">figure, with 95 % interval</th>${models.map(({ name, isChampion }) => markup`<th scope="col" class="n">${name}${isChampion ? ' (used)' : ''}</th>`)}</tr></thead><tbody>
${figures.map((metric) => markup`<tr><th scope="row">${metricNames[metric] ?? inWords(metric)}</th>${models.map((model) => {
    const figure = model.figures.find((one) => one.metric === metric);
    return markup`<td class="n">${figure === undefined ? '–' : markup`${numbers.decimal(figure.value, 3)} <span class="quiet">[${numbers.decimal(figure.lower, 3)}, ${numbers.decimal(figure.upper, 3)}]</span>`}</td>`;
  })}</tr>`)}
</tbody></table></div>
${calibration.length === 0 ? null : markup`<h3>Told and came</h3>${calibrationPlot(calibration)}`}
${importances.length === 0 ? null : barRows('What it relies on: AUC lost when a feature is shuffled', importances.slice(0, mostImportances).map(({ feature, aucLost }) => ({ label: inWords(feature), value: Math.max(aucLost, 0), text: numbers.decimal(aucLost, 4) })))}`);
}

function rules(report: CycleReport, numbers: ReportNumbers): Markup {
  if (report.rules.length === 0) return section('rules', 'Bought together', markup`<p>No pair was frequent enough.</p>`);
  return section('rules', 'Bought together', markup`<div class="scroll" tabindex="0" role="region" aria-label="Association rules"><table class="wide"><thead><tr><th scope="col">who buys</th><th scope="col">also buys</th><th scope="col" class="n">orders</th><th scope="col" class="n">support</th><th scope="col" class="n">confidence</th><th scope="col" class="n">lift</th></tr></thead><tbody>
${report.rules.map(({ left, right, orders, support, confidence, lift }) => markup`<tr><th scope="row">${left}</th><td>${right}</td><td class="n">${numbers.count(orders)}</td><td class="n">${numbers.share(support)}</td><td class="n">${numbers.share(confidence)}</td><td class="n">${numbers.decimal(lift)} ×</td></tr>`)}
</tbody></table></div>
<p class="quiet">Support: share of all orders with both. Confidence: share of the orders with the first that hold the second. Lift: confidence over what chance would give.</p>`);
}

function campaign(report: CycleReport, numbers: ReportNumbers): Markup {
  if (report.campaign === null) return section('campaign', 'Campaign', markup`<p>No campaign was planned.</p>`);
  const { plan, approval, tally, funnel } = report.campaign;
  const left = plan.leftOut.filter(({ customers }) => customers > 0);
  return section('campaign', 'Campaign', markup`<p>${numbers.count(plan.toSend)} to mail, ${numbers.count(plan.holdout)} held out. Expected to cost ${numbers.money(plan.expectedCost)} of a budget of ${numbers.money(plan.budget)}${plan.budget > 0 ? ` (${numbers.share(plan.expectedCost / plan.budget)})` : ''}.</p>
${approval === null ? null : markup`<p>${approvals[approval.decision]}${approval.decision === 'timed_out' ? '' : ` by ${approval.by}`}, ${numbers.time(approval.at)}${approval.comment === '' ? '' : `: “${approval.comment}”`}. Plan <code>${plan.hash.slice(0, 16)}</code>.</p>`}
<div class="scroll" tabindex="0" role="region" aria-label="Offers by segment"><table><thead><tr><th scope="col">segment</th><th scope="col">offer</th><th scope="col" class="n">customers</th><th scope="col" class="n">expected cost</th></tr></thead><tbody>
${plan.offers.map(({ segment, offer, customers, cost }) => markup`<tr><th scope="row">${segment}</th><td>${offer}</td><td class="n">${numbers.count(customers)}</td><td class="n">${numbers.money(cost)}</td></tr>`)}
</tbody></table></div>
<div class="pair"><div>${barRows('Why customers were left out', left.map(({ reason, customers }) => ({ label: inWords(reason), value: customers, text: numbers.count(customers) })))}${left.length === 0 ? markup`<p class="quiet">Nobody was.</p>` : null}</div>
<div>${funnel === null ? null : funnelOf(funnel, numbers)}</div></div>
${tally === null ? markup`<p>Nothing was sent.</p>` : markup`<h3>Sends by state</h3><dl class="tiles">${tallied(tally).map(([label, value]) => markup`<div><dt>${label}</dt><dd>${numbers.count(value)}</dd></div>`)}</dl>`}
${figuresOf(report, ['campaign'], numbers)}`);
}

function funnelOf(funnel: NonNullable<NonNullable<CycleReport['campaign']>['funnel']>, numbers: ReportNumbers): Markup {
  const of = (value: number): string => (funnel.delivered > 0 ? numbers.share(value / funnel.delivered) : '');
  const row = (label: string, value: number) => ({ label, value, text: numbers.count(value), note: of(value) });
  return markup`${barRows('What recipients did', [row('delivered', funnel.delivered), row('opened', funnel.opened), row('clicked', funnel.clicked), row('redeemed', funnel.redeemed), row('unsubscribed', funnel.unsubscribed)])}
<p class="quiet">Share of the delivered; each recipient counts once. ${numbers.count(funnel.byPrograms)} opens and clicks by programs are not counted.</p>`;
}

/** States nobody is in say nothing; delivered is always told. */
const tallied = (tally: NonNullable<NonNullable<CycleReport['campaign']>['tally']>): readonly (readonly [string, number])[] => ([
  ['delivered', tally.delivered], ['handed over', tally.handedOver], ['soft bounced', tally.softBounced], ['hard bounced', tally.hardBounced], ['complained', tally.complained],
  ['failed', tally.failed], ['suppressed', tally.suppressed], ['in doubt', tally.inDoubt], ['planned', tally.planned], ['claimed', tally.claimed],
] as const).filter(([label, value]) => value > 0 || label === 'delivered');

function results(report: CycleReport, numbers: ReportNumbers): Markup {
  const { measured, why, from, to, effects, confidence, units } = report.results;
  const window = from === null || to === null ? '' : `From ${numbers.wallDay(from)} to ${numbers.wallDay(to)}. `;
  const figures = figuresOf(report, ['evaluate'], numbers);
  if (!measured) return section('results', 'Results', markup`<p>${window}Not measured${why === '' ? '.' : `, because ${why}`}</p>${figures}`);
  const metrics = [...new Set(effects.map(({ metric }) => metric))];
  return section('results', 'Results', markup`<p>${window}${why}</p>
${metrics.map((metric) => {
    const those = effects.filter((effect) => effect.metric === metric);
    return forestPlot(metric, [...those.filter(isOverall), ...those.filter((effect) => !isOverall(effect))], unitOf(metric, units), confidence, numbers);
  })}
<p class="quiet">Means per customer over the window. A filled mark: the interval leaves out zero, over several segments by Holm’s p-value. pp: percentage points. Revenue corrected: what the same customers spent before their first mail is taken out of both sides (CUPED), which narrows the interval.</p>
${figures}`);
}

function decisions(report: CycleReport): Markup {
  if (report.decisions.length === 0) return section('decisions', 'Decisions', markup`<p>None was made.</p>`);
  return section('decisions', 'Decisions', markup`<p>What the next cycle will read.</p><ul class="plain">${report.decisions.map(({ id, kind, subject, words, evidence }) => markup`<li class="decision"><strong>${words}</strong>${decisionKinds[kind]}${subject === '' ? '' : `: ${subject}`}. Evidence: ${evidence}<br><code class="quiet">${id}</code></li>`)}</ul>`);
}

const steps = (report: CycleReport, numbers: ReportNumbers): Markup => section('steps', 'Steps', markup`
${barRows('Seconds by step', report.steps.map(({ name, seconds, rows }) => ({ label: name, value: seconds, text: numbers.seconds(seconds), note: `${numbers.count(rows)} rows` })))}
<p class="quiet">Together ${numbers.seconds(report.steps.reduce((sum, { seconds }) => sum + seconds, 0))} of work.</p>
${figuresOf(report, ['feedback'], numbers)}`);

const lineage = (report: CycleReport, numbers: ReportNumbers): Markup => section('lineage', 'Lineage', markup`<p>Every relation of the cycle, with the fingerprint of what made it.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Relations"><table class="wide"><thead><tr><th scope="col">relation</th><th scope="col" class="n">rows</th><th scope="col" class="n">size</th><th scope="col">fingerprint</th><th scope="col" class="n">made in</th></tr></thead><tbody>
${report.lineage.map(({ relation, rows, bytes, fingerprint, seconds }) => markup`<tr><th scope="row"><code>${relation}</code></th><td class="n">${numbers.count(rows)}</td><td class="n">${numbers.bytes(bytes)}</td><td><code>${fingerprint.slice(0, 16)}</code></td><td class="n">${numbers.seconds(seconds)}</td></tr>`)}
</tbody></table></div>`);

const parts = [['found', 'Found'], ['earlier', 'Earlier cycles'], ['data', 'Data'], ['segments', 'Segments'], ['prediction', 'Who will buy'], ['rules', 'Bought together'], ['campaign', 'Campaign'], ['results', 'Results'], ['decisions', 'Decisions'], ['steps', 'Steps'], ['lineage', 'Lineage']] as const;

/**
 * The report of one cycle as one HTML file that loads nothing: readable light, dark and on paper, on a phone, and without script.
 * Its own policy lets no script run, whatever a product title says.
 */
export function renderReport(report: CycleReport): string {
  const numbers = reportNumbers(report);
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(reportStyle).digest('base64')}'; base-uri 'none'; form-action 'none'`;
  const studies = report.studies === undefined ? [] : studySections(report.studies, numbers);
  const title = `${report.shopName}, ${report.cycle}`;
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><title>${title}</title><style>${{ markup: reportStyle }}</style></head>
<body><header><h1>${title}</h1><p><span class="${report.outcome.state === 'completed' ? 'state' : 'state other'}">${states[report.outcome.state]}</span> <span class="quiet">knows what happened before ${numbers.wallTime(report.asOf)}, ${report.timeZone}</span></p>
<nav aria-label="Sections">${parts.map(([id, label]) => markup`<a href="#${id}">${label}</a>`)}${studies.map(({ id, title: label }) => markup`<a href="#${id}">${label}</a>`)}</nav></header>
<main>${[
    found(report, numbers), earlier(report), data(report, numbers), segments(report, numbers), prediction(report, numbers), rules(report, numbers),
    campaign(report, numbers), results(report, numbers), ...studies.map(({ id, title: label, content }) => section(id, label, content)), decisions(report), steps(report, numbers), lineage(report, numbers),
  ]}</main>
<footer><p>Made ${numbers.time(report.madeAt)} by Clientele ${report.version}. Relations: <code>${report.shop}/${report.cycle}/</code> in the lake; fingerprints in full in <code>manifest.json</code>.</p></footer></body></html>
`.markup;
}
