import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono, type Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { streamSSE } from 'hono/streaming';
import { reportNumbers } from '../../activities/feedback/report/report-numbers.ts';
import { cycleId, sendId } from '../../workflows/ids.ts';
import type { ConsoleEnvironment, Guard, Refusals } from '../access/guard.ts';
import type { AppParts } from '../app-parts.ts';
import { cycleFolder } from '../cycle-folder.ts';
import { listCycles } from '../list-cycles.ts';
import { notice } from '../page.ts';
import { basketsPage } from '../pages/baskets.ts';
import { campaignsPage } from '../pages/campaigns.ts';
import { customerProfile } from '../pages/customer.ts';
import { customersPage } from '../pages/customers.ts';
import { cyclePage, cyclesPage, runningCycles } from '../pages/cycles.ts';
import { dataQualityPage } from '../pages/data-quality.ts';
import { decisionsPage } from '../pages/decisions.ts';
import { demandPage } from '../pages/demand.ts';
import { deliverabilityPage } from '../pages/deliverability.ts';
import { identitiesPage } from '../pages/identities.ts';
import { journeysPage } from '../pages/journeys.ts';
import { recommendationsPage } from '../pages/recommendations.ts';
import { resultsPage } from '../pages/results.ts';
import { riskPage } from '../pages/risk.ts';
import { segmentsPage } from '../pages/segments.ts';
import { settingsPage } from '../pages/settings.ts';
import { consoleLayout } from '../parts/console-layout.ts';
import type { PageInput } from '../parts/console-page.ts';
import { cycleProgress } from '../parts/cycle-progress.ts';
import { languageOf, sayIn } from '../parts/say.ts';
import { cyclePath, type Content, type Screen } from '../parts/screen.ts';
import { sections } from '../parts/sections.ts';
import { sendingState } from '../parts/sending-state.ts';
import { readLetter } from '../reads/read-letter.ts';
import type { LakeReader } from '../reads/lake-reader.ts';
import { maskFor } from '../reads/mask.ts';
import { createCyclesWatch } from '../reads/running-cycles.ts';
import { consolePolicy, documentPolicy, ownReferrerPolicy } from '../security-headers.ts';
import type { StaticFiles } from '../static-files.ts';
import { ownPath } from './login-routes.ts';

const pages = [customersPage, segmentsPage, basketsPage, demandPage, identitiesPage, journeysPage, recommendationsPage, riskPage, campaignsPage, resultsPage, decisionsPage, deliverabilityPage, dataQualityPage, settingsPage];
/** More open streams than people would hold. */
const mostStreams = 100;
const beatMs = 15_000;
const longestQuery = 300;

/** What was done, said once on the page that follows. */
const doneWords: Readonly<Record<string, string>> = {
  approve: 'Approved: the letters are on their way.', reject: 'Rejected: nothing is sent this week.', pause: 'Paused: no further letter goes out until somebody goes on.', continue: 'Sending goes on.',
  rate: 'The rate is changed.', cancel: 'Stopped for good: no further letter of this campaign goes out.', verdict: 'Written down: later scores learn from it.', resume: 'Resumed: the step runs again.', abandon: 'The cycle ends.',
  review: 'Written down: it counts when the people are resolved the next time.',
};

