import { html } from 'hono/html';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import { cycleId, sendId } from '../../workflows/ids.ts';
import type { WaitingPlan } from '../app-parts.ts';
import { actionForm, byField } from '../parts/action-form.ts';
import type { ConsolePage, PageInput } from '../parts/console-page.ts';
import { pager, pageNumber, pageSize } from '../parts/pager.ts';
import { cyclePath, type Content, type Screen } from '../parts/screen.ts';
import { sendingState } from '../parts/sending-state.ts';
import { table } from '../parts/table.ts';
import { tiles } from '../parts/tiles.ts';
import { previousCycle } from '../reads/previous-cycle.ts';
import { campaignName } from '../reads/sending-of.ts';
import { readApprovals, readSendStates } from '../reads/read-campaign.ts';

/** Campaigns: the plan, who gets a letter and who does not and why, the letters themselves, the marketers' word, and the sending. */
export const campaignsPage: ConsolePage = {
  section: 'campaigns', title: 'Campaigns', charts: false,
  async show(input) {
    const { view, parts, screen: { t } } = input;
    // A worker that does not answer takes the question away, not the page.
    const progress = await parts.temporal?.progress(cycleId(view.shop, view.cycle)).catch(tell(input));
    const waits = progress?.waitsFor === 'approval' ? progress.plan : undefined;
    if (!view.has('plan.recipients')) return html`<div class="card"><p>${t('This cycle has no plan yet. It comes with the step campaign.')}</p></div>`;
    return html`${waits === undefined ? '' : question(input, waits)}
${await sendingCard(input)}
${await planCard(input)}
${await lettersCard(input)}
${await whoCard(input)}
${await approvalsCard(input)}`;
  },
};

const tell = ({ parts }: Pick<PageInput, 'parts'>) => (error: unknown): undefined => { parts.onError(error); };

function question({ view, screen, screen: { t }, numbers }: PageInput, plan: WaitingPlan): Content {
  const decide = (decision: string): string => cyclePath(screen, view, `campaigns/${decision}`);
  return html`<section class="card asks"><h2>${t('This plan waits for your word')}</h2>
<p class="lead">${t('{send} customers get a letter, {holdout} are held out to measure what the letters do. The offers are expected to cost {cost} of {budget}.', { send: numbers.count(plan.toSend), holdout: numbers.count(plan.holdout), cost: numbers.money(plan.expectedCost), budget: numbers.money(plan.budget) })}</p>
<p>${t('Look at the letters and at who gets them below, then decide. Nothing is sent before.')}</p>
${actionForm(screen, 'marketer', decide('decide'), html`<input type="hidden" name="hash" value="${plan.hash}">${byField(screen, 'by')}<label for="comment">${t('Comment')}</label><textarea id="comment" name="comment" maxlength="500" rows="2"></textarea><button name="decision" value="approve">${t('Approve and send')}</button><button class="other" name="decision" value="reject">${t('Reject')}</button>`) || html`<p class="quiet">${t('A marketer or operator decides.')}</p>`}
<p class="quiet">${t('Plan')} <code>${plan.hash}</code></p></section>`;
}

async function sendingCard({ view, parts, screen, screen: { t, root } }: PageInput): Promise<Content | string> {
  const name = parts.temporal === undefined ? '' : await campaignName(parts.temporal, view).catch(tell({ parts })) ?? '';
  const sending = name === '' ? undefined : await parts.temporal?.sending(sendId(view.shop, view.cycle, name)).catch(tell({ parts }));
  const states = await readSendStates(parts.ledger, view);
  if (sending === undefined && states.length === 0) return '';
  const arms = [...new Set(states.map(({ arm }) => arm))];
  const kinds = [...new Set(states.map(({ state }) => state))];
  const under = sending !== undefined && ['sending', 'paused', 'waiting for the relay', 'settling'].includes(sending.state);
  return html`<section class="card"><h2>${t('Sending')}</h2>${sending === undefined || !under ? '' : html`<div data-live="${root}/live/sending/${view.shop}/${view.cycle}/${name}">${sendingState(screen, sending)}</div>${sendingForms(screen, view, sending.state === 'paused', sending.mailsPerSecond)}`}
${table({
    caption: t('Letters by arm and state'), empty: t('No letter was handed to the relay yet.'), columns: [{ label: t('arm') }, ...kinds.map((kind) => ({ label: t(kind.replaceAll('_', ' ')), kind: 'n' as const }))],
    rows: arms.map((arm) => [arm, ...kinds.map((kind) => { const count = states.find((row) => row.arm === arm && row.state === kind)?.sends ?? 0; return { text: String(count), value: count }; })]),
  })}</section>`;
}

