/** Averages of a segment over those of all customers: 1 is like everybody, 2 twice as much. */
export interface RelativeHabits {
  readonly recency: number;
  readonly frequency: number;
  readonly monetary: number;
  readonly averageOrderValue: number;
  readonly tenure: number;
  readonly discountShare: number;
}

/** A word for what stands out about a segment. Offers in shop.yaml are made for traits. */
export type Trait = 'champion' | 'loyal' | 'new' | 'lost' | 'slipping' | 'big_basket' | 'bargain' | 'occasional';

const names: Readonly<Record<Trait, string>> = {
  champion: 'Champions', loyal: 'Loyal regulars', new: 'Newcomers', lost: 'Lost', slipping: 'Slipping away', big_basket: 'Big baskets', bargain: 'Bargain hunters', occasional: 'Occasional buyers',
};

const qualifiers: Readonly<Record<Trait, string>> = {
  champion: 'high value', loyal: 'frequent', new: 'recent', lost: 'long gone', slipping: 'cooling', big_basket: 'big baskets', bargain: 'on discount', occasional: 'few orders',
};

/** Every trait a segment has, what matters most for writing to it first. Thresholds are multiples of the average customer. */
export function segmentTraits(habits: RelativeHabits): readonly Trait[] {
  const { recency, frequency, monetary, averageOrderValue, tenure, discountShare } = habits;
  const traits: Trait[] = [];
  if (frequency >= 1.5 && monetary >= 1.5 && recency <= 1) traits.push('champion');
  if (tenure <= 0.6 && recency <= 1 && frequency < 1.5) traits.push('new');
  if (recency >= 1.5) traits.push('lost');
  if (recency >= 1 && recency < 1.5 && frequency < 1.2) traits.push('slipping');
  if (frequency >= 1.1) traits.push('loyal');
  if (averageOrderValue >= 1.3) traits.push('big_basket');
  if (discountShare >= 1.4) traits.push('bargain');
  if (traits.length === 0) traits.push('occasional');
  return traits;
}

/**
 * A readable name a segment, all different: the first trait's name, then with the next trait, then with a number.
 * @param traitsBySegment traits of each segment, largest segment first
 */
export function segmentNames(traitsBySegment: readonly (readonly Trait[])[]): readonly string[] {
  const taken = new Set<string>();
  return traitsBySegment.map((traits) => {
    const [first, ...others] = traits as [Trait, ...Trait[]];
    const candidates = [names[first], ...others.map((other) => `${names[first]}, ${qualifiers[other]}`)];
    let name = candidates.find((candidate) => !taken.has(candidate));
    for (let number = 2; name === undefined; number++) {
      const numbered = `${names[first]} ${number}`;
      if (!taken.has(numbered)) name = numbered;
    }
    taken.add(name);
    return name;
  });
}
