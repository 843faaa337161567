import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { CycleSettings } from './contract.ts';

/** Shares of the window after which the guardrail looks: early enough to stop what drives people away, late enough to have seen some. */
const earlyLooks = [0.25, 0.5];

/** What workflows decide by, out of a shop's settings: shop days become real seconds. */
export function cycleSettingsOf({ approval, marketers, campaign, gates, preprocess, day_length_seconds: daySeconds }: ShopSettings): CycleSettings {
  return {
    approval: approval.mode,
    remindAfterSeconds: approval.remind_after_hours * 3600,
    giveUpAfterSeconds: approval.give_up_after_hours * 3600,
    windowSeconds: campaign.attribution_days * daySeconds,
    // Where a day is a second, the new data still take some real time to arrive.
    maximumWindowSeconds: Math.max(campaign.maximum_attribution_days * daySeconds, 120),
    earlyLooks,
    minimumSilhouette: gates.minimum_silhouette,
    minimumStability: gates.minimum_stability,
    maximumAnalyses: preprocess.feature_sets.length,
    mailsPerSecond: campaign.mails_per_second,
    maximumUnsubscribeShare: gates.maximum_unsubscribe_share,
    marketers: new Set(marketers).size,
  };
}
