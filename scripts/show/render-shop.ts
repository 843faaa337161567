import type { ListedCycle } from '../../web/list-cycles.ts';
import { formatSeconds } from '../display/format-number.ts';
import { renderTable } from '../display/render-table.ts';

/** A shop's cycles, the newest first. */
export function renderShop(cycles: readonly ListedCycle[]): string {
  return renderTable([{ title: 'cycle' }, { title: 'time', right: true }, { title: 'outcome' }], cycles.map(({ shop, cycle, seconds, outcome }) => [`${shop}/${cycle}`, seconds === null ? '' : formatSeconds(seconds), outcome === '' ? 'not finished' : outcome])).join('\n');
}
