import type { CycleScope } from '../contract.ts';

export interface TellInput extends CycleScope {
  readonly outcome: 'finished' | 'abandoned' | 'cancelled';
  /** Why it ended before its time, in words; empty when it did not. */
  readonly reason: string;
  readonly warnings: readonly string[];
}

export interface TellActivities {
  /** Mails the marketers of shop.yaml, each once a cycle, what came of it and where to read on. */
  tellMarketers(input: TellInput): Promise<{ readonly told: number; readonly inDoubt: number }>;
}
