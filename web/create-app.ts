import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ClienteleError } from '../gateways/errors.ts';
import { findSend } from '../gateways/ledger/find-send.ts';
import { createGuard } from './access/guard.ts';
import type { AppParts } from './app-parts.ts';
import { isRefusal } from './is-refusal.ts';
import { notice } from './page.ts';
import { createLakeReader } from './reads/lake-reader.ts';
import { apiRoutes } from './api/api-routes.ts';
import { approvalPage } from './routes/approval-page.ts';
import { consoleActions } from './routes/console-actions.ts';
import { consolePages } from './routes/console-pages.ts';
import { identityReviews } from './routes/identity-reviews.ts';
import { followLinks } from './routes/follow-links.ts';
import { liveRecommendations } from './routes/live-recommendations.ts';
import { loginRoutes } from './routes/login-routes.ts';
import { mailReportsRoute } from './routes/mail-reports.ts';
import { redeemRoute } from './routes/redeem-coupons.ts';
import { surveyPage } from './routes/survey-page.ts';
import { riskVerdicts } from './routes/risk-verdicts.ts';
import { unsubscribePage } from './routes/unsubscribe-page.ts';
import { securityHeaders } from './security-headers.ts';
import { staticFiles } from './static-files.ts';

const largestBody = 16 * 1024;

/** The web application, and what it holds open. */
export interface App {
  readonly fetch: Hono['fetch'];
  readonly request: Hono['request'];
  readonly routes: Hono['routes'];
  close(): Promise<void>;
}

/**
 * The web application: the endpoints behind links in mail, coupon redemption, the approval page, the console with its login, and the API.
 * No page runs an inline script, no answer tells more of an error than its words for people.
 */
export function createApp(parts: AppParts): App {
  const app = new Hono();
  const root = new URL(parts.publicUrl).pathname.replace(/\/+$/, '');
  const guard = createGuard(parts);
  const lake = createLakeReader(parts.warehouse);
  app.use(securityHeaders);
  // Before the limit of the pages: a bounce carries the letter that came back.
  app.route('/', mailReportsRoute(parts));
  app.use(bodyLimit({ maxSize: largestBody, onError: (context) => context.html(notice('Too large', 'This was more than the page takes.'), 413) }));

  app.get('/health', async (context) => {
    await findSend(parts.ledger, 'health');
    return context.json({ status: 'ok', ledger: parts.ledger.engine });
  });
  app.route('/', followLinks(parts));
  app.route('/', unsubscribePage(parts));
  app.route('/', surveyPage(parts));
  app.route('/', redeemRoute(parts));
  app.route('/', approvalPage(parts));
  app.route('/', apiRoutes(parts, { guard, lake }));
  if (parts.live !== undefined) app.route('/', liveRecommendations(parts.live, { guard }));
  if (guard.mode !== 'closed') {
    const files = staticFiles(root);
    app.route('/', files.routes);
    if (guard.mode === 'login') app.route('/', loginRoutes(parts, guard, root));
    app.route('/', consolePages(parts, { guard, lake, root, files }));
    app.route('/', consoleActions(parts, guard, root));
    app.route('/', riskVerdicts(parts, { guard, root }));
    app.route('/', identityReviews(parts, { guard, lake, root }));
  }

  app.notFound((context) => context.html(notice('Not here', 'There is no such page.'), 404));
  app.onError((error, context) => {
    if (error instanceof ClienteleError && error.code === 'LINK_INVALID') return context.html(notice('This link does not work', error.message), 404);
    if (error instanceof ClienteleError && error.code === 'SHOP_NOT_FOUND') return context.html(notice('No such shop', 'Its folder under shops/ is not there.'), 404);
    if (isRefusal(error)) return context.html(notice('Not decided', 'The cycle does not wait for this any more. Open the newest proof, or the page of the cycle.'), 409);
    parts.onError(error);
    return context.html(notice('Something went wrong', 'It is not your fault. Please try again in a minute.'), 500);
  });
  return { fetch: app.fetch, request: app.request, routes: app.routes, close: () => lake.close() };
}
