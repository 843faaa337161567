import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { fingerprintOf } from '../../gateways/warehouse/fingerprint.ts';
import type { Relations } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleScope } from '../contract.ts';

/** Hash of everything in a shop's folder that a letter's words depend on: letters, arms, sender, catalogue of offers, and how money and dates are written. */
export function contentHash({ letters, settings }: Pick<ShopFolder, 'letters' | 'settings'>): string {
  const { name, currency, time_zone: timeZone, locale, sender, campaign: { arms, offers } } = settings;
  return fingerprintOf({ letters, arms, offers, sender, name, currency, timeZone, locale });
}

/**
 * Hash of audience, content, offers and schedule of a plan, of what the shop's folder says now. An approval is bound to it.
 * @param relations `plan.recipients` and `plan.offers`
 */
export function planHash(shop: Pick<ShopFolder, 'letters' | 'settings'>, { cycle, asOf }: Pick<CycleScope, 'cycle' | 'asOf'>, relations: Relations): string {
  return fingerprintOf({
    audience: relations['plan.recipients']!.fingerprint,
    offers: relations['plan.offers']?.fingerprint ?? '',
    content: contentHash(shop),
    schedule: { cycle, asOf, mailsPerSecond: shop.settings.campaign.mails_per_second },
  });
}
