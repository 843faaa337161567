import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Hono } from 'hono';

const require = createRequire(import.meta.url);
const folder = join(import.meta.dirname, 'static');
const zip = promisify(gzip);
const types = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml' } as const;

interface StaticFile { readonly body: Uint8Array<ArrayBuffer>; zipped(): Promise<Uint8Array<ArrayBuffer>>; readonly type: string; readonly version: string }

/** Files that pages load, and their links: read once, zipped when first asked for, kept by browsers until they change. */
export interface StaticFiles {
  readonly routes: Hono;
  /** Path with the file's version. */
  path(name: string): string;
}

function read(path: string): StaticFile {
  const body = new Uint8Array(readFileSync(path));
  const ending = path.slice(path.lastIndexOf('.') + 1) as keyof typeof types;
  let zipping: Promise<Uint8Array<ArrayBuffer>> | undefined;
  return { body, zipped: () => (zipping ??= zip(body, { level: 9 }).then((zipped) => new Uint8Array(zipped))), type: types[ending], version: createHash('sha256').update(body).digest('base64url').slice(0, 12) };
}

/** Nothing here is secret: style, scripts of ours and the chart library, as published. */
export function staticFiles(root: string): StaticFiles {
  const echarts = require.resolve('echarts/dist/echarts.min.js');
  const files = new Map<string, StaticFile>([
    ...['console.css', 'charts.js', 'tables.js', 'live.js', 'mark.svg'].map((name) => [name, read(join(folder, name))] as const),
    ['echarts.js', read(echarts)],
  ]);
  const routes = new Hono();
  routes.get('/static/:name', async (context) => {
    const file = files.get(context.req.param('name'));
    if (file === undefined) return context.notFound();
    const zips = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '');
    context.header('Cache-Control', context.req.query('v') === file.version ? 'public, max-age=31536000, immutable' : 'no-cache');
    context.header('Vary', 'Accept-Encoding');
    if (zips) context.header('Content-Encoding', 'gzip');
    return context.body(zips ? await file.zipped() : file.body, 200, { 'Content-Type': file.type });
  });
  return { routes, path: (name) => `${root}/static/${name}?v=${files.get(name)?.version ?? ''}` };
}
