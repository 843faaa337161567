import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { RelayAddress } from './relay-address.ts';
import type { RelayAnswer } from './relay-answer.ts';

/** Milliseconds. */
export interface RelayTimeouts {
  readonly connect: number;
  /** Silence of the relay after which the connection is given up. */
  readonly silence: number;
}

/** One SMTP session, one letter at a time. */
export interface RelayConnection {
  /** Never rejects. Every answer but `accepted` may end the session: look at `usable`. */
  deliver(envelope: { readonly from: string; readonly to: string }, message: Buffer): Promise<RelayAnswer>;
  readonly usable: boolean;
  close(): void;
}

/** What nodemailer says about an error. */
interface SmtpError extends Error {
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
}

// Replies to RCPT that are about the mailbox (RFC 3463 classes 1 and 2), and bare codes that only mean a mailbox (RFC 5321 4.2.3).
const mailboxReply = /^5\d\d[ -]5\.(?:1\.\d+|2\.[01])\b/;
const enhancedReply = /^5\d\d[ -]5\.\d+\.\d+/;

function refusesMailbox({ command, response, responseCode }: SmtpError): boolean {
  if (command !== 'RCPT TO' || response === undefined) return false;
  if (enhancedReply.test(response)) return mailboxReply.test(response);
  return responseCode === 550 || responseCode === 551 || responseCode === 553;
}

/**
 * Reads an error of the library as an answer. A reply to a command is a refusal; without one it matters only whether a byte of the letter was sent,
 * because a server takes a letter at its final dot and not before.
 */
function answerOf(error: SmtpError, lettersBegun: boolean): RelayAnswer {
  const text = error.response ?? error.message;
  const code = error.responseCode;
  const replied = code !== undefined && (error.command === 'MAIL FROM' || error.command === 'RCPT TO' || error.command === 'DATA');
  if (replied && code >= 500) return { outcome: 'refused_permanently', code, text, ...(refusesMailbox(error) ? { mailboxRefused: true } : {}) };
  if (replied && code >= 400) return { outcome: 'refused_for_now', code, text };
  if (lettersBegun) return { outcome: 'unknown', text };
  // EMESSAGE, EENVELOPE and the like: the library itself refuses the letter, before it says a word.
  if (error.command === 'API' || error.command === 'MAIL FROM') {
    const { code: name } = error as { code?: string };
    if (name === 'EENVELOPE' || name === 'EMESSAGE') return { outcome: 'refused_permanently', text };
  }
  return { outcome: 'unreachable', text, ...(code === undefined ? {} : { code }) };
}

/** Opens a session, with TLS and login as the address says. Rejects with the library's error when there is none to be had. */
export async function openRelayConnection(address: RelayAddress, timeouts: RelayTimeouts, name?: string): Promise<RelayConnection> {
  const connection = new SMTPConnection({
    host: address.host,
    port: address.port,
    secure: address.secure,
    requireTLS: address.startTls === 'required',
    ignoreTLS: address.startTls === 'never',
    name,
    connectionTimeout: timeouts.connect,
    greetingTimeout: timeouts.connect,
    dnsTimeout: timeouts.connect,
    socketTimeout: timeouts.silence,
  });
  let usable = true;
  connection.once('end', () => { usable = false; });
  await new Promise<void>((resolve, reject) => {
    connection.on('error', reject);
    connection.connect((error) => error === undefined || error === null ? resolve() : reject(error));
  });
  if (address.user !== undefined) {
    await new Promise<void>((resolve, reject) => connection.login({ user: address.user, pass: address.password }, (error) => error === null ? resolve() : reject(error))).catch((error: unknown) => {
      connection.close();
      throw error;
    });
  }

  const reset = (): Promise<void> => new Promise((resolve) => {
    const end = (): void => { usable = false; resolve(); };
    connection.once('end', end);
    connection.reset((error) => {
      connection.off('end', end);
      if (error !== null) usable = false;
      resolve();
    });
  });

  return {
    get usable() { return usable; },
    close: () => {
      const wasUsable = usable;
      usable = false;
      if (wasUsable) connection.quit();
      else connection.close();
    },
    async deliver({ from, to }, message) {
      // As a stream, because only a stream tells whether any of it was read, that is, sent.
      const source = Readable.from([message], { objectMode: false });
      const result = await new Promise<RelayAnswer>((resolve) => {
        connection.send({ from, to: [to], size: message.length }, source, (error, info) => {
          if (error === null || error === undefined) return resolve({ outcome: 'accepted', code: Number(info?.response.slice(0, 3)) || 250, text: info?.response ?? '' });
          return resolve(answerOf(error, source.readableDidRead));
        });
      });
      if (result.outcome === 'accepted') return result;
      // A refused transaction is ended by RSET; anything else leaves the session in a state that nobody knows.
      if (usable && (result.outcome === 'refused_permanently' || result.outcome === 'refused_for_now') && result.code !== undefined && result.code !== 421) await reset();
      else usable = false;
      if (!usable) connection.close();
      return result;
    },
  };
}
