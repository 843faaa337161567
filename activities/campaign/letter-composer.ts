import type { BodyText } from '../../gateways/mail/body-text.ts';

/** One recipient as the ledger knows it, and what a letter may say to it. */
export interface LetterSend {
  /** Key of the send: it, signed, is all that a public link carries. */
  readonly key: string;
  readonly customerId: string;
  readonly address: string;
  readonly locale: string;
  /** Arm of shop.yaml, which names the letter and its subject. */
  readonly arm: string;
  readonly segment: string;
  readonly offer: string;
  /** Every other column of `plan.recipients` by its name: given_name, segment_name, offer_kind, offer_value, … NULL is null. */
  readonly variables: Readonly<Record<string, string | number | boolean | null>>;
  /** `XXXX-XXXX`, or with a prefix and a further dash. */
  readonly couponCode: string;
}

/** A letter ready for the relay. Dispatch adds the Message-ID, which the ledger knows. */
export interface ComposedLetter {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** `html` in pieces, of which those that every recipient gets are encoded only once. */
  readonly pieces?: BodyText;
  /** Further headers, List-Unsubscribe and List-Unsubscribe-Post (RFC 8058) among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly from: { readonly name: string; readonly address: string };
}

/** Makes the letter of one recipient. The same input gives the same letter. */
export interface LetterComposer {
  /** @throws ClienteleError LETTER_VARIABLE_MISSING, LETTER_INVALID */
  compose(input: { readonly shop: string; readonly send: LetterSend }): Promise<ComposedLetter>;
}

/** Makes the letters of a whole batch: the shop's folder is read once for all of them. */
export interface LetterPress extends LetterComposer {
  /** @throws ClienteleError SHOP_NOT_FOUND, SETTING_INVALID; the function it returns as `compose` */
  open(shop: string): Promise<(send: LetterSend) => Promise<ComposedLetter>>;
}
