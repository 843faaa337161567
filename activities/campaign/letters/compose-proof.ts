import type { StepFigure } from '../../contract.ts';
import type { ShopFolder } from '../../../gateways/shop-folder/open-shop-folder.ts';
import { reportNumbers } from '../../feedback/report/report-numbers.ts';
import type { CampaignPlan } from '../contract.ts';
import type { ComposedLetter } from '../letter-composer.ts';
import { escapeHtml } from './html-entities.ts';
import { singleLine } from './single-line.ts';

export interface ProofInput {
  readonly shop: ShopFolder;
  readonly cycle: string;
  readonly plan: CampaignPlan;
  /** A real recipient's letter, composed with `proofLinks`. */
  readonly letter: ComposedLetter;
  /** Segment of that recipient, for people. */
  readonly letterSegment: string;
  /** Signed link to the page that approves or rejects. */
  readonly approvalLink: string;
  /** What the plan expects, in the order to be shown, for example expected orders. */
  readonly expected: readonly StepFigure[];
  /** True when the first proof was not answered. */
  readonly reminder: boolean;
}

const font = "font-family:-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;font-size:15px;line-height:1.5;color:#22241f;";
const cell = 'padding:6px 12px 6px 0;border-bottom:1px solid #dedcd4;text-align:left;vertical-align:top;';
const right = 'padding:6px 0 6px 12px;border-bottom:1px solid #dedcd4;text-align:right;white-space:nowrap;vertical-align:top;';

const table = (rows: readonly (readonly [string, string])[]): string => `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;${font}">${rows.map(([label, value]) => `<tr><td style="${cell}">${escapeHtml(label)}</td><td style="${right}">${escapeHtml(value)}</td></tr>`).join('')}</table>`;

const heading = (words: string): string => `<h2 style="margin:22px 0 6px;font-size:16px;line-height:1.3;">${escapeHtml(words)}</h2>`;

const shown = ({ label, value }: StepFigure): readonly [string, string] => [label, typeof value === 'number' ? new Intl.NumberFormat('en', { maximumFractionDigits: 2 }).format(value) : value];

/**
 * The proof that marketers decide on: audience, offers, cost against budget, who is left out and why, the plan's hash, the approval link, and below
 * it a real letter. Nothing in it can be clicked on a recipient's behalf.
 */
export function composeProof({ shop, cycle, plan, letter, letterSegment, approvalLink, expected, reminder }: ProofInput): ComposedLetter {
  const { settings } = shop;
  const numbers = reportNumbers({ currency: settings.currency, timeZone: settings.time_zone });
  const title = singleLine(`${reminder ? 'Reminder: please approve' : 'Please approve'} ${settings.name} ${cycle}: ${numbers.count(plan.toSend)} mails, ${numbers.money(plan.expectedCost)}`);
  const audience: (readonly [string, string])[] = [
    ['to be mailed', numbers.count(plan.toSend)],
    ['held out, to measure against', numbers.count(plan.holdout)],
    ['expected cost of the offers', `${numbers.money(plan.expectedCost)} of ${numbers.money(plan.budget)}`],
    ...expected.map(shown),
  ];
  const offers = plan.offers.map(({ segment, offer, customers, cost }) => [`${segment}: ${offer}`, `${numbers.count(customers)}, ${numbers.money(cost)}`] as const);
  const leftOut = plan.leftOut.filter(({ customers }) => customers > 0).map(({ reason, customers }) => [reason, numbers.count(customers)] as const);
  const sample = `The letter below is a real one, to a customer of “${letterSegment}”. Its links count for nobody here. Subject: ${letter.subject}`;

  const block = `<div style="background:#ffffff;padding:24px 16px;border-bottom:6px solid #12695a;${font}"><div style="max-width:560px;margin:0 auto;">
<h1 style="margin:0 0 12px;font-size:22px;line-height:1.25;">${escapeHtml(title)}</h1>
${table(audience)}
<p style="margin:20px 0;"><a href="${escapeHtml(approvalLink)}" style="display:inline-block;background:#12695a;color:#ffffff;border-radius:8px;padding:12px 24px;font-weight:600;text-decoration:none;">Look, then approve or reject</a></p>
${heading('Segments and their offers')}${table(offers)}
${leftOut.length === 0 ? '' : `${heading('Left out')}${table(leftOut)}`}
<p style="margin:20px 0 0;color:#666b62;font-size:13px;">Plan ${escapeHtml(plan.hash)}. Another plan needs another approval.</p>
<p style="margin:8px 0 0;color:#666b62;font-size:13px;">${escapeHtml(sample)}</p></div></div>`;

  const lines = (rows: readonly (readonly [string, string])[]): string => rows.map(([label, value]) => `- ${label}: ${value}`).join('\n');
  return {
    subject: title,
    // The block goes inside the letter's own document, so that the letter keeps its styles and looks as it will.
    html: letter.html.replace(/<body[^>]*>/, (body) => body + block),
    text: `${title}\n\n${lines(audience)}\n\nLook, then approve or reject: ${approvalLink}\n\nSegments and their offers\n${lines(offers)}\n${leftOut.length === 0 ? '' : `\nLeft out\n${lines(leftOut)}\n`}\nPlan ${plan.hash}. Another plan needs another approval.\n\n${sample}\n\n${'-'.repeat(60)}\n\n${letter.text}`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    from: letter.from,
  };
}
