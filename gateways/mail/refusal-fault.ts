import type { RefusalFault } from './relay-answer.ts';

/** Command of a transaction that was refused; `end` is the reply after the final dot. */
export type RefusedCommand = 'mail' | 'rcpt' | 'data' | 'end';

const enhanced = /^[45]\d\d[ -][45]\.(\d{1,3})\.(\d{1,3})\b/;

/**
 * Whose matter a refusal is, by its enhanced status code (RFC 3463), or without one by command and reply code (RFC 5321 4.2.3).
 * Blocks and limits (x.7.*, x.3.*, x.4.*) are the relay's: the mailbox may be in the best of health.
 */
export function refusalFault(command: RefusedCommand, code: number, text: string): RefusalFault {
  const [, subject, detail] = enhanced.exec(text) ?? [];
  // The sender's address, not the recipient's: bad sender's mailbox or system (1.7, 1.8).
  if (subject === '1') return detail === '7' || detail === '8' ? 'ours' : 'recipient';
  if (subject === '2') return 'recipient';
  if (subject === '3') return detail === '4' ? 'ours' : 'relay';
  if (subject === '4' || subject === '7') return 'relay';
  if (subject === '5' || subject === '6') return 'ours';
  if (code < 500) return command === 'rcpt' && code !== 421 && code !== 451 ? 'recipient' : 'relay';
  if (command === 'rcpt' && (code === 550 || code === 551 || code === 553)) return 'recipient';
  return command === 'rcpt' || command === 'end' ? 'relay' : 'ours';
}

// Replies to RCPT that are about the mailbox (RFC 3463 classes 1 and 2), and bare codes that only mean a mailbox (RFC 5321 4.2.3).
const mailboxReply = /^5\d\d[ -]5\.(?:1\.\d+|2\.[01])\b/;
const enhancedReply = /^5\d\d[ -]5\.\d+\.\d+/;

/** Whether a reply to RCPT says that there is no such mailbox, so that it must not be written to again. */
export function refusesMailbox(command: RefusedCommand, code: number, text: string): boolean {
  if (command !== 'rcpt') return false;
  if (enhancedReply.test(text)) return mailboxReply.test(text) && refusalFault(command, code, text) === 'recipient';
  return code === 550 || code === 551 || code === 553;
}
