import { escapeHtml } from '../campaign/letters/html-entities.ts';
import { singleLine } from '../campaign/letters/single-line.ts';
import type { CycleSummary } from './cycle-summary.ts';
import type { TellInput } from './contract.ts';

export interface ReportMailInput extends Pick<TellInput, 'cycle' | 'outcome' | 'reason' | 'warnings'> {
  readonly shopName: string;
  readonly summary: CycleSummary | undefined;
  /** Where the console shows the cycle. */
  readonly link: string;
}

export interface ReportMail { readonly subject: string; readonly html: string; readonly text: string }

const shownDecisions = 5;
const shownWarnings = 3;
const count = (value: number): string => value.toLocaleString('en');
const styleOf = { body: "margin:0;background:#f6f5f1;padding:24px 12px;font-family:-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;font-size:15px;line-height:1.5;color:#22241f;", card: 'max-width:560px;margin:0 auto;background:#ffffff;border-radius:12px;padding:24px;', cell: 'padding:6px 12px 6px 0;border-bottom:1px solid #dedcd4;vertical-align:top;', right: 'padding:6px 0;border-bottom:1px solid #dedcd4;text-align:right;white-space:nowrap;vertical-align:top;' };

/** What came of a cycle, short: one sentence, a few figures, what changes next week, and where to read on. */
export function composeReportMail({ shopName, cycle, outcome, reason, warnings, summary, link }: ReportMailInput): ReportMail {
  const ended = outcome === 'finished' ? 'is finished' : `was ${outcome}`;
  const subject = singleLine(`${shopName} ${cycle} ${ended}`);
  const lead = outcome === 'finished' ? summary?.outcome.words ?? 'Its report could not be read; the console has what there is.' : `It ended before its time${reason === '' ? '' : `: ${reason}`}.`;
  const figures = figuresOf(summary);
  const decisions = (summary?.decisions ?? []).filter(({ kind }) => kind !== 'no_change').map(({ subject: about, words }) => `${about}: ${words}`);
  const next = decisions.length > 0 ? decisions : (summary?.decisions ?? []).map(({ words }) => `No change because: ${words}`);
  const told = [...warnings.slice(0, shownWarnings), ...(warnings.length > shownWarnings ? [`and ${warnings.length - shownWarnings} more`] : [])];
  const lists = [{ title: 'What changes next week', lines: next.slice(0, shownDecisions) }, { title: 'Warnings', lines: told }].filter(({ lines }) => lines.length > 0);

  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(subject)}</title></head><body style="${styleOf.body}"><div style="${styleOf.card}">
<h1 style="margin:0 0 12px;font-size:20px;line-height:1.3;">${escapeHtml(subject)}</h1>
<p style="margin:0 0 16px;">${escapeHtml(lead)}</p>
${figures.length === 0 ? '' : `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:15px;">${figures.map(([label, value]) => `<tr><td style="${styleOf.cell}">${escapeHtml(label)}</td><td style="${styleOf.right}">${escapeHtml(value)}</td></tr>`).join('')}</table>`}
${lists.map(({ title, lines }) => `<h2 style="margin:20px 0 6px;font-size:15px;">${escapeHtml(title)}</h2><ul style="margin:0;padding-left:20px;">${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`).join('\n')}
<p style="margin:20px 0 0;"><a href="${escapeHtml(link)}" style="display:inline-block;background:#12695a;color:#ffffff;border-radius:8px;padding:11px 22px;font-weight:600;text-decoration:none;">Read on in the console</a></p>
</div></body></html>`;
  const text = [subject, '', lead, '', ...figures.map(([label, value]) => `${label}: ${value}`), ...lists.flatMap(({ title, lines }) => ['', title, ...lines.map((line) => `- ${line}`)]), '', `Read on: ${link}`, ''].join('\n');
  return { subject, html, text };
}

function figuresOf(summary: CycleSummary | undefined): (readonly [string, string])[] {
  if (summary === undefined) return [];
  const { customers, segmentation: { segments }, campaign: { plan, tally, funnel } } = summary;
  const largest = segments.reduce((one, other) => (other.customers > one.customers ? other : one), { name: '', customers: 0 });
  return [
    ['customers in segments', `${count(customers)} in ${segments.length}`],
    ...(largest.name === '' ? [] : [['largest segment', `${largest.name}, ${count(largest.customers)}`] as const]),
    ...(tally === null ? [['letters', 'none sent'] as const] : [
      ['letters that arrived or were handed over', `${count(tally.delivered + tally.handedOver)} of ${count(plan.toSend)}`] as const,
      ['held out to measure against', count(plan.holdout)] as const,
      ['came back, complained', `${count(tally.hardBounced + tally.softBounced)}, ${count(tally.complained)}`] as const,
    ]),
    ...(funnel === null ? [] : [['opened, clicked, redeemed, unsubscribed', [funnel.opened, funnel.clicked, funnel.redeemed, funnel.unsubscribed].map(count).join(', ')] as const]),
  ];
}
