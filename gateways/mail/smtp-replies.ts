/** One reply of an SMTP server (RFC 5321 4.2), with the lines of a longer one joined by line feeds. */
export interface SmtpReply {
  readonly code: number;
  readonly text: string;
  /** Every line without its code, as EHLO needs them. */
  readonly lines: readonly string[];
}

/** A server that speaks on without end must not fill our memory. */
const longestReply = 64 * 1024;

/**
 * Cuts what a server says into replies.
 * @returns a function that takes the next piece of text and gives the replies that are complete by now; throws RangeError for what is no SMTP
 */
export function createReplyReader(): (chunk: string) => SmtpReply[] {
  let rest = '';
  let lines: string[] = [];
  return (chunk) => {
    rest += chunk;
    const replies: SmtpReply[] = [];
    let from = 0;
    for (let end = rest.indexOf('\n', from); end >= 0; end = rest.indexOf('\n', from)) {
      const line = rest.slice(from, rest[end - 1] === '\r' ? end - 1 : end);
      from = end + 1;
      if (!/^[2-5]\d\d(?:[ -]|$)/.test(line)) throw new RangeError('The server does not speak SMTP.');
      lines.push(line);
      if (lines.length > 500) throw new RangeError('The server\'s reply is too long.');
      if (line[3] === '-') continue;
      replies.push({ code: Number(line.slice(0, 3)), text: lines.join('\n'), lines: lines.map((one) => one.slice(4)) });
      lines = [];
    }
    rest = rest.slice(from);
    if (rest.length > longestReply) throw new RangeError('The server\'s reply is too long.');
    return replies;
  };
}
