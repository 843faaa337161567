import { createHash, randomBytes } from 'node:crypto';
import type { Role } from './role.ts';

/** A person who has logged in. */
export interface Session {
  readonly name: string;
  readonly role: Role;
}

/** Sessions of this process: they end with it, and people log in again. */
export interface Sessions {
  /** A new session under an identifier that nobody knew before. */
  open(session: Session): string;
  find(id: string): Session | undefined;
  end(id: string): void;
}

const idleMs = 8 * 3_600_000;
const longestMs = 24 * 3_600_000;
/** The oldest go first: a flood of logins must not fill the memory. */
const mostSessions = 5_000;

/** Sessions by the hash of their identifier, so that a dump of memory or a log line opens none. They end after 8 idle hours, and after 24 in any case. */
export function createSessions(clock: () => Date): Sessions {
  const known = new Map<string, Session & { readonly openedAt: number; seenAt: number }>();
  const keyOf = (id: string): string => createHash('sha256').update(id).digest('base64url');
  return {
    open(session) {
      const id = randomBytes(32).toString('base64url');
      const now = clock().getTime();
      known.set(keyOf(id), { ...session, openedAt: now, seenAt: now });
      const [oldest] = known.keys();
      if (known.size > mostSessions && oldest !== undefined) known.delete(oldest);
      return id;
    },
    find(id) {
      const key = keyOf(id);
      const found = known.get(key);
      if (found === undefined) return undefined;
      const now = clock().getTime();
      if (now - found.seenAt > idleMs || now - found.openedAt > longestMs) {
        known.delete(key);
        return undefined;
      }
      found.seenAt = now;
      return { name: found.name, role: found.role };
    },
    end(id) { known.delete(keyOf(id)); },
  };
}
