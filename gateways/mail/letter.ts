import type { BodyText } from './body-text.ts';

/** One message to one recipient, ready to be written down (RFC 5322). */
export interface Letter {
  readonly from: { readonly name: string; readonly address: string };
  /** The one recipient. */
  readonly to: string;
  /** MAIL FROM of the envelope (RFC 5321), where bounces go. */
  readonly envelopeFrom: string;
  /** `<left@right>` */
  readonly messageId: string;
  /** Further headers, List-Unsubscribe and its kin among them; written as they are, in printable ASCII. */
  readonly headers: Readonly<Record<string, string>>;
  readonly subject: string;
  readonly html: BodyText;
  readonly text: BodyText;
  readonly date?: Date;
}