function sendingForms(screen: Screen, at: { readonly shop: string; readonly cycle: string }, paused: boolean, rate: number): Content {
  const { t } = screen;
  const path = (what: string): string => cyclePath(screen, at, `campaigns/${what}`);
  return html`<div class="row">${actionForm(screen, 'marketer', path(paused ? 'continue' : 'pause'), html`<button>${paused ? t('Go on') : t('Pause')}</button>`)}
${actionForm(screen, 'marketer', path('rate'), html`<label for="rate">${t('Letters a second')}</label><input id="rate" name="rate" type="number" min="0.1" max="10000" step="any" required value="${rate}"><button class="plain">${t('Change')}</button>`)}
${actionForm(screen, 'marketer', path('cancel'), html`<label class="check"><input type="checkbox" name="sure" value="yes" required> ${t('Send no further letter of this campaign')}</label><button class="other">${t('Stop for good')}</button>`)}</div>`;
}

async function planCard({ lake, view, screen, screen: { t }, settings, numbers }: PageInput): Promise<Content> {
  const [sum] = await view.rows<Record<'send' | 'holdout' | 'none' | 'cost' | 'revenue', number>>("select count_if(decision = 'send') as send, count_if(decision = 'holdout') as holdout, count_if(decision = 'none') as none, coalesce(sum(expected_cost::decimal(18, 6)) filter (where decision = 'send'), 0)::double as cost, coalesce(sum(expected_revenue::decimal(18, 4)) filter (where decision = 'send'), 0)::double as revenue from plan.recipients");
  const offers = await view.rows<{ segment_name: string; offer: string; arm: string; customers: number; cost: number; probability: number }>("select segment_name, offer, arm, count(*) as customers, sum(expected_cost::decimal(18, 6))::double as cost, (sum(probability::decimal(18, 9)) / count(*))::double as probability from plan.recipients where decision = 'send' group by all order by segment_name, offer, arm");
  const before = previousCycle(screen.cycles, view);
  const earlier = before === undefined ? undefined : await lake.view(view.shop, before);
  let change: Content | string = '';
  if (earlier?.has('plan.recipients') === true) {
    await view.beside(earlier, ['plan.recipients']);
    const [diff] = await view.rows<Record<'fresh' | 'again' | 'gone', number>>("with present as (select customer_id from plan.recipients where decision = 'send'), past as (select customer_id from before.recipients where decision = 'send') select count_if(past.customer_id is null) as fresh, count_if(past.customer_id is not null and present.customer_id is not null) as again, count_if(present.customer_id is null) as gone from present full join past using (customer_id)");
    if (diff !== undefined) change = html`<p>${t('Beside {before}: {fresh} get a letter who got none, {again} get one again, {gone} get none any more.', { before: before!, fresh: numbers.count(diff.fresh), again: numbers.count(diff.again), gone: numbers.count(diff.gone) })}</p>`;
  }
  const figures = sum ?? { send: 0, holdout: 0, none: 0, cost: 0, revenue: 0 };
  return html`<section class="card"><h2>${t('The plan')}</h2>${tiles([
    { label: t('letters'), value: numbers.count(figures.send) }, { label: t('held out'), value: numbers.count(figures.holdout) }, { label: t('left out'), value: numbers.count(figures.none) },
    { label: t('expected cost'), value: numbers.money(figures.cost), note: t('of {budget}', { budget: numbers.money(settings.campaign.budget) }) }, { label: t('expected revenue'), value: numbers.money(figures.revenue) },
  ])}${change}${table({
    caption: t('Offers'), captioned: true, empty: t('Nobody gets a letter.'), columns: [{ label: t('segment'), kind: 'name' }, { label: t('offer') }, { label: t('arm') }, { label: t('customers'), kind: 'n' }, { label: t('expected cost'), kind: 'n' }, { label: t('buys anyway'), kind: 'n' }],
    rows: offers.map((row) => [row.segment_name, row.offer, row.arm, { text: numbers.count(row.customers), value: row.customers }, { text: numbers.money(row.cost), value: row.cost }, { text: numbers.share(row.probability), value: row.probability }]),
  })}</section>`;
}

