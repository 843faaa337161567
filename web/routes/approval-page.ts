import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import { singleLine } from '../../activities/campaign/letters/single-line.ts';
import type { ApprovalClaim } from '../../activities/campaign/signed-link.ts';
import { reportNumbers } from '../../activities/feedback/report/report-numbers.ts';
import type { AppParts, PlanDoor, WaitingPlan } from '../app-parts.ts';
import { cycleFolder } from '../cycle-folder.ts';
import { notice, page } from '../page.ts';
import { documentPolicy } from '../security-headers.ts';

const form = z.object({
  decision: z.enum(['approve', 'reject']),
  by: z.string().transform(singleLine).pipe(z.string().min(1).max(80)),
  comment: z.string().trim().max(500).default(''),
});

/** A plan that waits, and the door to the cycle that asked. */
type Question = { readonly shop: string; readonly cycle: string; readonly plan: WaitingPlan; readonly door: PlanDoor };

/** `/a/<token>`: GET shows the plan and a real letter, POST approves or rejects it with name and comment. The token is bound to one workflow and one plan. */
export function approvalPage({ links, warehouse: { lake }, temporal, shops, clock, audit }: AppParts): Hono {
  const routes = new Hono();

  const isOver = (problem: string) => notice('Nothing to decide', problem);
  const questionOf = async (claim: ApprovalClaim): Promise<Question | string> => {
    if (temporal === undefined) return 'This process has no connection to Temporal. Decide by `npm run approve` or `npm run reject`.';
    const progress = await temporal.progress(claim.workflowId);
    if (progress === undefined) return 'The cycle that asked is not there any more.';
    if (progress.waitsFor !== 'approval' || progress.plan === undefined) return 'The plan was decided on already, or the cycle went on without it.';
    if (progress.plan.hash !== claim.hash) return 'The plan has changed since this link was sent. Open the link of the newest proof.';
    return { shop: progress.shop, cycle: progress.cycle, plan: progress.plan, door: temporal };
  };

  const show = async ({ shop, cycle, plan }: Question, token: string, problem: string) => {
    const { settings } = await shops(shop);
    const numbers = reportNumbers({ currency: settings.currency, timeZone: settings.time_zone });
    const leftOut = plan.leftOut.filter(({ customers }) => customers > 0);
    return page(`Approve ${settings.name} ${cycle}`, html`<div class="card"><h1>${settings.name}, ${cycle}</h1>
<p>${numbers.count(plan.toSend)} customers get a letter, ${numbers.count(plan.holdout)} are held out. The offers are expected to cost ${numbers.money(plan.expectedCost)} of ${numbers.money(plan.budget)}.</p>
<div class="scroll"><table><thead><tr><th>segment</th><th>offer</th><th class="n">customers</th><th class="n">expected cost</th></tr></thead><tbody>${plan.offers.map((row) => html`<tr><th scope="row">${row.segment}</th><td>${row.offer}</td><td class="n">${numbers.count(row.customers)}</td><td class="n">${numbers.money(row.cost)}</td></tr>`)}</tbody></table></div>
${leftOut.length === 0 ? '' : html`<h2>Left out</h2><div class="scroll"><table><tbody>${leftOut.map((row) => html`<tr><th scope="row">${row.reason}</th><td class="n">${numbers.count(row.customers)}</td></tr>`)}</tbody></table></div>`}
<p class="quiet">Plan <code>${plan.hash}</code></p></div>
<div class="card"><form method="post">${problem === '' ? '' : html`<p role="alert">${problem}</p>`}<label for="by">Your name</label><input id="by" name="by" required maxlength="80" autocomplete="name"><label for="comment">Comment</label><textarea id="comment" name="comment" maxlength="500" rows="2"></textarea><button name="decision" value="approve">Approve</button><button class="other" name="decision" value="reject">Reject</button></form></div>
<div class="card"><h2>A real letter</h2><iframe title="The letter of a real recipient" sandbox src="${`${token}/letter`}"></iframe></div>`);
  };

  routes.get('/a/:token', async (context) => {
    const token = context.req.param('token');
    const question = await questionOf(links.readApproval(token, clock()));
    if (typeof question === 'string') return context.html(isOver(question), 409);
    return context.html(await show(question, token, ''));
  });

  routes.get('/a/:token/letter', async (context) => {
    const claim = links.readApproval(context.req.param('token'), clock());
    const question = await questionOf(claim);
    if (typeof question === 'string') return context.notFound();
    const folder = cycleFolder(lake, question.shop, question.cycle);
    const letter = folder === undefined ? undefined : await readFile(join(folder, 'proof.html'), 'utf8').catch(() => undefined);
    context.header('Content-Security-Policy', documentPolicy('https: http: data:', "'self'"));
    return letter === undefined ? context.html(notice('No letter', 'The letter is in the proof that was mailed.'), 404) : context.html(letter);
  });

  routes.post('/a/:token', async (context) => {
    const token = context.req.param('token');
    const claim = links.readApproval(token, clock());
    const question = await questionOf(claim);
    if (typeof question === 'string') return context.html(isOver(question), 409);
    const parsed = form.safeParse(await context.req.parseBody());
    if (!parsed.success) return context.html(await show(question, token, 'Please give your name and choose.'), 400);
    const { decision, by, comment } = parsed.data;
    await question.door[decision](claim.workflowId, { by, comment, hash: claim.hash });
    audit.write({ who: by, role: '', via: 'link', action: `${decision} the plan`, subject: `${question.shop}/${question.cycle}`, outcome: 'done' });
    return context.html(decision === 'approve' ? notice('Approved', 'The letters are on their way.') : notice('Rejected', 'Nothing is sent this week.'));
  });

  return routes;
}
