import { ClienteleError } from '../../../gateways/errors.ts';
import { couponCode } from '../../../gateways/ledger/coupon-code.ts';
import { sendKey } from '../../../gateways/ledger/send-key.ts';
import { writeLetter } from '../../../gateways/mail/write-letter.ts';
import type { ComposedLetter, LetterPress, LetterSend } from '../letter-composer.ts';
import { letterOf } from './letter-of.ts';
import type { Recipient } from './read-recipients.ts';

/** What two letters can differ in so that one can be written and the other cannot: the template, the offer, and which variables are missing. */
const kindOf = ({ arm, locale, offer, coupon, address, variables }: Recipient): string =>
  JSON.stringify([arm, locale, offer, coupon?.kind, address === '', ...Object.entries(variables).filter(([, value]) => value === null || value === '').map(([name]) => name)]);

/**
 * Writes one letter of every kind a plan has, so that what is missing shows before anything is sent.
 * @returns the sender's domain; undefined where there is no recipient
 * @throws ClienteleError LETTER_VARIABLE_MISSING, LETTER_INVALID
 */
export async function checkLetters(letters: Pick<LetterPress, 'open'>, { shop, campaign, batches }: { readonly shop: string; readonly campaign: string; readonly batches: AsyncIterable<readonly Recipient[]> }): Promise<string | undefined> {
  const compose = await letters.open(shop);
  const seen = new Set<string>();
  let senderDomain: string | undefined;
  for await (const recipients of batches) {
    for (const recipient of recipients) {
      const kind = kindOf(recipient);
      if (seen.has(kind)) continue;
      seen.add(kind);
      const domain = await checkLetter(compose, { campaign, recipient });
      senderDomain ??= domain;
    }
  }
  return senderDomain;
}

async function checkLetter(compose: (send: LetterSend) => Promise<ComposedLetter>, { campaign, recipient }: { readonly campaign: string; readonly recipient: Recipient }): Promise<string> {
  const { coupon, ...rest } = recipient;
  const key = sendKey(campaign, recipient.customerId);
  const composed = await compose({ key, ...rest, couponCode: coupon === undefined ? '' : couponCode(key, coupon.prefix) });
  const names = new Set(Object.keys(composed.headers).map((name) => name.toLowerCase()));
  const absent = ['List-Unsubscribe', 'List-Unsubscribe-Post'].find((name) => !names.has(name.toLowerCase()));
  if (absent !== undefined) throw new ClienteleError('LETTER_INVALID', { letter: `of arm ${recipient.arm}`, problem: `it has no header ${absent}. Nothing was sent.` });
  const domain = composed.from.address.slice(composed.from.address.lastIndexOf('@') + 1);
  try {
    writeLetter(letterOf(composed, { key, address: recipient.address, messageId: `<${key}@${domain}>` }));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ClienteleError('LETTER_INVALID', { letter: `of arm ${recipient.arm} for customer ${recipient.customerId}`, problem: `${error.message} Nothing was sent.` }, { cause: error });
  }
  return domain;
}
