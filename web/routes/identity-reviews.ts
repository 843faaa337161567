import { Hono } from 'hono';
import { z } from 'zod';
import { singleLine } from '../../activities/campaign/letters/single-line.ts';
import { recordIdentityReview } from '../../gateways/ledger/identity-reviews.ts';
import type { ConsoleEnvironment, Guard } from '../access/guard.ts';
import type { AppParts } from '../app-parts.ts';
import { notice } from '../page.ts';
import { cyclePath } from '../parts/screen.ts';
import type { LakeReader } from '../reads/lake-reader.ts';
import { isOnReview } from '../reads/read-identities.ts';
import { pageRefusals } from './console-pages.ts';

const decided = z.object({ one: z.string().min(1).max(200), other: z.string().min(1).max(200), verdict: z.enum(['same', 'different']), by: z.string().transform(singleLine).pipe(z.string().min(1).max(80)).catch('console') });

/** A marketer says whether two records are one person. It is written to the ledger at once, and counts when the people are resolved the next time. */
export function identityReviews(parts: AppParts, { guard, lake, root }: { readonly guard: Guard; readonly lake: LakeReader; readonly root: string }): Hono<ConsoleEnvironment> {
  const routes = new Hono<ConsoleEnvironment>();
  routes.post('/shops/:shop/:cycle/identities/review', guard.allow('marketer', pageRefusals(guard, root)), async (context) => {
    const { shop, cycle } = context.req.param();
    const view = await lake.view(shop, cycle);
    if (view === undefined) return context.notFound();
    const parsed = decided.safeParse(await context.req.parseBody());
    if (!parsed.success || !(await isOnReview(view, parsed.data.one, parsed.data.other))) return context.html(notice('Not done', 'This pair is not on the list any more. Open the page again.'), 400);
    const visitor = context.get('visitor');
    const by = visitor.by === 'session' ? visitor.name : parsed.data.by;
    await recordIdentityReview(parts.ledger, shop, { customerId: parsed.data.one, otherCustomerId: parsed.data.other, verdict: parsed.data.verdict, by, comment: '', at: parts.clock() });
    parts.audit.write({ who: by, role: visitor.role, via: 'console', action: 'decide on a pair of records', subject: `${shop}/${cycle}`, outcome: parsed.data.verdict });
    return context.redirect(`${cyclePath({ root }, { shop, cycle }, 'identities')}?done=review`, 303);
  });
  return routes;
}
