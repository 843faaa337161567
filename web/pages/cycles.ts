import { html } from 'hono/html';
import { reportNumbers } from '../../activities/feedback/report/report-numbers.ts';
import type { CycleProgress } from '../../workflows/progress.ts';
import type { AppParts, CycleRun } from '../app-parts.ts';
import { actionForm, byField } from '../parts/action-form.ts';
import { cycleProgress } from '../parts/cycle-progress.ts';
import { cyclePath, type Content, type Screen } from '../parts/screen.ts';
import { table } from '../parts/table.ts';

const numbers = reportNumbers({ currency: 'EUR', timeZone: 'UTC' });

/** The cycles that run now, each with its steps; sent again as they go. */
export function runningCycles(screen: Screen, running: readonly CycleProgress[]): Content {
  const { t, root } = screen;
  if (running.length === 0) return html`<p class="quiet">${t('No cycle runs now. Start one with')} <code>npm run cycle -- --shop …</code>${t(', or wait for the schedule.')}</p>`;
  return html`${running.map((progress) => html`<article><h3><a href="${root}/cycles/${progress.shop}/${progress.cycle}">${progress.shop} · ${progress.cycle}</a></h3>${cycleProgress(screen, progress)}</article>`)}`;
}

interface PastCycle { readonly shop: string; readonly cycle: string; readonly outcome: string; readonly hasReport: boolean; readonly seconds: number | null; readonly run?: CycleRun }

/** Cycles: what runs now step by step, and the history. */
export function cyclesPage(screen: Screen, { running, runs, connected }: { readonly running: readonly CycleProgress[]; readonly runs: readonly CycleRun[]; readonly connected: boolean }): Content {
  const { t, root } = screen;
  const known = new Map<string, PastCycle>(screen.cycles.map((one) => [`${one.shop}/${one.cycle}`, one]));
  for (const run of runs) {
    const key = `${run.shop}/${run.cycle}`;
    const there = known.get(key) ?? { shop: run.shop, cycle: run.cycle, outcome: '', hasReport: false, seconds: null };
    if (there.run === undefined) known.set(key, { ...there, run });
  }
  const history = [...known.values()].sort((a, b) => b.cycle.localeCompare(a.cycle) || a.shop.localeCompare(b.shop));
  return html`<section class="card"><h2>${t('Running now')}</h2>${connected ? html`<div data-live="${root}/live/cycles">${runningCycles(screen, running)}</div>` : html`<p class="warn">${t('This process has no connection to Temporal, so it cannot say what runs.')}</p>`}<noscript><p><a href="${root}/">${t('Look again')}</a></p></noscript></section>
<section class="card"><h2>${t('History')}</h2>${table({
    caption: t('Cycles'), empty: t('There is none yet. Start one with npm run quickstart, or npm run cycle -- --shop <name>.'),
    columns: [{ label: t('cycle'), kind: 'name' }, { label: t('shop'), kind: 'name' }, { label: t('state') }, { label: t('outcome') }, { label: t('duration'), kind: 'n' }, { label: t('report') }],
    rows: history.map(({ shop, cycle, outcome, hasReport, seconds: kept, run }) => {
      const seconds = run?.closedAt === undefined ? kept ?? Number.NaN : (Date.parse(run.closedAt) - Date.parse(run.startedAt)) / 1000;
      return [
        html`<a href="${root}/cycles/${shop}/${cycle}">${cycle}</a>`, shop, t(run?.status ?? (hasReport ? 'completed' : 'unknown')), outcome === '' ? (hasReport ? t('see the report') : t('no report yet')) : outcome,
        { text: Number.isNaN(seconds) ? '–' : numbers.seconds(seconds), value: Number.isNaN(seconds) ? 0 : seconds }, hasReport ? html`<a href="${root}/reports/${shop}/${cycle}">${t('report')}</a>` : '–',
      ];
    }),
  })}</section>`;
}

/** One cycle: its steps, what it waits for, and for operators the way on. */
export async function cyclePage(screen: Screen, parts: AppParts, at: { readonly shop: string; readonly cycle: string }, progress: CycleProgress | undefined): Promise<Content> {
  const { t, root } = screen;
  const inLake = screen.cycles.find(({ shop, cycle }) => shop === at.shop && cycle === at.cycle);
  const alive = progress !== undefined && (progress.state === 'running' || progress.state === 'held');
  const path = (what: string): string => `${root}/cycles/${at.shop}/${at.cycle}/${what}`;
  return html`<section class="card"><h2>${t('Steps')}</h2>${progress === undefined ? html`<p class="quiet">${t('Its workflow is not on the server any more; what it wrote is in the lake.')}</p>` : html`<div${alive ? html` data-live="${root}/live/cycles/${at.shop}/${at.cycle}"` : ''}>${cycleProgress(screen, progress)}</div>`}
${progress?.waitsFor !== 'repair' ? '' : actionForm(screen, 'operator', path('resume'), html`<p>${t('When the cause is mended:')}</p><button>${t('Resume')}</button>`)}
${!alive ? '' : html`<details><summary>${t('End this cycle')}</summary>${actionForm(screen, 'operator', path('abandon'), html`${byField(screen, 'abandon-by')}<label for="reason">${t('Reason')}</label><input id="reason" name="reason" required maxlength="300"><button class="other">${t('Abandon')}</button>`) || html`<p class="quiet">${t('An operator can.')}</p>`}</details>`}</section>
<section class="card"><h2>${t('What it found')}</h2><p>${inLake?.outcome || t('Nothing yet.')}</p><ul>${inLake?.hasReport === true ? html`<li><a href="${root}/reports/${at.shop}/${at.cycle}">${t('The report')}</a></li>` : ''}${inLake === undefined ? '' : html`<li><a href="${cyclePath(screen, at, 'results')}">${t('Results')}</a></li><li><a href="${cyclePath(screen, at, 'segments')}">${t('Segments')}</a></li><li><a href="${cyclePath(screen, at, 'data')}">${t('Data quality')}</a></li><li><a href="${root}/api/cycles/${at.shop}/${at.cycle}/relations">${t('Relations')}</a> <span class="quiet">JSON, CSV, Arrow</span></li>`}</ul>
<p class="quiet">${t('The same relations and durations are in {place}.', { place: `${parts.warehouse.lake.split('/').at(-1) ?? ''}/${at.shop}/${at.cycle}/manifest.json` })}</p></section>`;
}
