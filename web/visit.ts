import type { Context } from 'hono';
import type { Visit } from './bot-verdict.ts';

/** The request as the bot verdict sees it. */
export const visitOf = ({ req }: Context): Visit => ({
  method: req.method,
  userAgent: req.header('user-agent') ?? '',
  purpose: [req.header('sec-purpose'), req.header('purpose'), req.header('x-purpose')].join(' '),
});
