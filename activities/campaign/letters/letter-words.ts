/** An offer as the plan or shop.yaml states it. */
export interface Offer {
  readonly kind: 'percentage' | 'amount' | 'free_shipping';
  /** Percent for `percentage`, money in the shop's currency for the other two. */
  readonly value: number;
}

/** The few words of a letter that are not in its MJML. */
export interface LetterWords {
  /** `10 %`, `€5.00`, `free shipping` */
  offer(offer: Offer, money: (value: number) => string): string;
  /** `10 % off your next order` */
  offerPhrase(offer: Offer, money: (value: number) => string): string;
  /** The line by which people and programs find the code in the text part. */
  couponLine(code: string): string;
}

const amountOf = ({ kind, value }: Offer, money: (value: number) => string, free: string): string => {
  if (kind === 'free_shipping') return free;
  return kind === 'percentage' ? `${value} %` : money(value);
};

const english: LetterWords = {
  offer: (offer, money) => amountOf(offer, money, 'free shipping'),
  offerPhrase: (offer, money) => (offer.kind === 'free_shipping' ? 'free shipping on your next order' : `${amountOf(offer, money, '')} off your next order`),
  couponLine: (code) => `Your code: ${code}`,
};

const chinese: LetterWords = {
  offer: (offer, money) => amountOf(offer, money, '免运费'),
  offerPhrase: (offer, money) => (offer.kind === 'free_shipping' ? '下一单免运费' : `下一单立减 ${amountOf(offer, money, '')}`),
  couponLine: (code) => `您的优惠码：${code}`,
};

/** @param locale BCP 47 tag of the letter; Chinese has its own words, every other language the English ones. */
export const letterWords = (locale: string): LetterWords => (locale.toLowerCase().startsWith('zh') ? chinese : english);
