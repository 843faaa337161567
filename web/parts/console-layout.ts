import { html } from 'hono/html';
import { cyclePath, type Content, type Screen } from './screen.ts';
import { sections } from './sections.ts';

/** A whole page of the console: navigation, choice of shop and cycle, who is logged in, and the content. Nothing in it needs a script. */
export function consoleLayout(screen: Screen, title: string, content: Content, options: { readonly charts?: boolean } = {}): Content {
  const { t, root, language, files } = screen;
  return html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${title} · Clientele</title>
<link rel="icon" href="${files('mark.svg')}" type="image/svg+xml"><link rel="stylesheet" href="${files('console.css')}">
${options.charts === true ? html`<script src="${files('echarts.js')}" defer></script><script src="${files('charts.js')}" defer></script>` : ''}<script src="${files('tables.js')}" defer></script><script src="${files('live.js')}" defer></script></head>
<body><a class="skip" href="#content">${t('Skip to the content')}</a>
<header class="top"><a class="brand" href="${root}/">Clientele</a>${picker(screen)}${person(screen)}</header>
<div class="frame"><nav class="sections" aria-label="${t('Pages')}">${navigation(screen)}</nav>
<main id="content" tabindex="-1">${content}</main></div>
<footer class="foot"><p>Clientele · <a href="${root}/language/${language === 'en' ? 'zh-CN' : 'en'}?back=${encodeURIComponent(screen.here)}" lang="${language === 'en' ? 'zh-CN' : 'en'}" hreflang="${language === 'en' ? 'zh-CN' : 'en'}">${language === 'en' ? '中文' : 'English'}</a></p></footer></body></html>`;
}

function navigation(screen: Screen): Content {
  const { t, root, section } = screen;
  const at = screen.at ?? screen.cycles[0];
  return html`<ul>${sections.map(([name, title]) => {
    const current = name === section ? html` aria-current="page"` : '';
    if (name === 'cycles') return html`<li><a href="${root}/"${current}>${t(title)}</a></li>`;
    return at === undefined ? html`<li><span class="quiet">${t(title)}</span></li>` : html`<li><a href="${cyclePath(screen, at, name)}"${current}>${t(title)}</a></li>`;
  })}</ul>`;
}

function picker({ t, root, at, cycles, section }: Screen): Content | string {
  if (cycles.length === 0) return '';
  const chosen = at ?? cycles[0];
  return html`<form class="picker" action="${root}/go" method="get"><label for="at">${t('Cycle')}</label><select id="at" name="at">${cycles.map(({ shop, cycle }) => html`<option value="${shop}/${cycle}"${chosen?.shop === shop && chosen.cycle === cycle ? html` selected` : ''}>${shop} · ${cycle}</option>`)}</select><input type="hidden" name="section" value="${section === 'cycles' ? 'campaigns' : section}"><button class="small">${t('Show')}</button></form>`;
}

function person({ t, root, visitor }: Screen): Content | string {
  if (visitor.by !== 'session') return html`<p class="who quiet">${t('this machine')} · ${t(visitor.role)}</p>`;
  return html`<form class="who" method="post" action="${root}/logout"><input type="hidden" name="csrf" value="${visitor.csrf}"><span>${visitor.name} · ${t(visitor.role)}</span><button class="small other">${t('Log out')}</button></form>`;
}
