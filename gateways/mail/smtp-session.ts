import { refusalFault, refusesMailbox, type RefusedCommand } from './refusal-fault.ts';
import type { RelayAnswer } from './relay-answer.ts';
import type { SmtpSocket } from './open-smtp-socket.ts';
import { createReplyReader, type SmtpReply } from './smtp-replies.ts';

/** From and to of one letter (RFC 5321 2.3.1). */
export interface Envelope {
  readonly from: string;
  readonly to: string;
}

/** Told what was said and with which code the relay replied. */
export type Listener = (command: 'MAIL' | 'RCPT' | 'DATA' | 'end of data', code: number) => void;

/** One SMTP session. */
export interface SmtpSession {
  /**
   * Offers one letter; a second may be offered while the first is on its way, and its envelope then goes right behind (RFC 2920). Never rejects.
   * @param message with CRLF line ends; dots at the beginning of lines are doubled here
   * @param hear told of each reply in this letter's conversation
   */
  deliver(envelope: Envelope, message: Buffer, hear?: Listener): Promise<RelayAnswer>;
  /** Letters offered and not answered yet. */
  readonly inFlight: number;
  readonly usable: boolean;
  /** Says QUIT once nothing is in flight. */
  close(): void;
}

interface Transaction {
  readonly envelope: Envelope;
  readonly message: Buffer;
  readonly settle: (answer: RelayAnswer) => void;
  readonly hear: Listener | undefined;
  refusal: RelayAnswer | undefined;
  /** From here on the relay may have the letter, whatever happens. */
  begun: boolean;
}

const finalDot = Buffer.from('.\r\n');
const lineDot = Buffer.from('\r\n.');
// oxlint-disable-next-line no-control-regex -- everything but ASCII is what is looked for
const beyondAscii = /[^\x00-\x7f]/;

/** RFC 5321 4.5.2; our own bodies have no such line, so this copies nothing in general. */
function stuffed(message: Buffer): Buffer {
  if (message[0] !== 0x2e && message.indexOf(lineDot) < 0) return message;
  return Buffer.from(message.toString('latin1').replace(/(^|\r\n)\./g, '$1..'), 'latin1');
}

function refusalOf(command: RefusedCommand, { code, text }: SmtpReply): RelayAnswer {
  const fault = refusalFault(command, code, text);
  if (code >= 500) return { outcome: 'refused_permanently', code, text, fault, ...(refusesMailbox(command, code, text) ? { mailboxRefused: true } : {}) };
  return { outcome: 'refused_for_now', code, text, fault };
}

