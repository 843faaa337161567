import type { Letter } from '../../../gateways/mail/letter.ts';
import type { ComposedLetter } from '../letter-composer.ts';

/** A composed letter as the relay takes it. Bounces go to the sender. */
export const letterOf = (composed: ComposedLetter, send: { readonly address: string; readonly messageId: string }): Letter => ({
  from: composed.from,
  to: send.address,
  envelopeFrom: composed.from.address,
  messageId: send.messageId,
  headers: composed.headers,
  subject: composed.subject,
  html: composed.html,
  text: composed.text,
});
