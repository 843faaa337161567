import { Hono } from 'hono';
import { z } from 'zod';
import { singleLine } from '../../activities/campaign/letters/single-line.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { decideAlert } from '../../gateways/ledger/risk-alerts.ts';
import type { ConsoleEnvironment, Guard } from '../access/guard.ts';
import type { AppParts } from '../app-parts.ts';
import { cycleFolder } from '../cycle-folder.ts';
import { notice } from '../page.ts';
import { cyclePath } from '../parts/screen.ts';
import { pageRefusals } from './console-pages.ts';

const decided = z.object({ payment: z.string().min(1).max(200), verdict: z.enum(['fraud', 'genuine']), comment: z.string().trim().max(500).default(''), by: z.string().transform(singleLine).pipe(z.string().min(1).max(80)).catch('console') });

/** A person says whether a payment is fraud. It is written to the ledger at once, and later scores learn from it. */
export function riskVerdicts(parts: AppParts, { guard, root }: { readonly guard: Guard; readonly root: string }): Hono<ConsoleEnvironment> {
  const routes = new Hono<ConsoleEnvironment>();
  routes.post('/shops/:shop/:cycle/risk/decide', guard.allow('marketer', pageRefusals(guard, root)), async (context) => {
    const { shop, cycle } = context.req.param();
    if (cycleFolder(parts.warehouse.lake, shop, cycle) === undefined) return context.notFound();
    const parsed = decided.safeParse(await context.req.parseBody());
    if (!parsed.success) return context.html(notice('Not done', 'The form was not filled in. Go back and complete it.'), 400);
    const { payment, verdict, comment } = parsed.data;
    const visitor = context.get('visitor');
    const by = visitor.by === 'session' ? visitor.name : parsed.data.by;
    const tell = (outcome: string): void => { parts.audit.write({ who: by, role: visitor.role, via: 'console', action: 'decide on a payment', subject: `${shop}/${payment}`, outcome }); };
    try {
      await decideAlert(parts.ledger, { shop, paymentId: payment, verdict, by, comment, now: parts.clock() });
    } catch (error) {
      tell('refused');
      if (error instanceof ClienteleError && error.code === 'COMMAND_INVALID') return context.html(notice('Not done', 'This payment does not wait for a look. Open the page again.'), 400);
      throw error;
    }
    tell(verdict);
    return context.redirect(`${cyclePath({ root }, { shop, cycle }, 'risk')}?done=verdict`, 303);
  });
  return routes;
}