/** Speaks for letters over a session that has greeted. `silence` in milliseconds. */
export function createSmtpSession({ socket, extensions }: SmtpSocket, silence: number): SmtpSession {
  const pipelining = extensions.has('PIPELINING');
  const utf8 = extensions.has('SMTPUTF8');
  const eightBit = extensions.has('8BITMIME');
  const waiting: Transaction[] = [];
  /** Transactions that have begun to speak, the oldest first. */
  const speaking: Transaction[] = [];
  /** Who gets each of the next replies. */
  const expected: ((reply: SmtpReply) => void)[] = [];
  const reader = createReplyReader();
  let usable = true;
  let closing = false;

  const settle = (transaction: Transaction, answer: RelayAnswer): void => {
    const place = speaking.indexOf(transaction);
    if (place >= 0) speaking.splice(place, 1);
    transaction.settle(answer);
  };

  /** The session is over: what was sent in part may have been taken, what was not may be offered elsewhere. */
  const end = (text: string, code?: number): void => {
    usable = false;
    socket.destroy();
    for (const transaction of [...speaking, ...waiting.splice(0)]) {
      settle(transaction, transaction.refusal ?? (transaction.begun ? { outcome: 'unknown', text } : { outcome: 'unreachable', text, ...(code === undefined ? {} : { code }) }));
    }
  };

  const next = (): void => {
    if (!usable) return;
    if (waiting.length > 0) return begin(waiting.shift()!);
    if (closing && speaking.length === 0) {
      usable = false;
      socket.end('QUIT\r\n');
    }
  };

  const refuse = (transaction: Transaction, command: RefusedCommand, reply: SmtpReply): void => {
    if (reply.code === 421) {
      // Said to the session, not about the letter, unless a recipient was named.
      if (command !== 'mail') transaction.refusal ??= refusalOf(command, reply);
      return end(reply.text, reply.code);
    }
    transaction.refusal ??= refusalOf(command, reply);
  };

  /** RSET: after a refused transaction the relay may still hold its sender. */
  const reset = (): void => {
    expected.push(({ code, text }) => { if (code !== 250) end(text, code); });
    socket.write('RSET\r\n');
  };

  const send = (transaction: Transaction): void => {
    transaction.begun = true;
    socket.cork();
    socket.write(transaction.message);
    socket.write(finalDot);
    expected.push((reply) => {
      transaction.hear?.('end of data', reply.code);
      if (reply.code >= 200 && reply.code < 300) settle(transaction, { outcome: 'accepted', code: reply.code, text: reply.text });
      else if (reply.code === 421) {
        transaction.refusal = refusalOf('end', reply);
        return end(reply.text, reply.code);
      } else settle(transaction, refusalOf('end', reply));
      if (!pipelining || speaking.length === 0) next();
    });
    if (pipelining) next();
    socket.uncork();
  };

  const onMail = (transaction: Transaction, reply: SmtpReply): void => {
    transaction.hear?.('MAIL', reply.code);
    if (reply.code !== 250) refuse(transaction, 'mail', reply);
  };
  const onRecipient = (transaction: Transaction, reply: SmtpReply): void => {
    transaction.hear?.('RCPT', reply.code);
    if (reply.code !== 250 && reply.code !== 251) refuse(transaction, 'rcpt', reply);
  };
  const onData = (transaction: Transaction, reply: SmtpReply): void => {
    transaction.hear?.('DATA', reply.code);
    if (reply.code === 354 && transaction.refusal === undefined) return send(transaction);
    if (reply.code === 354) {
      // A relay that goes on without a recipient is given no letter; its word on the empty one says nothing.
      socket.write(finalDot);
      expected.push(() => {
        settle(transaction, transaction.refusal!);
        next();
      });
      return;
    }
    refuse(transaction, 'data', reply);
    if (!usable) return;
    settle(transaction, transaction.refusal!);
    reset();
    next();
  };

  const begin = (transaction: Transaction): void => {
    speaking.push(transaction);
    const { from, to } = transaction.envelope;
    const international = beyondAscii.test(from + to);
    const mail = `MAIL FROM:<${from}>${eightBit ? ' BODY=8BITMIME' : ''}${international ? ' SMTPUTF8' : ''}\r\n`;
    const recipient = `RCPT TO:<${to}>\r\n`;
    if (pipelining) {
      expected.push((reply) => onMail(transaction, reply), (reply) => onRecipient(transaction, reply), (reply) => onData(transaction, reply));
      socket.write(`${mail}${recipient}DATA\r\n`);
      return;
    }
    const giveUp = (): void => {
      if (!usable) return;
      settle(transaction, transaction.refusal!);
      reset();
      next();
    };
    const step = (command: string, take: (reply: SmtpReply) => void): void => {
      expected.push(take);
      socket.write(command);
    };
    step(mail, (mailReply) => {
      onMail(transaction, mailReply);
      if (transaction.refusal !== undefined || !usable) return giveUp();
      return step(recipient, (recipientReply) => {
        onRecipient(transaction, recipientReply);
        if (transaction.refusal !== undefined || !usable) return giveUp();
        return step('DATA\r\n', (reply) => onData(transaction, reply));
      });
    });
  };

  socket.setTimeout(silence)
    .on('data', (chunk: Buffer) => {
      try {
        for (const reply of reader(chunk.toString('utf8'))) {
          if (!usable) return;
          const take = expected.shift();
          if (take === undefined) return end(reply.text, reply.code);
          take(reply);
        }
      } catch (error) {
        end((error as Error).message);
      }
    })
    .on('timeout', () => end('the relay is silent'))
    .on('error', (error: Error) => end(error.message))
    .on('close', () => end('the relay ended the connection'));

  return {
    get usable() { return usable && !closing; },
    get inFlight() { return speaking.length + waiting.length; },
    deliver(envelope, message, hear) {
      if (!usable || closing) return Promise.resolve({ outcome: 'unreachable', text: 'the session is over' });
      if (beyondAscii.test(envelope.from + envelope.to) && !utf8) {
        return Promise.resolve({ outcome: 'refused_permanently', text: '553 5.6.7 the relay takes no addresses beyond ASCII (RFC 6531)', fault: 'recipient' });
      }
      return new Promise((resolve) => {
        const transaction: Transaction = { envelope, message: stuffed(message), settle: resolve, hear, refusal: undefined, begun: false };
        // Behind a letter whose last byte is out an envelope may follow at once; behind an envelope only its letter may.
        if (speaking.length === 0 && waiting.length === 0) begin(transaction);
        else if (pipelining && waiting.length === 0 && speaking.every(({ begun }) => begun)) begin(transaction);
        else waiting.push(transaction);
      });
    },
    close() {
      closing = true;
      next();
    },
  };
}
