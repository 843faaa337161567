import { html } from 'hono/html';
import { listAlerts } from '../../gateways/ledger/risk-alerts.ts';
import { actionForm, byField } from '../parts/action-form.ts';
import { chart } from '../parts/chart.ts';
import type { ConsolePage } from '../parts/console-page.ts';
import { cyclePath } from '../parts/screen.ts';
import { table } from '../parts/table.ts';
import { tiles } from '../parts/tiles.ts';

type Quality = { readonly scorer: string; readonly is_used: boolean; readonly average_precision: number; readonly lower: number; readonly upper: number; readonly alerts: number; readonly precision: number; readonly recall: number; readonly saved: number };
type Curve = { readonly alerts: number; readonly precision: number; readonly recall: number; readonly saved: number };
type Abuse = { readonly person: string; readonly accounts: number; readonly accounts_with_coupons: number; readonly coupon_orders: number; readonly linked_by: string };

/** Payments that people see at once. */
const shown = 50;

/** Risk: payments that wait for a look, how good the scores are, and one person with many accounts. */
export const riskPage: ConsolePage = {
  section: 'risk', title: 'Risk', charts: true,
  async show({ parts, view, screen, screen: { t }, numbers, settings }) {
    const open = await listAlerts(parts.ledger, view.shop, { open: true, limit: shown + 1 });
    const decided = await listAlerts(parts.ledger, view.shop, { open: false, limit: shown });
    const quality = await view.rowsIf<Quality>(['risk.quality'], 'select * from risk.quality order by average_precision desc, scorer');
    const curve = await view.rowsIf<Curve>(['risk.cost_curve'], 'select alerts, precision, recall, saved from risk.cost_curve order by alerts');
    const abuse = await view.rowsIf<Abuse>(['risk.coupon_abuse'], `select * from risk.coupon_abuse order by coupon_orders desc, person limit ${shown}`);
    if (open.length + decided.length === 0 && !view.has('risk.scores')) return html`<div class="card"><p>${t('Nobody has scored the payments of this shop yet: npm run risk -- {shop}', { shop: view.shop })}</p></div>`;
    const customer = (id: string | null) => (id === null ? '–' : html`<a href="${cyclePath(screen, view, `customers/${encodeURIComponent(id)}`)}">${id}</a>`);
    const money = (value: number) => ({ text: numbers.money(value), value });
    const used = quality.find(({ is_used: is }) => is);
    return html`<section class="card"><h2>${t('Payments that wait for a look')}</h2>${open.length === 0 ? html`<p>${t('Nothing waits for a look.')}</p>` : html`<p class="quiet">${t('The highest score first. What you say is a label that later scores learn from.')}</p>${open.slice(0, shown).map((alert, place) => html`<article class="alert"><h3>${alert.paymentId} · ${numbers.money(alert.amount)}</h3>
<p class="quiet">${alert.paidAt === null ? '' : alert.paidAt.replace('T', ' ')} · ${t('order')} ${alert.orderId} · ${customer(alert.customerId)} · ${t('score')} ${numbers.decimal(alert.score, 3)}</p><ul>${alert.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>
${actionForm(screen, 'marketer', cyclePath(screen, view, 'risk/decide'), html`<input type="hidden" name="payment" value="${alert.paymentId}">${byField(screen, `by-${place}`)}<label for="comment-${place}">${t('Comment')}</label><input id="comment-${place}" name="comment" maxlength="500"><button name="verdict" value="fraud">${t('It is fraud')}</button><button class="other" name="verdict" value="genuine">${t('It is in order')}</button>`)}</article>`)}`}</section>
<section class="card"><h2>${t('How good the scores are')}</h2>${quality.length === 0 || used === undefined ? html`<p>${t('Too little is labelled to judge the scores by. They go by rules and by how unusual a payment is.')}</p>` : html`${tiles([
      { label: t('alerts that are right'), value: numbers.share(used.precision), note: t('of {alerts}', { alerts: numbers.count(used.alerts) }) }, { label: t('frauds found'), value: numbers.share(used.recall) }, { label: t('kept by looking'), value: numbers.money(used.saved) },
    ])}${table({
      caption: t('Ways of scoring, on later payments they had not seen'), empty: '', columns: [{ label: t('scored by'), kind: 'name' }, { label: t('average precision'), kind: 'n' }, { label: t('95 % interval'), kind: 'n' }, { label: t('right'), kind: 'n' }, { label: t('found'), kind: 'n' }, { label: t('kept by looking'), kind: 'n' }],
      rows: quality.map((row) => [`${row.scorer}${row.is_used ? ` (${t('used')})` : ''}`, { text: numbers.decimal(row.average_precision, 3), value: row.average_precision }, `${numbers.decimal(row.lower, 3)} – ${numbers.decimal(row.upper, 3)}`, { text: numbers.share(row.precision), value: row.precision }, { text: numbers.share(row.recall), value: row.recall }, money(row.saved)]),
    })}`}
${curve.length === 0 ? '' : html`${chart({ kind: 'lines', labels: curve.map(({ alerts }) => numbers.count(alerts)), series: [{ name: t('kept by looking'), values: curve.map(({ saved }) => Math.round(saved)) }], unit: { money: settings.currency } }, { says: t('Money kept by the number of alerts that are looked at, at {cost} a look.', { cost: numbers.money(settings.risk.review_cost) }), height: 240 })}${table({
      caption: t('By the number of alerts'), empty: '', columns: [{ label: t('alerts'), kind: 'n' }, { label: t('right'), kind: 'n' }, { label: t('found'), kind: 'n' }, { label: t('kept by looking'), kind: 'n' }],
      rows: curve.map((row) => [{ text: numbers.count(row.alerts), value: row.alerts }, { text: numbers.share(row.precision), value: row.precision }, { text: numbers.share(row.recall), value: row.recall }, money(row.saved)]),
    })}`}</section>
<section class="card"><h2>${t('One person, many accounts')}</h2>${table({
      caption: t('Persons who redeemed coupons with several accounts'), empty: t('Nobody redeemed coupons with several accounts.'), columns: [{ label: t('customer'), kind: 'name' }, { label: t('accounts'), kind: 'n' }, { label: t('with coupons'), kind: 'n' }, { label: t('orders'), kind: 'n' }, { label: t('linked by') }],
      rows: abuse.map((row) => [customer(row.person), { text: numbers.count(row.accounts), value: row.accounts }, { text: numbers.count(row.accounts_with_coupons), value: row.accounts_with_coupons }, { text: numbers.count(row.coupon_orders), value: row.coupon_orders }, row.linked_by]),
    })}</section>
<section class="card"><h2>${t('What was decided')}</h2>${table({
      caption: t('Verdicts, the latest first'), empty: t('Nobody has decided on a payment yet.'), columns: [{ label: t('payment'), kind: 'name' }, { label: t('verdict'), kind: 'name' }, { label: t('by') }, { label: t('when'), kind: 'name' }, { label: t('Comment') }],
      rows: decided.map((row) => [row.paymentId, t(row.verdict ?? ''), row.decidedBy ?? '', row.decidedAt === null ? '' : { text: numbers.time(row.decidedAt.toISOString()), value: row.decidedAt.toISOString() }, row.comment]),
    })}</section>`;
  },
};
