import { html } from 'hono/html';
import type { Content } from './screen.ts';

/** A row of figures: what, how much, and a word about it. */
export const tiles = (items: readonly { readonly label: string; readonly value: string; readonly note?: string }[]): Content => html`<dl class="tiles">${items.map(({ label, value, note }) => html`<div class="${value.length > 18 ? 'wide' : ''}"><dt>${label}</dt><dd>${value}${note === undefined || note === '' ? '' : html`<span>${note}</span>`}</dd></div>`)}</dl>`;
