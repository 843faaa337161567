import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatCount } from '../display/format-number.ts';
import type { CycleProgress } from '../../workflows/progress.ts';
import type { Simulator } from './start-simulator.ts';

/** Lets a simulated shop live the weeks that its cycles wait for. */
export interface ShopLife {
  /** Lives the window of a cycle that waits for outcomes; once, also when two looks at the cycle ask for it. */
  live(progress: CycleProgress): Promise<void>;
}

/** A simulated shop's calendar, `clock.json` in its folder. */
export interface ShopClock {
  /** First day that has not been lived, `2026-11-23`. */
  readonly today: string;
}

/** The clock of a simulated shop; undefined before its history is made. */
export async function readShopClock(root: string, shop: string): Promise<ShopClock | undefined> {
  const text = await readFile(join(root, 'var', 'shops', shop, 'clock.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text) as ShopClock;
}

/** @param say told when a week begins and what came of it */
export function createShopLife({ root, shop, simulator, say }: { readonly root: string; readonly shop: string; readonly simulator: Simulator; readonly say: (line: string) => void }): ShopLife {
  let living = Promise.resolve();

  async function liveOnce({ from, to }: { readonly from: string; readonly to: string }): Promise<void> {
    const clock = await readShopClock(root, shop);
    // Lived already, by an earlier look or before a restart: living it again would make every customer buy twice.
    if (clock !== undefined && Date.parse(clock.today) >= Date.parse(to)) return;
    say(`The shop's customers live ${from.slice(0, 10)} to ${to.slice(0, 10)}: they read their mail, follow links, buy or leave …`);
    const lived = await simulator.liveWeek(from, to);
    say(`The week is over: ${formatCount(lived.mailsRead)} mails arrived, ${formatCount(lived.opens)} opened, ${formatCount(lived.clicks)} clicked, ${formatCount(lived.unsubscribes)} unsubscribed; ${formatCount(lived.orders)} orders, ${formatCount(lived.redemptions)} with a coupon.`);
  }

  return {
    live(progress) {
      const { window } = progress;
      if (progress.shop !== shop || progress.waitsFor !== 'outcomes' || window === undefined) return living;
      living = living.catch(() => undefined).then(() => liveOnce(window));
      return living;
    },
  };
}
