import type { AlertEntry, RiskFound } from '../../activities/risk/contract.ts';
import { formatCount, formatMoney } from '../display/format-number.ts';
import { createPaint } from '../display/paint.ts';
import { renderTable } from '../display/render-table.ts';

interface Display { readonly color: boolean; readonly currency: string }

/** What scoring came to, for people. */
export function renderRisk(found: RiskFound, { color, currency }: Display): string {
  const paint = createPaint(color);
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return [
    paint.bold(`${found.shop}/${found.cycle}: ${formatCount(found.payments)} payments of the ${found.days} days before ${found.asOf.slice(0, 10)}, scored by ${found.usedScorer}`),
    ...(found.judged.length === 0 ? [`  Too little is labelled to judge the scores by: ${formatCount(found.judgedFrauds)} frauds among ${formatCount(found.judgedPayments)} later payments.`] : [
      `  Judged on ${formatCount(found.judgedPayments)} later payments with ${formatCount(found.judgedFrauds)} frauds:`,
      ...renderTable([{ title: '' }, { title: 'average precision', right: true }, { title: '95 % interval', right: true }, { title: 'alerts', right: true }, { title: 'right', right: true }, { title: 'saved', right: true }], found.judged.map((row) => [`${row.scorer}${row.isUsed ? ' (used)' : ''}`, row.averagePrecision.toFixed(3), `${row.lower.toFixed(3)} to ${row.upper.toFixed(3)}`, formatCount(row.alerts), percent(row.precision), formatMoney(row.saved, currency)])).map((line) => `  ${line}`),
    ]),
    `  ${formatCount(found.alerts)} alerts wait for a look: npm run risk -- ${found.shop} --list`,
    `  ${formatCount(found.persons.withSeveralAccounts)} persons with several accounts, ${formatCount(found.persons.abusingCoupons)} of them redeemed coupons with more than one; ${formatCount(found.suspects)} customers are suspicious.`,
  ].join('\n');
}

/** The review queue, for people. */
export function renderAlerts(alerts: readonly AlertEntry[], { color, currency }: Display): string {
  const paint = createPaint(color);
  if (alerts.length === 0) return 'Nothing waits for a look.';
  return alerts.map(({ payment, order, customer, amount, paidAt, score, reasons }) => [`${paint.bold(payment)}  ${formatMoney(amount, currency)}  ${paidAt.replace('T', ' ')}  score ${score.toFixed(3)}  ${paint.dim(`${order} of ${customer || 'nobody known'}`)}`, ...reasons.map((reason) => `  ${reason}`)].join('\n')).join('\n');
}
