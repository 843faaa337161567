/** `hard` no such mailbox, for ever · `soft` the mailbox or the way to it, for now · `block` the receiver's opinion of the sender, not of the mailbox. */
export type BounceKind = 'hard' | 'soft' | 'block';

const blockWords = /\b(?:spam|blocked|block ?list|black ?list|blacklisted|listed (?:at|by|in)|reputation|polic(?:y|ies)|dmarc|spf|dkim|rate.?limit|too many|throttl|banned|junk)/i;

/**
 * What a bounce says about the mailbox, by its enhanced status code (RFC 3463) and the receiver's words. Receivers also send 5.1.1 and 5.0.0 for
 * blocks: words that mean one win over the code, since a wrong suppression loses a customer for ever.
 * @param status for example 5.1.1
 */
export function bounceKind(status: string, diagnostic = ''): BounceKind {
  const [, level, subject, detail] = /^([245])\.(\d{1,3})\.(\d{1,3})$/.exec(status) ?? [];
  if (subject === '7' || blockWords.test(diagnostic)) return 'block';
  if (level !== '5') return 'soft';
  // The sender's own mailbox or system (RFC 3463 3.2), the other codes of class 1 are the recipient's.
  if (subject === '1') return detail === '7' || detail === '8' ? 'block' : 'hard';
  return subject === '2' && (detail === '0' || detail === '1') ? 'hard' : 'soft';
}
