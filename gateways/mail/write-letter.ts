import MailComposer from 'nodemailer/lib/mail-composer';
import type { Letter } from './letter.ts';

// Headers the message builder writes itself; a second one of them would be read instead of ours by some receivers.
const ownHeaders = new Set(['from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'content-type', 'content-transfer-encoding', 'bcc', 'cc', 'sender', 'return-path']);

/** RFC 5322 2.1.1: a line holds 998 characters at most. */
const longestLine = 998;

function refuseLineBreak(header: string, value: string): void {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f\u0085\u2028\u2029]/.test(value)) throw new RangeError(`Header ${header} holds a line break or a control character.`);
}

function refuseBadAddress(header: string, address: string): void {
  refuseLineBreak(header, address);
  if (address.length > 320 || !/^[^\s<>(),;:"[\]]+@[^\s<>(),;:"@[\]]+$/.test(address)) throw new RangeError(`Header ${header} holds no mail address.`);
}

/**
 * The message as bytes (RFC 5322, MIME). Nothing that a customer's or a shop's data say can add a header, a recipient or a part.
 * @throws RangeError for a value with CR, LF or another control character, for no address, and for a header that is not ours to write
 */
export async function writeLetter(letter: Letter): Promise<Buffer> {
  refuseBadAddress('To', letter.to);
  refuseBadAddress('From', letter.from.address);
  refuseBadAddress('Return-Path', letter.envelopeFrom);
  refuseLineBreak('From', letter.from.name);
  refuseLineBreak('Subject', letter.subject);
  if (!/^<[\x21-\x3b\x3d\x3f-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+>$/.test(letter.messageId)) throw new RangeError('Header Message-ID is not <left@right>.');
  const headers = Object.entries(letter.headers).map(([key, value]) => {
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(key) || ownHeaders.has(key.toLowerCase())) throw new RangeError(`Header ${JSON.stringify(key)} cannot be set.`);
    refuseLineBreak(key, value);
    if (!/^[\x20-\x7e]*$/.test(value)) throw new RangeError(`Header ${key} holds more than printable ASCII.`);
    if (key.length + 2 + value.length > longestLine) throw new RangeError(`Header ${key} is longer than a line may be.`);
    // Prepared: written as it is. Folded by the builder it could break a signature made outside.
    return { key, value: { prepared: true, value } };
  });
  const composer = new MailComposer({
    from: letter.from,
    to: { name: '', address: letter.to },
    subject: letter.subject,
    messageId: letter.messageId,
    headers,
    html: letter.html,
    text: letter.text,
    date: letter.date,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}
