import { html } from 'hono/html';
import type { Content } from './screen.ts';

/** A column: `n` for numbers, `name` for what must not break. `sort` makes it sortable where scripts run. */
export interface ColumnHead {
  readonly label: string;
  readonly kind?: 'n' | 'name';
}

/** A cell: text, or text with the value it sorts by, or a piece of a page. */
export type TableCell = string | number | Content | { readonly text: string | Content; readonly value: number | string };

export interface TableParts {
  readonly caption: string;
  readonly columns: readonly ColumnHead[];
  /** The first cell of a row is its head. */
  readonly rows: readonly (readonly TableCell[])[];
  /** Said instead of a table without rows: what to do. */
  readonly empty: string;
  /** Shows the caption to all, not only to screen readers. */
  readonly captioned?: boolean;
  readonly sortable?: boolean;
}

const isSorted = (cell: TableCell): cell is { readonly text: string | Content; readonly value: number | string } => typeof cell === 'object' && cell !== null && 'value' in cell && 'text' in cell;

/** Three columns fit any screen, and many are read across; of two the second is mostly long. */
const stacks = (columns: readonly ColumnHead[]): boolean => columns.length === 2 || (columns.length > 3 && columns.length < 10);

/** A table that scrolls by itself, and by the keyboard; on a narrow screen its rows stand as blocks with their labels. Roles are said, since a table shown as blocks loses them. */
export function table({ caption, columns, rows, empty, captioned = false, sortable = true }: TableParts): Content {
  if (rows.length === 0) return html`<p class="quiet">${empty}</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table role="table" class="${[...(sortable && rows.length > 1 ? ['sortable'] : []), ...(stacks(columns) ? ['stacks'] : [])].join(' ')}"><caption class="${captioned ? '' : 'heard'}">${caption}</caption><thead role="rowgroup"><tr role="row">${columns.map(({ label, kind }) => html`<th role="columnheader" scope="col" class="${kind ?? ''}">${label}</th>`)}</tr></thead><tbody role="rowgroup">${rows.map((row) => html`<tr role="row">${row.map((cell, index) => {
    const kind = columns[index]?.kind ?? '';
    const text = isSorted(cell) ? cell.text : cell;
    const value = isSorted(cell) ? html` data-value="${cell.value}"` : '';
    return index === 0 ? html`<th role="rowheader" scope="row" class="${kind}"${value}>${text}</th>` : html`<td role="cell" class="${kind}" data-label="${columns[index]?.label ?? ''}"${value}>${text}</td>`;
  })}</tr>`)}</tbody></table></div>`;
}
