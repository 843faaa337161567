import { cycleId, sendId } from '../../workflows/ids.ts';
import type { CycleDoor } from '../app-parts.ts';

/** Name of a cycle's campaign when its workflow is not there to say it; every plan so far has this one (activities/campaign/plan-campaign.ts). */
const usualName = 'weekly';

/** Name of the campaign that a cycle sends: the last part of `<shop>/<cycle>/<name>`. */
export async function campaignName(door: CycleDoor, { shop, cycle }: { readonly shop: string; readonly cycle: string }): Promise<string> {
  const progress = await door.progress(cycleId(shop, cycle));
  return progress?.plan?.campaign.split('/').at(-1) ?? usualName;
}

/** Id of the workflow that sends a cycle's campaign. */
export const sendingOf = async (door: CycleDoor, at: { readonly shop: string; readonly cycle: string }): Promise<string> => sendId(at.shop, at.cycle, await campaignName(door, at));
