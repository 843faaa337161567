import { ClienteleError } from '../../gateways/errors.ts';
import { startOfDay } from '../../workflows/iso-week.ts';

/**
 * The instant a cycle started by hand stands at: what was typed, else the shop's fixed `as_of`, else the simulated shop's own today, else
 * the start of today in the shop's time zone.
 * @returns ISO 8601 instant
 * @throws ClienteleError COMMAND_INVALID
 */
export function chooseAsOf({ typed, fixed, simulatedToday, now, timeZone }: { readonly typed?: string; readonly fixed?: string; readonly simulatedToday?: string; readonly now: Date; readonly timeZone: string }): string {
  const chosen = typed ?? fixed ?? simulatedToday;
  if (chosen === undefined) return startOfDay(now, timeZone).toISOString();
  const at = /^\d{4}-\d{2}-\d{2}$/.test(chosen) ? new Date(`${chosen}T00:00:00Z`) : new Date(chosen);
  if (!/^\d{4}-\d{2}-\d{2}/.test(chosen) || Number.isNaN(at.getTime())) throw new ClienteleError('COMMAND_INVALID', { problem: `${chosen} is no date`, remedy: 'Write it like 2026-11-23.' });
  return at.toISOString();
}
