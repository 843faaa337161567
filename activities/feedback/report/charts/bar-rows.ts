import { markup, type Markup } from '../markup.ts';

/** One bar: its label, its length as a share of the longest, and what stands after it. */
export interface BarRow {
  readonly label: string;
  readonly value: number;
  readonly text: string;
  readonly note?: string;
}

/** Bars in a table, so that the figures are text: they are read aloud, copied, and keep their size on a phone. */
export function barRows(caption: string, rows: readonly BarRow[]): Markup {
  const longest = Math.max(...rows.map(({ value }) => value), 0);
  return markup`<table class="bars"><caption>${caption}</caption><tbody>${rows.map(({ label, value, text, note }) => markup`
    <tr><th scope="row">${label}</th><td class="bar"><svg width="100%" height="16" aria-hidden="true"><rect class="track" width="100%" height="16" rx="3"/><rect class="fill" width="${longest > 0 ? ((100 * value) / longest).toFixed(2) : '0'}%" height="16" rx="3"/></svg></td><td class="n">${text}${note === undefined ? null : markup` <span class="quiet">${note}</span>`}</td></tr>`)}
  </tbody></table>`;
}
