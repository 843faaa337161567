import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { unsubscribeKey } from '../../activities/campaign/dispatch/unsubscribe-key.ts';
import type { Links } from '../../activities/campaign/signed-link.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import { recordReports } from '../../gateways/ledger/record-reports.ts';
import { bounceKind } from '../../gateways/mail/bounce-kind.ts';
import { readReport, type MailReport } from '../../gateways/mail/read-report.ts';
import { isSignedReport } from '../../gateways/mail/report-signature.ts';
import type { ReturnPaths } from '../../gateways/mail/return-path.ts';

const largestReport = 2 * 1024 * 1024;

const event = z.strictObject({
  type: z.enum(['bounce', 'complaint', 'delivered']),
  message_id: z.string().regex(/^<?[0-9a-f]{32}@[^\s<>@]+>?$/),
  /** Enhanced status code of a bounce. */
  status: z.string().regex(/^[245]\.\d{1,3}\.\d{1,3}$/).default('5.0.0'),
  diagnostic: z.string().max(2000).default(''),
});
const body = z.strictObject({ events: z.array(event).min(1).max(500) });

function reportOf({ type, message_id: messageId, status, diagnostic }: z.infer<typeof event>): MailReport {
  const key = messageId.replace('<', '').split('@')[0]!;
  return type === 'bounce' ? { kind: 'bounce', key, status, bounce: bounceKind(status, diagnostic) } : { kind: type, key };
}

/** What the route needs of the web process. */
export interface MailReportParts {
  readonly ledger: Ledger;
  readonly links: Pick<Links, 'readUnsubscribe'>;
  readonly clock: () => Date;
  readonly returnPaths?: Pick<ReturnPaths, 'read'>;
  /** Shared with the relay; without it nothing is taken. */
  readonly reportsSecret?: string;
}

/**
 * `POST /mail/reports` for relays: a bounce or complaint as it came (`Content-Type: message/rfc822`), or `{ events: [{ type, message_id, status }] }` as JSON.
 * `X-Signature` signs the body and its time (gateways/mail/report-signature.ts); unsigned, changed and replayed ones are answered 401 and change nothing.
 */
export function mailReportsRoute({ ledger, links, clock, returnPaths, reportsSecret }: MailReportParts): Hono {
  const routes = new Hono();
  routes.post('/mail/reports', bodyLimit({ maxSize: largestReport }), async (context) => {
    const raw = Buffer.from(await context.req.arrayBuffer());
    if (reportsSecret === undefined || !isSignedReport(reportsSecret, context.req.header('x-signature'), raw, clock())) return context.json({ error: 'unauthorized' }, 401);
    const type = (context.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
    let reports: MailReport[];
    if (type === 'message/rfc822') {
      reports = await readReport(raw, { returnPath: returnPaths?.read, unsubscribeLink: (link) => unsubscribeKey(links, link), trusted: true });
    } else {
      const parsed = body.safeParse(await Promise.resolve(raw.toString('utf8')).then(JSON.parse).catch((): unknown => undefined));
      if (!parsed.success) return context.json({ error: 'invalid', problems: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`) }, 400);
      reports = parsed.data.events.map(reportOf);
    }
    return context.json(await recordReports(ledger, reports, { source: 'webhook', now: clock() }));
  });
  return routes;
}
