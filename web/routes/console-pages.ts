import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { html } from 'hono/html';
import type { AppParts } from '../app-parts.ts';
import { cycleFolder } from '../cycle-folder.ts';
import { listCycles } from '../list-cycles.ts';
import { page } from '../page.ts';
import { documentPolicy } from '../security-headers.ts';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The console of the machine's own user: `/` lists the cycles, `/reports/<shop>/<cycle>` shows one. */
export function consolePages({ lake }: AppParts): Hono {
  const routes = new Hono();

  routes.use(async (context, next) => {
    // A strange Host on a loopback address is a web page that had its own name resolve to this machine, or a proxy that publishes it.
    if (!loopback.has(new URL(context.req.url).hostname)) return context.notFound();
    await next();
  });

  routes.get('/', async (context) => {
    const cycles = await listCycles(lake);
    const list = html`<div class="scroll"><table><thead><tr><th>cycle</th><th>shop</th><th>outcome</th></tr></thead><tbody>${cycles.map(({ shop, cycle, outcome, hasReport }) => html`<tr><th scope="row" class="name">${hasReport ? html`<a href="${`reports/${shop}/${cycle}`}">${cycle}</a>` : cycle}</th><td>${shop}</td><td>${outcome === '' ? (hasReport ? 'see the report' : 'no report yet') : outcome}</td></tr>`)}</tbody></table></div>`;
    return context.html(page('Cycles', html`<div class="card"><h1>Cycles</h1>${cycles.length === 0 ? html`<p>There is none yet. Start one with <code>npm run cycle</code>.</p>` : list}</div>`));
  });

  routes.get('/reports/:shop/:cycle', async (context) => {
    const folder = cycleFolder(lake, context.req.param('shop'), context.req.param('cycle'));
    const report = folder === undefined ? undefined : await readFile(join(folder, 'report.html'), 'utf8').catch(() => undefined);
    if (report === undefined) return context.notFound();
    context.header('Content-Security-Policy', documentPolicy('data:', "'none'"));
    return context.html(report);
  });

  return routes;
}
