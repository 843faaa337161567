import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { singleLine } from '../../activities/campaign/letters/single-line.ts';
import { cycleId } from '../../workflows/ids.ts';
import type { ConsoleEnvironment, Guard } from '../access/guard.ts';
import type { Role } from '../access/role.ts';
import type { AppParts, CycleDoor } from '../app-parts.ts';
import { notice } from '../page.ts';
import { cyclePath } from '../parts/screen.ts';
import { sendingOf } from '../reads/sending-of.ts';
import { pageRefusals } from './console-pages.ts';

const name = z.string().transform(singleLine).pipe(z.string().min(1).max(80));
const verdict = z.object({ decision: z.enum(['approve', 'reject']), comment: z.string().trim().max(500).default(''), hash: z.string().min(1).max(200) });
const abandonment = z.object({ reason: z.string().transform(singleLine).pipe(z.string().min(1).max(300)) });
const rate = z.object({ rate: z.coerce.number().positive().max(10_000) });
const sure = z.object({ sure: z.literal('yes') });

interface Act {
  readonly door: CycleDoor;
  readonly at: { readonly shop: string; readonly cycle: string };
  readonly by: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a person can do in the console. Each is a form of a page, wants a role and the page's token, and is written to the audit log. */
export function consoleActions(parts: AppParts, guard: Guard, root: string): Hono<ConsoleEnvironment> {
  const routes = new Hono<ConsoleEnvironment>();
  const refusals = pageRefusals(guard, root);

  /** `work` gives what to say it was, or undefined where the form is not filled in. */
  const act = (path: string, role: Role, action: string, back: (at: Act['at']) => string, work: (act: Act) => Promise<string | undefined>): void => {
    routes.post(path, guard.allow(role, refusals), async (context: Context<ConsoleEnvironment>) => {
      const { shop = '', cycle = '' } = context.req.param();
      const visitor = context.get('visitor');
      const body = await context.req.parseBody();
      const given = name.safeParse(body['by']);
      // Whoever has logged in signs with that name; only on the machine itself is it asked for.
      const by = visitor.by === 'session' ? visitor.name : given.success ? given.data : 'console';
      if (parts.temporal === undefined) return context.html(notice('Not done', 'This process has no connection to Temporal. Use the command line.'), 503);
      const tell = (outcome: string): void => { parts.audit.write({ who: by, role: visitor.role, via: 'console', action, subject: `${shop}/${cycle}`, outcome }); };
      try {
        const done = await work({ door: parts.temporal, at: { shop, cycle }, by, body });
        if (done === undefined) return context.html(notice('Not done', 'The form was not filled in. Go back and complete it.'), 400);
        tell(done);
        return context.redirect(`${back({ shop, cycle })}?done=${done}`, 303);
      } catch (error) {
        tell('refused');
        throw error;
      }
    });
  };
  const campaigns = (at: Act['at']): string => cyclePath({ root }, at, 'campaigns');
  const cycles = ({ shop, cycle }: Act['at']): string => `${root}/cycles/${shop}/${cycle}`;

  act('/shops/:shop/:cycle/campaigns/decide', 'marketer', 'decide on the plan', campaigns, async ({ door, at, by, body }) => {
    const parsed = verdict.safeParse(body);
    if (!parsed.success) return undefined;
    const { decision, comment, hash } = parsed.data;
    await door[decision](cycleId(at.shop, at.cycle), { by, comment, hash });
    return decision;
  });
  act('/shops/:shop/:cycle/campaigns/pause', 'marketer', 'pause sending', campaigns, async ({ door, at }) => { await door.pauseSending(await sendingOf(door, at)); return 'pause'; });
  act('/shops/:shop/:cycle/campaigns/continue', 'marketer', 'go on sending', campaigns, async ({ door, at }) => { await door.resumeSending(await sendingOf(door, at)); return 'continue'; });
  act('/shops/:shop/:cycle/campaigns/rate', 'marketer', 'change the rate', campaigns, async ({ door, at, body }) => {
    const parsed = rate.safeParse(body);
    if (!parsed.success) return undefined;
    await door.changeRate(await sendingOf(door, at), parsed.data.rate);
    return 'rate';
  });
  act('/shops/:shop/:cycle/campaigns/cancel', 'marketer', 'stop sending', campaigns, async ({ door, at, body }) => {
    if (!sure.safeParse(body).success) return undefined;
    await door.cancelSending(await sendingOf(door, at));
    return 'cancel';
  });
  act('/cycles/:shop/:cycle/resume', 'operator', 'resume the cycle', cycles, async ({ door, at }) => { await door.resume(cycleId(at.shop, at.cycle)); return 'resume'; });
  act('/cycles/:shop/:cycle/abandon', 'operator', 'abandon the cycle', cycles, async ({ door, at, by, body }) => {
    const parsed = abandonment.safeParse(body);
    if (!parsed.success) return undefined;
    await door.abandon(cycleId(at.shop, at.cycle), { by, reason: parsed.data.reason });
    return 'abandon';
  });
  return routes;
}
