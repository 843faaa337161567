import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';

type Offer = ShopSettings['campaign']['offers'][number];

/** A segment and what stands out about it, most important first. */
export interface SegmentTraits {
  readonly segment: number;
  readonly name: string;
  readonly traits: readonly string[];
}

/** One offer a segment: the catalogue's first offer made for the segment's foremost trait, else the first made for everybody, else the first. */
export function assignOffers(segments: readonly SegmentTraits[], catalogue: readonly Offer[]): readonly { readonly segment: number; readonly name: string; readonly offer: Offer }[] {
  const forEverybody = catalogue.find((offer) => offer.traits.length === 0) ?? catalogue[0]!;
  return segments.map(({ segment, name, traits }) => {
    const made = traits.map((trait) => catalogue.find((offer) => offer.traits.includes(trait))).find((offer) => offer !== undefined);
    return { segment, name, offer: made ?? forEverybody };
  });
}
