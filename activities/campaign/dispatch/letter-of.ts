import type { Letter } from '../../../gateways/mail/letter.ts';
import type { ComposedLetter } from '../letter-composer.ts';

/**
 * A composed letter as the relay takes it.
 * @param returnPath makes the address that bounces of this letter go to; the sender's where there is none
 */
export const letterOf = (composed: ComposedLetter, send: { readonly key: string; readonly address: string; readonly messageId: string }, returnPath?: (key: string) => string): Letter => ({
  from: composed.from,
  to: send.address,
  envelopeFrom: returnPath?.(send.key) ?? composed.from.address,
  messageId: send.messageId,
  headers: composed.headers,
  subject: composed.subject,
  html: composed.pieces ?? composed.html,
  text: composed.text,
});
