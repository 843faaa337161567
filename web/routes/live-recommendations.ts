import { Hono } from 'hono';
import { z } from 'zod';
import type { LiveRecommender } from '../../activities/recommend/live-recommender.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import type { ConsoleEnvironment, Guard, Refusals } from '../access/guard.ts';

const refusals: Refusals = {
  unknown: (context) => context.json({ error: 'unauthorized' }, 401, { 'WWW-Authenticate': 'Bearer' }),
  forbidden: (context) => context.json({ error: 'forbidden' }, 403),
  forged: (context) => context.json({ error: 'forbidden' }, 403),
};
const shop = z.string().regex(/^[a-z0-9][a-z0-9-]*$/).max(100);
const event = z.strictObject({ shop, customer: z.string().min(1).max(200), kind: z.enum(['view', 'cart_add', 'purchase']), product: z.string().min(1).max(200) });

/**
 * For the shop's own pages, from memory: `POST /events` takes `{ shop, customer, kind, product }`, 202, and `GET /recommendations/<customer>?shop=<shop>` gives
 * `{ recommendations: [{ product, title, reason }] }` in which that event counts. Both want `Authorization: Bearer <token>` where the API does.
 */
export function liveRecommendations(live: LiveRecommender, { guard }: { readonly guard: Guard }): Hono<ConsoleEnvironment> {
  const routes = new Hono<ConsoleEnvironment>();
  const answered = async (work: () => Promise<Response>): Promise<Response> => work().catch((error: unknown) => {
    if (error instanceof ClienteleError && error.code === 'CYCLE_NOT_FOUND') return Response.json({ error: 'no recommendations of this shop yet' }, { status: 404 });
    throw error;
  });
  routes.post('/events', guard.allow('operator', refusals, { tokens: true }), (context) => answered(async () => {
    const parsed = event.safeParse(await context.req.json().catch((): unknown => undefined));
    if (!parsed.success) return context.json({ error: 'invalid', problems: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`) }, 400);
    return await live.take(parsed.data) ? context.json({ taken: true }, 202) : context.json({ error: 'no such product' }, 404);
  }));
  routes.get('/recommendations/:customer', guard.allow('viewer', refusals, { tokens: true }), (context) => answered(async () => {
    const name = shop.safeParse(context.req.query('shop'));
    if (!name.success) return context.json({ error: 'invalid', problems: ['shop: name it in the query'] }, 400);
    return context.json({ recommendations: await live.recommend(name.data, context.req.param('customer')) });
  }));
  return routes;
}
