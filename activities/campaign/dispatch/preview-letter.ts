import { ClienteleError } from '../../../gateways/errors.ts';
import { couponCode } from '../../../gateways/ledger/coupon-code.ts';
import { sendKey } from '../../../gateways/ledger/send-key.ts';
import type { DkimSigner } from '../../../gateways/mail/dkim-signer.ts';
import type { Letter } from '../../../gateways/mail/letter.ts';
import { writeMessage } from '../../../gateways/mail/write-message.ts';
import type { CycleFolder, Warehouse } from '../../../gateways/warehouse/warehouse.ts';
import type { LetterPress } from '../letter-composer.ts';
import { letterOf } from './letter-of.ts';
import { readRecipient } from './read-recipients.ts';

export interface PreviewInput extends CycleFolder {
  readonly campaign: string;
  readonly customerId: string;
  /** Date header; the moment of sending differs. */
  readonly date: Date;
}

/** A letter as it would be sent. */
export interface Preview {
  readonly key: string;
  readonly letter: Letter;
  /** The bytes between DATA and the final dot, but for doubled dots. */
  readonly message: Buffer;
}

/**
 * Writes the very message that a recipient of a plan gets, by the path that a send takes: the same reading of the plan, composer, letter and writer.
 * Nothing is sent and nothing is written to the ledger.
 * @throws ClienteleError RELATION_MISSING, COMMAND_INVALID for whoever is not to be written to, LETTER_VARIABLE_MISSING, LETTER_INVALID
 */
export async function previewLetter(
  { warehouse, letters, returnPath, dkim }: { readonly warehouse: Warehouse; readonly letters: Pick<LetterPress, 'open'>; readonly returnPath?: (key: string) => string; readonly dkim?: DkimSigner },
  { shop, cycle, campaign, customerId, date }: PreviewInput,
): Promise<Preview> {
  const relation = await warehouse.find({ shop, cycle }, 'plan.recipients');
  if (relation === undefined) throw new ClienteleError('RELATION_MISSING', { relation: 'plan.recipients', path: `${shop}/${cycle}` });
  await using session = await warehouse.open({ 'plan.recipients': relation });
  const recipient = await readRecipient(session, customerId);
  if (recipient === undefined) throw new ClienteleError('COMMAND_INVALID', { problem: `The plan of ${shop}/${cycle} writes to no customer ${customerId}`, remedy: 'Its relation plan.recipients says for everybody why or why not.' });
  const { coupon, ...rest } = recipient;
  const key = sendKey(campaign, customerId);
  const compose = await letters.open(shop);
  const composed = await compose({ key, ...rest, couponCode: coupon === undefined ? '' : couponCode(key, coupon.prefix) });
  const domain = composed.from.address.slice(composed.from.address.lastIndexOf('@') + 1);
  const letter: Letter = { ...letterOf(composed, { key, address: recipient.address, messageId: `<${key}@${domain}>` }, returnPath), date };
  return { key, letter, message: await writeMessage(letter, dkim) };
}
