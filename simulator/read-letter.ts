import { simpleParser } from 'mailparser';

/** What an offer in a letter promises, as a reader takes it. */
export interface OfferRead {
  readonly kind: 'percentage' | 'amount' | 'free_shipping';
  /** Percent, or money in the shop's currency; 0 for free shipping. */
  readonly value: number;
}

/** What a customer finds in a mail. */
export interface LetterRead {
  readonly messageId: string;
  readonly recipient: string;
  readonly offer: OfferRead | undefined;
  readonly couponCode: string | undefined;
  /** Counted links, path `/c/…`, each once, in the order of the letter. */
  readonly links: readonly string[];
  /** Image that tells of the opening, path `/o/…`. */
  readonly pixel: string | undefined;
  /** Address for the one-click POST of RFC 8058; undefined where the letter does not offer it. */
  readonly unsubscribe: string | undefined;
}

/**
 * Reads a mail as its recipient would: the first offer of the text part (`10 %`, `5.00`, `€5`, `free shipping`), the code on the line
 * `Your code:` or `您的优惠码：`, and the links of the HTML part.
 * @param source whole message, RFC 5322
 * @returns undefined for a message without a recipient
 */
export async function readLetter(source: Buffer): Promise<LetterRead | undefined> {
  const parsed = await simpleParser(source, { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true, skipTextLinks: true });
  const recipient = [parsed.to ?? []].flat().flatMap(({ value }) => value).map(({ address }) => address).find(Boolean);
  if (recipient === undefined) return undefined;
  const html = parsed.html || '';
  const text = parsed.text ?? html.replace(/<style[\s\S]*?<\/style>|<[^>]*>/gi, ' ');
  const addresses = [...html.matchAll(/\b(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi)].map(([, double, single]) => (double ?? single ?? '').replaceAll('&amp;', '&'));
  const header = (name: string): string => (parsed.headerLines.find(({ key }) => key === name)?.line ?? '').replace(/\r?\n[ \t]+/g, ' ');
  const offersOneClick = /List-Unsubscribe=One-Click/i.test(header('list-unsubscribe-post'));
  return {
    messageId: parsed.messageId ?? '',
    recipient,
    offer: findOffer(text),
    couponCode: /^[ \t]*(?:Your code:|您的优惠码：)\s*((?:[A-Z0-9]+-)*[A-Z2-9]{4}-[A-Z2-9]{4})\b/m.exec(text)?.[1],
    links: [...new Set(addresses.filter((address) => isUnder(address, 'c')))],
    pixel: addresses.find((address) => isUnder(address, 'o')),
    unsubscribe: offersOneClick ? [...header('list-unsubscribe').matchAll(/<([^>]*)>/g)].map(([, address]) => address!).find((address) => isUnder(address, 'u')) : undefined,
  };
}

/** The offer that comes first, whatever its kind. */
function findOffer(text: string): OfferRead | undefined {
  const match = /(?<percent>\d+(?:[.,]\d+)?)\s?%|(?:[€$£¥]|\b[A-Z]{3})\s?(?<symbol>\d+(?:[.,]\d{1,2})?)|(?<amount>\d+[.,]\d{2})\b|(?<free>free shipping|免运费|包邮)/i.exec(text);
  if (match === null) return undefined;
  const { percent, symbol, amount, free } = match.groups as Readonly<Record<string, string | undefined>>;
  if (free !== undefined) return { kind: 'free_shipping', value: 0 };
  return { kind: percent === undefined ? 'amount' : 'percentage', value: Number((percent ?? symbol ?? amount)!.replace(',', '.')) };
}

/** Whether it is a web address whose path has the public endpoint's letter; the endpoints may stand below a path. */
function isUnder(address: string, endpoint: string): boolean {
  const url = URL.parse(address);
  return url !== null && /^https?:$/.test(url.protocol) && new RegExp(`(^|/)${endpoint}/[^/]+`).test(url.pathname);
}
