import type { PageResult } from '../activities/campaign/contract.ts';

/** Fewer mails than this say nothing about an arm: at 200, one complaint more or less moves the share by half a percent. */
const minimumHandedOver = 200;

/** Arms whose share of unsubscribes and complaints is over the limit, with words for people. */
export function trippedArms(arms: PageResult['arms'], maximumShare: number): readonly { readonly arm: string; readonly words: string }[] {
  return arms.flatMap(({ arm, handedOver, unsubscribed, complained }) => {
    const share = (unsubscribed + complained) / handedOver;
    if (handedOver < minimumHandedOver || share <= maximumShare) return [];
    return [{ arm, words: `Arm ${arm} was stopped: ${unsubscribed} unsubscribed and ${complained} complained of ${handedOver} mailed, more than ${(maximumShare * 100).toFixed(1)} %.` }];
  });
}
