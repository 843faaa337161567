import { ClienteleError } from '../../gateways/errors.ts';
import { isoWeekStart } from '../../workflows/iso-week.ts';

/**
 * A cycle as people type it: `2026-W48`, or `demo/2026-W48`.
 * @param shop what is meant when only the week is given
 * @throws ClienteleError COMMAND_INVALID
 */
export function parseCycleName(text: string, shop: string): { readonly shop: string; readonly cycle: string } {
  const parts = text.replace(/^cycle\//, '').split('/');
  const [cycle, named] = [parts.at(-1) ?? '', parts.length > 1 ? parts[0] : shop];
  try {
    isoWeekStart(cycle);
  } catch {
    throw new ClienteleError('COMMAND_INVALID', { problem: `${text} names no cycle`, remedy: 'Write the ISO week, for example 2026-W48, or shop/2026-W48.' });
  }
  if (parts.length > 2 || named === undefined || named === '') throw new ClienteleError('COMMAND_INVALID', { problem: `${text} names no cycle`, remedy: 'Write shop/2026-W48.' });
  return { shop: named, cycle };
}
