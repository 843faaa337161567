import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { z } from 'zod';
import { redeemCoupons } from '../../gateways/ledger/redeem-coupons.ts';
import type { AppParts } from '../app-parts.ts';

const body = z.strictObject({
  code: z.string().trim().toUpperCase().regex(/^[A-Z0-9]+(?:-[A-Z0-9]+)*$/).max(64),
  order_id: z.string().trim().min(1).max(200),
});

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const statuses = { redeemed: 200, repeated: 200, already_redeemed: 409, unknown: 404 } as const;

/**
 * `POST /coupons/redeem` for the shop's checkout: JSON `{ code, order_id }`, answered by `{ outcome }`, which is `redeemed`, `repeated` (the same order
 * asks again, all is well), `already_redeemed` (409) or `unknown` (404). Wants `Authorization: Bearer <token>` except on a loopback address without one.
 */
export function redeemRoute({ ledger, clock, shopToken, loopback }: AppParts): Hono {
  const routes = new Hono();
  routes.post('/coupons/redeem', async (context) => {
    const given = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1] ?? '';
    const mayPass = shopToken === undefined || shopToken === '' ? loopback : timingSafeEqual(digest(given), digest(shopToken));
    if (!mayPass) return context.json({ error: 'unauthorized' }, 401, { 'WWW-Authenticate': 'Bearer' });
    const parsed = body.safeParse(await context.req.json().catch((): unknown => undefined));
    if (!parsed.success) return context.json({ error: 'invalid', problems: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`) }, 400);
    const [redemption] = await redeemCoupons(ledger, [{ code: parsed.data.code, orderId: parsed.data.order_id, at: clock() }]);
    const outcome = redemption?.outcome ?? 'unknown';
    return context.json({ outcome }, statuses[outcome]);
  });
  return routes;
}
