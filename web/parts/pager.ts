import { html } from 'hono/html';
import type { Content, Screen } from './screen.ts';

/** Rows a page of a list shows. */
export const pageSize = 25;

/** Number of the page that a query asks for; the first one for anything odd. */
export const pageNumber = (text: string | undefined): number => (text !== undefined && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : 1);

/** Links to the pages before and after; `more` says that there are further rows. */
export function pager({ t }: Screen, path: string, query: Readonly<Record<string, string>>, page: number, more: boolean): Content | string {
  if (page === 1 && !more) return '';
  const link = (to: number): string => `${path}?${new URLSearchParams({ ...query, page: String(to) }).toString()}`;
  return html`<nav class="pager" aria-label="${t('Further rows')}">${page > 1 ? html`<a rel="prev" href="${link(page - 1)}">${t('Back')}</a>` : ''}<span>${t('Page {page}', { page })}</span>${more ? html`<a rel="next" href="${link(page + 1)}">${t('Further')}</a>` : ''}</nav>`;
}