async function lettersCard({ view, screen, screen: { t } }: PageInput): Promise<Content | string> {
  const samples = await view.rows<{ arm: string; customer_id: string; segment_name: string; locale: string | null }>("select arm, customer_id, segment_name, locale from plan.recipients where decision = 'send' qualify row_number() over (partition by arm order by customer_id) = 1 order by arm");
  if (samples.length === 0) return '';
  return html`<section class="card"><h2>${t('The letters')}</h2><p>${t('As one customer of each arm gets them, on a desktop and on a phone. Links in them count for nobody.')}</p>${samples.map(({ arm, customer_id: id, segment_name: segment }) => {
    const path = cyclePath(screen, view, `letters/${encodeURIComponent(id)}`);
    return html`<h3>${t('Arm {arm}, to {customer} of {segment}', { arm, customer: id, segment })}</h3><div class="letters"><iframe class="desk" title="${t('Letter of arm {arm} on a desktop', { arm })}" sandbox src="${path}"></iframe><iframe class="phone" title="${t('Letter of arm {arm} on a phone', { arm })}" sandbox src="${path}"></iframe></div><p><a href="${path}">${t('Open by itself')}</a></p>`;
  })}</section>`;
}

async function whoCard({ view, screen, screen: { t, mask, root }, numbers, query }: PageInput): Promise<Content> {
  const reasons = await view.rows<{ decision: string; why: string; customers: number }>("select decision, case when decision = 'send' then '' else why end as why, count(*) as customers from plan.recipients group by all order by count_if(decision = 'send') > 0 desc, customers desc, why");
  const why = query('why');
  const path = cyclePath(screen, view, 'campaigns');
  const page = pageNumber(query('page'));
  const rows = why === undefined ? [] : await view.rows<{ customer_id: string; given_name: string | null; address: string | null; decision: string; why: string; arm: string | null; segment_name: string | null; probability: number }>(`select customer_id, given_name, address, decision, why, arm, segment_name, probability from plan.recipients where ${why === 'send' ? "decision = 'send'" : `decision <> 'send' and why = ${quoteLiteral(why)}`} order by customer_id limit ${pageSize + 1} offset ${(page - 1) * pageSize}`);
  const words: Readonly<Record<string, string>> = { send: t('gets a letter'), holdout: t('is held out'), none: t('gets no letter') };
  return html`<section class="card" id="who"><h2>${t('Who, and why not')}</h2>${table({
    caption: t('Reasons'), empty: '', columns: [{ label: t('why'), kind: 'name' }, { label: t('decision') }, { label: t('customers'), kind: 'n' }],
    rows: reasons.map((row) => [html`<a href="${path}?why=${encodeURIComponent(row.decision === 'send' ? 'send' : row.why)}#who">${row.decision === 'send' ? t('the segment’s offer') : row.why}</a>`, words[row.decision] ?? row.decision, { text: numbers.count(row.customers), value: row.customers }]),
  })}
<p><a href="${root}/api/cycles/${view.shop}/${view.cycle}/relations/plan.recipients?format=csv">${t('All as CSV')}</a></p>
${why === undefined ? '' : html`<h3>${why === 'send' ? t('gets a letter') : why}</h3>${table({
    caption: t('Customers'), empty: t('Nobody.'), columns: [{ label: t('customer'), kind: 'name' }, { label: t('name') }, { label: t('address') }, { label: t('segment') }, { label: t('arm') }, { label: t('why') }],
    rows: rows.slice(0, pageSize).map((row) => [html`<a href="${cyclePath(screen, view, `customers/${encodeURIComponent(row.customer_id)}`)}">${row.customer_id}</a>`, mask.name(row.given_name), mask.address(row.address), row.segment_name ?? '–', row.arm ?? '–', row.why]),
  })}${pager(screen, path, { why }, page, rows.length > pageSize)}`}</section>`;
}

async function approvalsCard({ view, parts, screen: { t }, numbers }: PageInput): Promise<Content> {
  const approvals = await readApprovals(parts.ledger, view);
  return html`<section class="card"><h2>${t('Who decided')}</h2>${table({
    caption: t('Decisions about this cycle’s plans'), empty: t('Nobody has decided yet.'), columns: [{ label: t('when'), kind: 'name' }, { label: t('by') }, { label: t('decision') }, { label: t('comment') }, { label: t('plan') }],
    rows: approvals.map((row) => [{ text: numbers.time(row.at.toISOString()), value: row.at.toISOString() }, row.by || '–', t(row.decision.replaceAll('_', ' ')), row.comment || '–', html`<code>${row.hash.slice(0, 12)}</code>`]),
  })}</section>`;
}