/** The console's pages: every one asks for the role of viewer, and reads. What changes something is in console-actions.ts. */
export function consolePages(parts: AppParts, { guard, lake, root, files }: { readonly guard: Guard; readonly lake: LakeReader; readonly root: string; readonly files: StaticFiles }): Hono<ConsoleEnvironment> {
  const routes = new Hono<ConsoleEnvironment>();
  const watch = createCyclesWatch(parts.temporal);
  const viewer = guard.allow('viewer', pageRefusals(guard, root));
  let streams = 0;

  async function screenOf(context: Context<ConsoleEnvironment>, section: string, at?: { readonly shop: string; readonly cycle: string }): Promise<Screen> {
    const visitor = context.get('visitor');
    const language = languageOf(getCookie(context, 'language'), context.req.header('accept-language'));
    const url = new URL(context.req.url);
    return { visitor, mask: maskFor(visitor), t: sayIn(language), language, root, cycles: await listCycles(parts.warehouse.lake), at, section, here: `${url.pathname}${url.search}`, files: files.path };
  }

  const respond = (context: Context<ConsoleEnvironment>, screen: Screen, title: string, content: Content, options: { readonly charts?: boolean } = {}) => {
    context.header('Content-Security-Policy', consolePolicy);
    context.header('Referrer-Policy', ownReferrerPolicy);
    const done = doneWords[context.req.query('done') ?? ''];
    return context.html(consoleLayout(screen, title, html`${done === undefined ? '' : html`<p class="said" role="status">${screen.t(done)}</p>`}<h1>${title}</h1>${content}`, options));
  };

  async function inputOf(context: Context<ConsoleEnvironment>, section: string): Promise<PageInput | undefined> {
    const { shop = '', cycle: asked = '' } = context.req.param();
    const listed = await listCycles(parts.warehouse.lake);
    const cycle = asked === 'latest' ? listed.find((one) => one.shop === shop)?.cycle ?? '' : asked;
    const view = await lake.view(shop, cycle);
    if (view === undefined) return undefined;
    const { settings } = await parts.shops(shop);
    const query = (name: string): string | undefined => { const text = context.req.query(name); return text === undefined || text === '' ? undefined : text.slice(0, longestQuery); };
    return { parts, lake, view, settings, query, screen: await screenOf(context, section, { shop, cycle }), numbers: reportNumbers({ currency: settings.currency, timeZone: settings.time_zone }) };
  }

  routes.get('/', viewer, async (context) => {
    const screen = await screenOf(context, 'cycles');
    const now = await watch().catch((error: unknown) => { parts.onError(error); return undefined; });
    return respond(context, screen, screen.t('Cycles'), cyclesPage(screen, { running: now?.running ?? [], runs: now?.runs ?? [], connected: parts.temporal !== undefined && now !== undefined }));
  });

  routes.get('/cycles/:shop/:cycle', viewer, async (context) => {
    const { shop, cycle } = context.req.param();
    const progress = await parts.temporal?.progress(cycleId(shop, cycle)).catch((error: unknown) => { parts.onError(error); return undefined; });
    const screen = await screenOf(context, 'cycles', { shop, cycle });
    if (progress === undefined && !screen.cycles.some((one) => one.shop === shop && one.cycle === cycle)) return context.notFound();
    return respond(context, screen, `${shop} · ${cycle}`, await cyclePage(screen, parts, { shop, cycle }, progress));
  });

  for (const page of pages) {
    routes.get(`/shops/:shop/:cycle/${page.section}`, viewer, async (context) => {
      const input = await inputOf(context, page.section);
      if (input === undefined) return context.notFound();
      return respond(context, input.screen, input.screen.t(page.title), await page.show(input), { charts: page.charts });
    });
  }

  routes.get('/shops/:shop/:cycle/customers/:id', viewer, async (context) => {
    const input = await inputOf(context, 'customers');
    const id = context.req.param('id').slice(0, longestQuery);
    const profile = input === undefined ? undefined : await customerProfile(input, id);
    if (input === undefined || profile === undefined) return context.notFound();
    return respond(context, input.screen, input.screen.t('Customer {id}', { id }), html`<p><a href="${cyclePath(input.screen, input.view, 'customers')}">${input.screen.t('All customers')}</a></p>${profile}`, { charts: true });
  });

  routes.get('/shops/:shop/:cycle/letters/:id', viewer, async (context) => {
    const input = await inputOf(context, 'campaigns');
    const letter = input === undefined ? undefined : await readLetter(parts.letters, input.view, context.req.param('id').slice(0, longestQuery), input.screen.mask);
    if (letter === undefined) return context.notFound();
    context.header('Content-Security-Policy', documentPolicy('https: http: data:', "'self'"));
    return context.html(letter);
  });

  routes.get('/reports/:shop/:cycle', viewer, async (context) => {
    const folder = cycleFolder(parts.warehouse.lake, context.req.param('shop'), context.req.param('cycle'));
    const report = folder === undefined ? undefined : await readFile(join(folder, 'report.html'), 'utf8').catch(() => undefined);
    if (report === undefined) return context.notFound();
    context.header('Content-Security-Policy', documentPolicy('data:', "'none'"));
    return context.html(report);
  });

  routes.get('/go', viewer, (context) => {
    const [shop = '', cycle = ''] = (context.req.query('at') ?? '').split('/');
    const section = sections.find(([name]) => name === context.req.query('section'))?.[0];
    if (cycleFolder(parts.warehouse.lake, shop, cycle) === undefined || section === undefined || section === 'cycles') return context.redirect(`${root}/`, 302);
    return context.redirect(cyclePath({ root }, { shop, cycle }, section), 302);
  });

  routes.get('/language/:language', viewer, (context) => {
    setCookie(context, 'language', languageOf(context.req.param('language'), undefined), { path: root || '/', maxAge: 31_536_000, sameSite: 'Lax', httpOnly: true });
    return context.redirect(`${root}${ownPath(context.req.query('back'))}`, 302);
  });

  /** Sends a piece of a page again whenever it has changed, until the reader leaves. */
  const live = (show: (context: Context<ConsoleEnvironment>, screen: Screen) => Promise<Content | undefined>) => async (context: Context<ConsoleEnvironment>) => {
    if (streams >= mostStreams) return context.text('Too many open streams.', 503, { 'Retry-After': '10' });
    const screen = await screenOf(context, 'cycles');
    streams += 1;
    return streamSSE(context, async (stream) => {
      let last = '';
      let beaten = performance.now();
      try {
        while (!stream.aborted && !stream.closed) {
          const content = await show(context, screen);
          if (content === undefined) break;
          const text = String(content);
          if (text !== last) await stream.writeSSE({ event: 'piece', data: text });
          else if (performance.now() - beaten > beatMs) await stream.writeSSE({ event: 'beat', data: '' });
          if (text !== last || performance.now() - beaten > beatMs) beaten = performance.now();
          last = text;
          await stream.sleep(1_000);
        }
        if (!stream.aborted) await stream.writeSSE({ event: 'over', data: '' });
      } finally {
        streams -= 1;
      }
    }, async (error) => { parts.onError(error); });
  };

  routes.get('/live/cycles', viewer, live(async (_, screen) => runningCycles(screen, (await watch()).running)));
  routes.get('/live/cycles/:shop/:cycle', viewer, live(async (context, screen) => {
    const { shop, cycle } = context.req.param();
    const now = (await watch()).running.find((one) => one.shop === shop && one.cycle === cycle);
    return now === undefined ? undefined : cycleProgress(screen, now);
  }));
  routes.get('/live/sending/:shop/:cycle/:name', viewer, live(async (context, screen) => {
    const { shop = '', cycle = '', name = '' } = context.req.param();
    const sending = await parts.temporal?.sending(sendId(shop, cycle, name));
    return sending === undefined || sending.state === 'done' || sending.state === 'cancelled' ? undefined : sendingState(screen, sending);
  }));

  return routes;
}

/** What a page answers to somebody it does not let in. */
export function pageRefusals(guard: Guard, root: string): Refusals {
  return {
    unknown: (context) => {
      if (guard.mode === 'open') return context.notFound();
      const url = new URL(context.req.url);
      return context.req.method === 'GET' ? context.redirect(`${root}/login?to=${encodeURIComponent(`${url.pathname}${url.search}`)}`, 303) : context.html(notice('Please log in', 'Your session has ended. Log in again, then repeat what you did.'), 401);
    },
    forbidden: (context, needed) => context.html(notice('Not yours to do', `This needs the role of ${needed}.`), 403),
    forged: (context) => context.html(notice('Not done', 'This form is too old or was sent from another page. Open the page again and repeat it.'), 403),
  };
}
