/** One thing that was looked at. */
export interface Finding {
  readonly area: 'Node' | 'environment' | 'Temporal' | 'ledger' | 'lake' | 'mail relay' | "sender's domain" | 'clock' | 'shop';
  readonly what: string;
  /** `warning`: it works, but something is worth a change; `skipped`: it could not or need not be looked at, and `found` says why. */
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly found: string;
  /** What to do, for everything that is a warning or failed. */
  readonly mend?: string;
}

/** Findings of one area, in fewer words. */
export interface Notes {
  ok(what: string, found: string): Finding;
  skipped(what: string, found: string): Finding;
  warning(what: string, found: string, mend: string): Finding;
  failed(what: string, found: string, mend: string): Finding;
}

export const notesOf = (area: Finding['area']): Notes => ({
  ok: (what, found) => ({ area, what, state: 'ok', found }),
  skipped: (what, found) => ({ area, what, state: 'skipped', found }),
  warning: (what, found, mend) => ({ area, what, state: 'warning', found, mend }),
  failed: (what, found, mend) => ({ area, what, state: 'failed', found, mend }),
});

/** An error's words in one line. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message || error.name : String(error)).replace(/\s*\n\s*/g, ' ').trim();
