import { join } from 'node:path';
import { makeHistory } from '../../simulator/make-history.ts';
import { formatCount, formatSeconds } from '../display/format-number.ts';
import { readShopClock } from './shop-life.ts';

const seed = 1;

/** Makes the demo shop's past once, so that every command can start with it; does nothing for another shop. */
export async function ensureDemoHistory({ root, shop, say }: { readonly root: string; readonly shop: string; readonly say: (line: string) => void }): Promise<void> {
  if (shop !== 'demo' || await readShopClock(root, shop) !== undefined) return;
  say('Making the demo shop: 18 months of customers, visits and orders …');
  const started = performance.now();
  const { customers, orders, events } = await makeHistory({ folder: join(root, 'var', 'shops', shop), seed, devices: true });
  say(`Made ${formatCount(customers)} customers, ${formatCount(orders)} orders and ${formatCount(events)} events in ${formatSeconds((performance.now() - started) / 1000)}.`);
}
