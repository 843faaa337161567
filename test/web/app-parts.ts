import type { AppParts, CycleDoor } from '../../web/app-parts.ts';
import type { AuditEntry } from '../../web/access/audit-log.ts';

/** A server without cycles. */
export const quietDoor: CycleDoor = {
  progress: async () => undefined, runs: async () => [], sending: async () => undefined, waiting: async () => undefined,
  start: async ({ shop, cycle = '2026-W50' }) => ({ shop, cycle, met: 'started' }),
  approve: async () => undefined, reject: async () => undefined, resume: async () => undefined, abandon: async () => undefined,
  pauseSending: async () => undefined, resumeSending: async () => undefined, cancelSending: async () => undefined, changeRate: async () => undefined,
};

/** What a test does not care about: a loopback address without users, and nobody's letters. */
export function appParts(given: Pick<AppParts, 'ledger' | 'links' | 'warehouse' | 'shops' | 'clock' | 'onError'> & Partial<AppParts>): AppParts {
  return {
    letters: { compose: async () => ({ subject: '', html: '<p>A letter</p>', text: '', headers: {}, from: { name: '', address: '' } }) },
    publicUrl: 'http://127.0.0.1:8080', loopback: true, accounts: { users: [], tokens: [] }, audit: memoryAudit(), ...given,
  };
}

/** An audit log that a test can read at once. */
export function memoryAudit(): AppParts['audit'] & { readonly entries: Omit<AuditEntry, 'at'>[] } {
  const entries: Omit<AuditEntry, 'at'>[] = [];
  return { entries, write: (entry) => { entries.push(entry); }, last: async (count) => entries.slice(-count).map((entry) => ({ at: '2026-11-23T09:00:00.000Z', ...entry })) };
}
