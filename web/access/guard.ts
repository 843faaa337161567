import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { AppParts } from '../app-parts.ts';
import { ownerOfToken } from './accounts.ts';
import { includesRole, type Role } from './role.ts';
import { createSessions, type Session, type Sessions } from './sessions.ts';

/** Who asks: the machine's own user where no login is wanted, a session, or the owner of a token. */
export interface Visitor extends Session {
  readonly by: 'machine' | 'session' | 'token';
  /** Goes into every form; empty for tokens, which no browser sends by itself. */
  readonly csrf: string;
}

export interface ConsoleEnvironment {
  readonly Variables: { visitor: Visitor };
}

/** What a route answers when it lets nobody through. */
export interface Refusals {
  unknown(context: Context): Response | Promise<Response>;
  forbidden(context: Context, needed: Role, visitor: Visitor): Response | Promise<Response>;
  forged(context: Context): Response | Promise<Response>;
}

/** Decides who enters. `open`: a loopback address and no users; `login`: there are users; `closed`: neither, only tokens count. */
export interface Guard {
  readonly mode: 'open' | 'login' | 'closed';
  readonly sessions: Sessions;
  readonly cookieName: string;
  /** Lets through visitors with the role; a request that changes something must come from our own page too. `tokens`: bearer tokens count, and a session may only read. */
  allow(role: Role, refusals: Refusals, options?: { readonly tokens?: boolean }): MiddlewareHandler<ConsoleEnvironment>;
  /** Whether a browser says that this request comes from a page of ours. */
  isSameOrigin(context: Context): boolean;
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);
/** A program on this machine that passes strangers' requests on says so in one of these. */
const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];
const readingMethods = new Set(['GET', 'HEAD']);

export function createGuard({ accounts, loopback, clock, publicUrl }: Pick<AppParts, 'accounts' | 'loopback' | 'clock' | 'publicUrl'>): Guard {
  const mode = accounts.users.length > 0 ? 'login' : loopback ? 'open' : 'closed';
  const sessions = createSessions(clock);
  const secret = randomBytes(32);
  const { origin, protocol, pathname } = new URL(publicUrl);
  // A prefixed name is only taken by browsers over TLS for the whole host, so no other site of the domain can set it.
  const cookieName = protocol === 'https:' && pathname === '/' ? '__Host-clientele' : 'clientele';
  const tokenOf = (subject: string): string => createHmac('sha256', secret).update(subject).digest('base64url');
  const same = (given: string, expected: string): boolean => {
    const [one, other] = [Buffer.from(given), Buffer.from(expected)];
    return one.length === other.length && timingSafeEqual(one, other);
  };

  const isSameOrigin = (context: Context): boolean => {
    const site = context.req.header('sec-fetch-site');
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
    const from = context.req.header('origin');
    if (from === undefined) return site !== undefined;
    return from === origin || URL.parse(from)?.host === new URL(context.req.url).host;
  };

  /** A strange Host on a loopback address is a web page that had its own name resolve to this machine, or a proxy that publishes it. */
  const isThisMachine = (context: Context): boolean => loopbackHosts.has(new URL(context.req.url).hostname) && proxyHeaders.every((name) => context.req.header(name) === undefined);

  const identify = (context: Context, tokens: boolean): Visitor | undefined => {
    const bearer = /^Bearer (\S+)$/.exec(context.req.header('authorization') ?? '')?.[1];
    if (tokens && bearer !== undefined) {
      const owner = ownerOfToken(accounts, bearer);
      return owner === undefined ? undefined : { ...owner, by: 'token', csrf: '' };
    }
    if (mode === 'closed') return undefined;
    if (mode === 'open') return isThisMachine(context) ? { name: '', role: 'operator', by: 'machine', csrf: tokenOf('machine') } : undefined;
    const id = getCookie(context, cookieName);
    const session = id === undefined ? undefined : sessions.find(id);
    return session === undefined || id === undefined ? undefined : { ...session, by: 'session', csrf: tokenOf(id) };
  };

  return {
    mode, sessions, cookieName, isSameOrigin,
    allow: (role, refusals, { tokens = false } = {}) => async (context, next) => {
      const visitor = identify(context, tokens);
      if (visitor === undefined) return refusals.unknown(context);
      if (!includesRole(visitor.role, role)) return refusals.forbidden(context, role, visitor);
      if (visitor.by !== 'token' && !readingMethods.has(context.req.method)) {
        const given = tokens ? context.req.header('x-csrf-token') ?? '' : await formToken(context);
        // A program on the machine itself sends neither; what it lacks is a token.
        if (!isSameOrigin(context) || !same(given, visitor.csrf)) return tokens && visitor.by === 'machine' ? refusals.unknown(context) : refusals.forged(context);
      }
      context.set('visitor', visitor);
      await next();
    },
  };
}

async function formToken(context: Context): Promise<string> {
  const body: Record<string, unknown> = await context.req.parseBody().catch(() => ({}));
  const { csrf } = body;
  return typeof csrf === 'string' ? csrf : '';
}
