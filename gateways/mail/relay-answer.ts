/** What became of one letter at the relay. */
export interface RelayAnswer {
  /**
   * `accepted` 250 after the final dot · `refused_permanently` a 5xx reply, or a letter that cannot be written down · `refused_for_now` a 4xx reply ·
   * `unknown` the connection went after the letter's first byte and before a reply: it may have been taken · `unreachable` not a byte of it was sent.
   */
  readonly outcome: 'accepted' | 'refused_permanently' | 'refused_for_now' | 'unknown' | 'unreachable';
  /** Reply code (RFC 5321) where there was a reply. */
  readonly code?: number;
  /** The relay's words. They may name the recipient: keep them in the ledger. */
  readonly text: string;
  /** A permanent refusal of this mailbox rather than of the letter or of the sender. */
  readonly mailboxRefused?: boolean;
  /** Whose matter a refusal is (see refusal-fault.ts). */
  readonly fault?: RefusalFault;
  /** Which of several relays answered, `host:port`. */
  readonly relay?: string;
}

/** `recipient` the mailbox · `relay` its load, policy or opinion of us, which changes with time · `ours` the letter, the sender or the settings. */
export type RefusalFault = 'recipient' | 'relay' | 'ours';
