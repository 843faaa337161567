import { encodeBody } from './body-text.ts';
import { asciiDomain } from './ascii-domain.ts';
import { mailbox, unstructuredHeader } from './header-text.ts';
import type { Letter } from './letter.ts';

// Headers that are written here; a second one of them would be read instead of ours by some receivers.
const ownHeaders = new Set(['from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'content-type', 'content-transfer-encoding', 'bcc', 'cc', 'sender', 'return-path', 'dkim-signature']);

/** RFC 5322 2.1.1: a line holds 998 characters at most. */
const longestLine = 998;

// `=_` stands in neither encoding, so no body can hold the line that ends it (RFC 2045 6.7).
const boundary = '=_letter';
const contentType = `Content-Type: multipart/alternative; boundary="${boundary}"`;

function refuseLineBreak(header: string, value: string): void {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f\u0085\u2028\u2029]/.test(value)) throw new RangeError(`Header ${header} holds a line break or a control character.`);
}

function refuseBadAddress(header: string, address: string): void {
  refuseLineBreak(header, address);
  if (address.length > 320 || !/^[^\s<>(),;:"@[\]]+@[^\s<>(),;:"@[\]]+$/.test(address)) throw new RangeError(`Header ${header} holds no mail address.`);
}

function furtherHeader(name: string, value: string): string {
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name) || ownHeaders.has(name.toLowerCase())) throw new RangeError(`Header ${JSON.stringify(name)} cannot be set.`);
  refuseLineBreak(name, value);
  if (!/^[\x20-\x7e]*$/.test(value)) throw new RangeError(`Header ${name} holds more than printable ASCII.`);
  if (name.length + 2 + value.length > longestLine) throw new RangeError(`Header ${name} is longer than a line may be.`);
  // Written as it is: folded, some mailboxes do not find the link in it.
  return `${name}: ${value}\r\n`;
}

function part(type: string, body: Letter['html']): string {
  const { encoding, content } = encodeBody(body);
  return `--${boundary}\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${content}`;
}

/** A letter as bytes. */
export interface WrittenLetter {
  readonly header: string;
  readonly body: string;
}

/**
 * The message as header and body (RFC 5322, MIME), each with its last CRLF. Nothing that a customer's or a shop's data say can add a header, a
 * recipient or a part. An address with letters beyond ASCII before its @ is written as it is (RFC 6532).
 * @throws RangeError for a value with CR, LF or another control character, for no address, and for a header that is not ours to write
 */
export function writeLetter(letter: Letter): WrittenLetter {
  refuseBadAddress('To', letter.to);
  refuseBadAddress('From', letter.from.address);
  refuseBadAddress('Return-Path', letter.envelopeFrom);
  refuseLineBreak('From', letter.from.name);
  refuseLineBreak('Subject', letter.subject);
  if (!/^<[\x21-\x3b\x3d\x3f-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+>$/.test(letter.messageId)) throw new RangeError('Header Message-ID is not <left@right>.');
  let header = `From: ${mailbox({ name: letter.from.name, address: asciiDomain(letter.from.address) })}\r\nTo: ${asciiDomain(letter.to)}\r\n`
    + `${unstructuredHeader('Subject', letter.subject)}\r\nMessage-ID: ${letter.messageId}\r\n`
    + `Date: ${(letter.date ?? new Date()).toUTCString().replace('GMT', '+0000')}\r\n`;
  for (const name in letter.headers) header += furtherHeader(name, letter.headers[name]!);
  return {
    header: `${header}MIME-Version: 1.0\r\n${contentType}\r\n`,
    body: `${part('text/plain', letter.text)}${part('text/html', letter.html)}--${boundary}--\r\n`,
  };
}
