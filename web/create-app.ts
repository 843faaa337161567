import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ClienteleError } from '../gateways/errors.ts';
import { findSend } from '../gateways/ledger/find-send.ts';
import type { AppParts } from './app-parts.ts';
import { notice } from './page.ts';
import { approvalPage } from './routes/approval-page.ts';
import { consolePages } from './routes/console-pages.ts';
import { followLinks } from './routes/follow-links.ts';
import { redeemRoute } from './routes/redeem-coupons.ts';
import { unsubscribePage } from './routes/unsubscribe-page.ts';
import { securityHeaders } from './security-headers.ts';

const largestBody = 16 * 1024;

/** A running cycle refuses a decision by a Temporal failure of the update, or by our own error; every other error is ours to look at. */
const isRefusal = (error: Error): boolean => error.name === 'WorkflowUpdateFailedError' || (error instanceof ClienteleError && error.code === 'CYCLE_NOT_WAITING');

/**
 * The web application: the endpoints behind links in mail, coupon redemption, the approval page, and on a loopback address the console.
 * No page runs a script, no answer tells more of an error than its words for people.
 */
export function createApp(parts: AppParts): Hono {
  const app = new Hono();
  app.use(securityHeaders);
  app.use(bodyLimit({ maxSize: largestBody, onError: (context) => context.html(notice('Too large', 'This was more than the page takes.'), 413) }));

  app.get('/health', async (context) => {
    await findSend(parts.ledger, 'health');
    return context.json({ status: 'ok', ledger: parts.ledger.engine });
  });
  app.route('/', followLinks(parts));
  app.route('/', unsubscribePage(parts));
  app.route('/', redeemRoute(parts));
  app.route('/', approvalPage(parts));
  if (parts.console) app.route('/', consolePages(parts));

  app.notFound((context) => context.html(notice('Not here', 'There is no such page.'), 404));
  app.onError((error, context) => {
    if (error instanceof ClienteleError && error.code === 'LINK_INVALID') return context.html(notice('This link does not work', error.message), 404);
    if (isRefusal(error)) return context.html(notice('Not decided', 'The cycle does not wait for this decision any more. Open the link of the newest proof.'), 409);
    parts.onError(error);
    return context.html(notice('Something went wrong', 'It is not your fault. Please try again in a minute.'), 500);
  });
  return app;
}
