import type { MiddlewareHandler } from 'hono';
import { pageStyleHash } from './page.ts';

/** The policy of every page of ours: its own style, no script, in nobody's frame. */
const pagePolicy = `default-src 'none'; style-src ${pageStyleHash}; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'`;

/** The policy of the console: style and scripts only from our own files, none inline; data for pictures is JSON, which runs nowhere. */
export const consolePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/** For pages with forms that must come from us: under `no-referrer` a browser says `Origin: null` of its own page's form. */
export const ownReferrerPolicy = 'same-origin';

/** A stored document, a report or a letter: shown with its own style and pictures, and nothing in it can run, be sent or reach our pages. */
export const documentPolicy = (pictures: string, ancestors: "'none'" | "'self'"): string => `default-src 'none'; style-src 'unsafe-inline'; img-src ${pictures}; base-uri 'none'; form-action 'none'; frame-ancestors ${ancestors}; sandbox allow-popups`;

/** Sets the headers that every answer has; a route may have set its own policy before. */
export const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  const { headers } = context.res;
  if (!headers.has('Content-Security-Policy')) headers.set('Content-Security-Policy', pagePolicy);
  headers.set('X-Content-Type-Options', 'nosniff');
  if (!headers.has('Referrer-Policy')) headers.set('Referrer-Policy', 'no-referrer');
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Resource-Policy', context.req.path.endsWith('.gif') ? 'cross-origin' : 'same-origin');
  headers.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=()');
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
};
