const lineLength = 76;

/** `=XX` for every byte of the text. */
const escaped = (text: string): string => Buffer.from(text, 'utf8').toString('hex').toUpperCase().replace(/../g, '=$&');

// The first character may not be a dot: SMTP would have to double it (RFC 5321 4.5.2).
const plainLine = /^(?![.])[\x20-\x3c\x3e-\x7e]{0,75}[\x21-\x3c\x3e-\x7e]$/;

function encodeLine(line: string): string {
  if (line === '' || plainLine.test(line)) return line;
  const code = line.replace(/[^\x20-\x3c\x3e-\x7e]+/gu, escaped).replace(/ $/, '=20');
  let encoded = '';
  for (let from = 0; from < code.length;) {
    const dot = code[from] === '.';
    const room = dot ? lineLength - 2 : lineLength;
    if (code.length - from <= room) return encoded + (dot ? '=2E' + code.slice(from + 1) : code.slice(from));
    let to = from + room - 1;
    // An escape stays whole.
    if (code[to - 1] === '=') to -= 1;
    else if (code[to - 2] === '=') to -= 2;
    encoded += `${dot ? '=2E' + code.slice(from + 1, to) : code.slice(from, to)}=\r\n`;
    from = to;
  }
  return encoded;
}

/**
 * Text in quoted-printable (RFC 2045 6.7): lines of 76 characters at most, none beginning with a dot, line feeds as CRLF. It stands at the
 * beginning of a line and may be followed by a soft line break, so that pieces encoded apart can be put together.
 */
export const quotedPrintable = (text: string): string => text.split(/\r?\n/).map(encodeLine).join('\r\n');
