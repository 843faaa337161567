import { html, raw } from 'hono/html';
import type { Content } from './screen.ts';

/** A picture that web/static/charts.js draws; every number in it stands in a table of the page too. */
export type ChartSpec =
  | { readonly kind: 'scatter'; readonly names: readonly string[]; readonly points: readonly (readonly [x: number, y: number, group: number, id: string])[]; readonly axes: readonly [string, string]; readonly link: string }
  | { readonly kind: 'bars'; readonly labels: readonly string[]; readonly values: readonly number[]; readonly unit: ChartUnit }
  | { readonly kind: 'heat'; readonly columns: readonly string[]; readonly rows: readonly string[]; readonly cells: readonly (readonly [column: number, row: number, value: number])[]; readonly unit: ChartUnit; readonly around?: number }
  | { readonly kind: 'flow'; readonly from: readonly string[]; readonly to: readonly string[]; readonly flows: readonly (readonly [from: number, to: number, value: number])[]; /** Names in the order of the other pictures of the page, so that a group keeps its colour. */ readonly groups: readonly string[] }
  | { readonly kind: 'network'; readonly nodes: readonly { readonly name: string; readonly size: number }[]; readonly links: readonly (readonly [from: number, to: number, weight: number])[] }
  | { readonly kind: 'intervals'; readonly rows: readonly { readonly name: string; readonly middle: number; readonly lower: number; readonly upper: number }[]; readonly unit: ChartUnit }
  | { readonly kind: 'dendrogram'; readonly leaves: readonly string[]; /** Places are leaf numbers, halves between them; the last is the height of the union. */ readonly unions: readonly (readonly [onePlace: number, oneHeight: number, otherPlace: number, otherHeight: number, height: number])[] }
  | { readonly kind: 'lines'; readonly labels: readonly string[]; readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[]; readonly unit: ChartUnit };

export type ChartUnit = 'count' | 'share' | 'percent' | 'points' | 'deviation' | 'decimal' | { readonly money: string };

/** JSON inside a script element must not be able to end it. */
const safeJson = (value: unknown): string => JSON.stringify(value).replace(/</g, '\\u003c').replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029');

/**
 * A picture with what it says in words, for who does not see it and where no script runs.
 * @param height in CSS pixels
 */
export const chart = (spec: ChartSpec, { says, height = 320 }: { readonly says: string; readonly height?: 160 | 240 | 320 | 420 | 520 }): Content => html`<figure class="chart"><div class="plot h${height}" role="img" aria-label="${says}"></div><script type="application/json">${raw(safeJson(spec))}</script><figcaption>${says}</figcaption></figure>`;
