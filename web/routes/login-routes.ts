import { Hono, type Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import type { Guard } from '../access/guard.ts';
import { createLoginLimits } from '../access/login-limits.ts';
import { createPasswordCheck } from '../access/password-check.ts';
import type { AppParts } from '../app-parts.ts';
import { loginForm } from '../pages/login.ts';
import { page } from '../page.ts';
import { clientAddress } from '../client-address.ts';
import { languageOf, sayIn } from '../parts/say.ts';
import { ownReferrerPolicy } from '../security-headers.ts';

const form = z.object({ name: z.string().trim().min(1).max(64), password: z.string().min(1).max(1024), to: z.string().max(500).default('/') });

/** Only a path of our own: `//host` and `/\host` lead elsewhere. */
export const ownPath = (path: string | undefined): string => (path !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(path) ? path : '/');

/** `/login` and `/logout`. A login always opens a new session and ends the one that was presented, so that nobody can plant one. */
export function loginRoutes({ accounts, audit, clock, publicUrl }: AppParts, guard: Guard, root: string): Hono {
  const routes = new Hono();
  const check = createPasswordCheck(accounts);
  const limits = createLoginLimits(clock);
  const secure = publicUrl.startsWith('https:');
  const cookie = { path: guard.cookieName.startsWith('__Host-') ? '/' : root || '/', httpOnly: true, secure, sameSite: 'Lax' } as const;
  const say = (context: Context) => sayIn(languageOf(getCookie(context, 'language'), context.req.header('accept-language')));
  const show = (context: Context, status: 200 | 400 | 401 | 403 | 429 | 503, values: { readonly to: string; readonly name: string; readonly problem: string }) => {
    const t = say(context);
    context.header('Referrer-Policy', ownReferrerPolicy);
    return context.html(page(t('Log in'), loginForm(t, { root, ...values }), { narrow: true, language: languageOf(getCookie(context, 'language'), context.req.header('accept-language')) }), status);
  };

  routes.get('/login', (context) => show(context, 200, { to: ownPath(context.req.query('to')), name: '', problem: '' }));

  routes.post('/login', async (context) => {
    const t = say(context);
    const parsed = form.safeParse(await context.req.parseBody().catch(() => ({})));
    if (!guard.isSameOrigin(context)) return show(context, 403, { to: '/', name: '', problem: t('This form was sent from another page. Please log in here.') });
    if (!parsed.success) return show(context, 400, { to: '/', name: '', problem: t('Please give name and password.') });
    const { name, password, to } = parsed.data;
    const address = clientAddress(context);
    const wait = limits.waitSeconds(name, address);
    if (wait > 0) {
      audit.write({ who: name, role: '', via: 'console', action: 'login', subject: address, outcome: 'refused: too many attempts' });
      context.header('Retry-After', String(wait));
      return show(context, 429, { to: ownPath(to), name, problem: t('Too many attempts. Try again in {minutes} minutes.', { minutes: Math.ceil(wait / 60) }) });
    }
    // Counted before the check: attempts sent at the same moment must not all pass the limit.
    limits.failed(name, address);
    const found = await check(name, password);
    if (found === 'busy') {
      context.header('Retry-After', '2');
      return show(context, 503, { to: ownPath(to), name, problem: t('Many people log in at this moment. Try again in a few seconds.') });
    }
    if (found === 'wrong') {
      audit.write({ who: name, role: '', via: 'console', action: 'login', subject: address, outcome: 'refused: wrong name or password' });
      return show(context, 401, { to: ownPath(to), name, problem: t('Name or password is wrong.') });
    }
    limits.succeeded(name, address);
    const before = getCookie(context, guard.cookieName);
    if (before !== undefined) guard.sessions.end(before);
    setCookie(context, guard.cookieName, guard.sessions.open(found), cookie);
    audit.write({ who: found.name, role: found.role, via: 'console', action: 'login', subject: address, outcome: 'done' });
    return context.redirect(`${root}${ownPath(to)}`, 303);
  });

  routes.post('/logout', guard.allow('viewer', { unknown: (context) => context.redirect(`${root}/login`, 303), forbidden: (context) => context.redirect(`${root}/login`, 303), forged: (context) => context.text('', 403) }), (context) => {
    const id = getCookie(context, guard.cookieName);
    if (id !== undefined) guard.sessions.end(id);
    deleteCookie(context, guard.cookieName, cookie);
    return context.redirect(`${root}/login`, 303);
  });

  return routes;
}
