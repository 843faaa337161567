/** RFC 5322 2.1.1: lines should not be longer. */
const lineLength = 76;
/** RFC 2047 2: an encoded word is at most 75 characters long; 45 bytes make 60 of base64. */
const bytesAWord = 45;

const plainText = /^[\x20-\x7e]*$/;

/** Encoded words (RFC 2047), base64, each with whole characters, folded one a line. */
function encodedWords(text: string): string {
  const words: string[] = [];
  let word = '';
  let bytes = 0;
  for (const character of text) {
    const size = Buffer.byteLength(character);
    if (bytes + size > bytesAWord) {
      words.push(word);
      word = '';
      bytes = 0;
    }
    word += character;
    bytes += size;
  }
  return [...words, word].map((one) => `=?UTF-8?B?${Buffer.from(one, 'utf8').toString('base64')}?=`).join('\r\n ');
}

/**
 * An unstructured header as it is written, name and all, without its last line end: folded at spaces, in encoded words where it is not ASCII or
 * could be taken for such words.
 */
export function unstructuredHeader(name: string, text: string): string {
  if (!plainText.test(text) || text.includes('=?') || /^ | $| {2}/.test(text) || /\S{900}/.test(text)) return `${name}: ${encodedWords(text)}`;
  let line = `${name}:`;
  let folded = '';
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > lineLength && line !== `${name}:`) {
      folded += `${line}\r\n`;
      line = '';
    }
    line += ` ${word}`;
  }
  return folded + line;
}

/** `"Name" <address>` (RFC 5322 3.4), or the address alone. */
export function mailbox({ name, address }: { readonly name: string; readonly address: string }): string {
  if (name === '') return address;
  if (!plainText.test(name) || name.includes('=?')) return `${encodedWords(name)} <${address}>`;
  return `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`;
}
