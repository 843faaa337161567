import { quotedPrintable } from './quoted-printable.ts';

// oxlint-disable-next-line no-control-regex -- everything but ASCII is what is looked for
const beyondAscii = /[^\x00-\x7f]/g;

const countBeyondAscii = (text: string): number => text.match(beyondAscii)?.length ?? 0;

/** A piece of text that many letters share: what depends on the text alone is found out once. */
export class FixedText {
  readonly text: string;
  #quotedPrintable: string | undefined;
  #beyondAscii: number | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get quotedPrintable(): string {
    return this.#quotedPrintable ??= quotedPrintable(this.text);
  }

  get beyondAscii(): number {
    return this.#beyondAscii ??= countBeyondAscii(this.text);
  }
}

/** A letter's body: a text, or its pieces in order, of which the fixed ones are encoded once for all letters. */
export type BodyText = string | readonly (string | FixedText)[];

/** An encoded body as a MIME part holds it, with CRLF line ends and one at its end. */
export interface EncodedBody {
  readonly encoding: 'quoted-printable' | 'base64';
  readonly content: string;
}

/** The body's text in one. */
export const bodyText = (body: BodyText): string => typeof body === 'string' ? body : body.map((piece) => typeof piece === 'string' ? piece : piece.text).join('');

/** Encodes a body: quoted-printable, or base64 where more than an eighth of it is beyond ASCII and quoted-printable would be the longer. */
export function encodeBody(body: BodyText): EncodedBody {
  const pieces = typeof body === 'string' ? [body] : body;
  let length = 0;
  let foreign = 0;
  for (const piece of pieces) {
    const fixed = typeof piece !== 'string';
    length += fixed ? piece.text.length : piece.length;
    foreign += fixed ? piece.beyondAscii : countBeyondAscii(piece);
  }
  if (foreign * 8 > length) {
    const code = Buffer.from(bodyText(body).replace(/\r?\n/g, '\r\n'), 'utf8').toString('base64');
    return { encoding: 'base64', content: `${code.replace(/.{76}(?=.)/g, '$&\r\n')}\r\n` };
  }
  let content = '';
  let lineBegun = false;
  for (const piece of pieces) {
    const code = typeof piece === 'string' ? quotedPrintable(piece) : piece.quotedPrintable;
    if (code === '') continue;
    // Each piece was encoded for the beginning of a line; a soft break takes it there and is no part of the text.
    content += lineBegun ? `=\r\n${code}` : code;
    lineBegun = !code.endsWith('\n');
  }
  return { encoding: 'quoted-printable', content: lineBegun || content === '' ? `${content}\r\n` : content };
}
