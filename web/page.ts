import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

type Content = HtmlEscapedString | Promise<HtmlEscapedString>;

const style = `:root{color-scheme:light dark;--page:#f6f5f1;--card:#fff;--ink:#22241f;--quiet:#666b62;--line:#dedcd4;--accent:#12695a;--on:#fff;--bad:#a3261f}
@media (prefers-color-scheme:dark){:root{--page:#141613;--card:#1d201c;--ink:#eceee8;--quiet:#a3a99d;--line:#363a33;--accent:#63c7b1;--on:#0d1f1a;--bad:#f2938a}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,"Noto Sans CJK SC",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:760px;margin:6vh auto;padding:0 16px}main.narrow{max-width:480px}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:26px;margin-bottom:18px;overflow-wrap:break-word}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 12px}h2{font-size:1.1rem;margin:22px 0 6px}.card>h2:first-child{margin-top:0}p{margin:0 0 12px}.quiet{color:var(--quiet)}a{color:var(--accent)}
table{border-collapse:collapse;width:100%;font-size:.95rem}th,td{text-align:left;padding:8px 12px 8px 0;border-bottom:1px solid var(--line);vertical-align:top;font-weight:400}thead th{color:var(--quiet);font-size:.88rem}td:last-child,th:last-child{padding-right:0}.n,.name{white-space:nowrap}.n{text-align:right}tr:last-child>*{border-bottom:0}
label{display:block;margin:14px 0 4px;font-weight:600}input,textarea,select{width:100%;font:inherit;color:inherit;background:var(--page);border:1px solid var(--line);border-radius:8px;padding:10px 12px}
button{font:inherit;font-weight:600;border:1px solid var(--accent);border-radius:8px;padding:11px 22px;margin:16px 8px 0 0;background:var(--accent);color:var(--on);cursor:pointer}button.other{background:transparent;color:var(--bad);border-color:var(--bad)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}iframe{width:100%;height:780px;border:1px solid var(--line);border-radius:10px;background:#fff}.scroll{overflow-x:auto}code{overflow-wrap:anywhere}`;

/** For the policy: the one style that pages hold. */
export const pageStyleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

/** A whole page around its content. Everything printed by `html` is escaped. */
export const page = (title: string, content: Content, options: { readonly language?: string; readonly narrow?: boolean } = {}): Content => html`<!doctype html>
<html lang="${options.language ?? 'en'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${raw(style)}</style></head>
<body><main class="${options.narrow === true ? 'narrow' : ''}">${content}</main></body></html>`;

/** A page that says one thing. */
export const notice = (title: string, words: string, language?: string): Content => page(title, html`<div class="card"><h1>${title}</h1><p>${words}</p></div>`, { narrow: true, language });
