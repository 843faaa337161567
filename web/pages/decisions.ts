import { html } from 'hono/html';
import type { ConsolePage } from '../parts/console-page.ts';
import { cyclePath } from '../parts/screen.ts';
import { table } from '../parts/table.ts';
import { readDecisions } from '../reads/read-decisions.ts';

/** Decisions: what feedback changed, why, from which evidence, by which rule, and what of it is in force. */
export const decisionsPage: ConsolePage = {
  section: 'decisions', title: 'Decisions', charts: false,
  async show({ view, parts, screen, screen: { t }, numbers }) {
    const decisions = await readDecisions(parts.ledger, view.shop);
    const inForce = decisions.filter(({ force }) => force);
    return html`<section class="card"><h2>${t('In force')}</h2>${inForce.length === 0 ? html`<p class="quiet">${t('None: every cycle so far goes by shop.yaml. Decisions come with the step feedback.')}</p>` : html`<ul class="plain">${inForce.map((row) => html`<li><strong>${row.words}</strong><br><span class="quiet">${t('since {cycle}, by the rule {rule}', { cycle: row.cycle, rule: row.rule })}</span></li>`)}</ul>`}</section>
<section class="card"><h2>${t('All decisions')}</h2>${table({
      caption: t('Decisions'), empty: t('No cycle of this shop has decided anything yet.'),
      columns: [{ label: t('cycle'), kind: 'name' }, { label: t('decision') }, { label: t('because') }, { label: t('rule') }, { label: t('by') }, { label: t('when'), kind: 'name' }, { label: t('state') }],
      rows: decisions.map((row) => [html`<a href="${cyclePath(screen, { shop: view.shop, cycle: row.cycle }, 'results')}">${row.cycle}</a>`, row.kind === 'no_change' ? t('No change because: {words}', { words: row.words }) : row.words, row.evidence, row.rule, row.actor, { text: numbers.time(row.madeAt.toISOString()), value: row.madeAt.toISOString() }, row.undoneAt !== null ? t('undone') : row.force ? t('in force') : row.kind === 'no_change' ? '–' : t('replaced')]),
    })}</section>`;
  },
};
