import { html } from 'hono/html';
import { reportNumbers } from '../../activities/feedback/report/report-numbers.ts';
import type { CycleProgress } from '../../workflows/progress.ts';
import { cyclePath, type Content, type Screen } from './screen.ts';
import { table } from './table.ts';

/** Only counts and durations are shown, so neither currency nor zone matters. */
const numbers = reportNumbers({ currency: 'EUR', timeZone: 'UTC' });

/** What a person can do about what a cycle waits for. */
function nextStep(screen: Screen, progress: CycleProgress): Content | string {
  const { t, root } = screen;
  const { shop, cycle, waitsFor, held } = progress;
  if (waitsFor === 'approval') return html`<p class="ask"><strong>${t('Waits for approval.')}</strong> <a href="${cyclePath(screen, progress, 'campaigns')}">${t('Look at the plan and decide')}</a></p>`;
  if (waitsFor === 'repair') return html`<p class="ask hold"><strong>${t('Held: {code}.', { code: held?.code ?? '' })}</strong> ${held?.message ?? ''} <a href="${root}/cycles/${shop}/${cycle}">${t('Resume or abandon')}</a></p>`;
  if (waitsFor === 'relay') return html`<p class="ask warn">${t('Waits for the mail relay; it goes on by itself when the relay answers.')}</p>`;
  if (waitsFor === 'outcomes') return html`<p class="ask">${progress.window === undefined ? t('Waits for outcomes.') : t('Waits for what customers do until {to}.', { to: numbers.wallTime(progress.window.to) })}</p>`;
  return '';
}

/** A cycle step by step: rows, seconds, notes, and what it waits for. */
export function cycleProgress(screen: Screen, progress: CycleProgress): Content {
  const { t } = screen;
  const done = progress.steps.filter(({ state }) => state === 'done' || state === 'skipped').length;
  return html`<p><span class="state ${progress.state === 'running' || progress.state === 'finished' ? '' : 'other'}">${t(progress.state)}</span> <span class="quiet">${t('{done} of {all} steps', { done, all: progress.steps.length })}</span></p>
<progress max="${progress.steps.length}" value="${done}" aria-label="${t('Steps done')}"></progress>
${nextStep(screen, progress)}
${table({
    caption: t('Steps'), empty: '', sortable: false, columns: [{ label: t('step'), kind: 'name' }, { label: t('state'), kind: 'name' }, { label: t('rows'), kind: 'n' }, { label: t('duration'), kind: 'n' }, { label: t('notes') }],
    rows: progress.steps.map((step) => [
      t(step.name), html`<span class="dot ${step.state}" aria-hidden="true"></span>${t(step.state)}`, step.rows === 0 ? '–' : numbers.count(step.rows), step.seconds === 0 ? '–' : numbers.seconds(step.seconds),
      step.note === '' && step.figures.length === 0 ? '' : html`${step.note}${step.figures.length === 0 ? '' : html`<span class="figures">${step.figures.map(({ label, value }) => html`<span>${label} <b>${typeof value === 'number' ? numbers.decimal(value, 3) : value}</b></span>`)}</span>`}`,
    ]),
  })}
${progress.warnings.map((words) => html`<p class="warn">${words}</p>`)}`;
}
