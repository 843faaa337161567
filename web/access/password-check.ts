import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { Accounts } from './accounts.ts';
import type { Role } from './role.ts';

/** Longer passwords only cost time to hash. */
const longestPassword = 1024;
/** Every check takes 19 MB and a core: more at once is a flood, not people. */
const checksAtOnce = 4;

/** Checks name and password; `busy` when too many checks run already. */
export type PasswordCheck = (name: string, password: string) => Promise<{ readonly name: string; readonly role: Role } | 'wrong' | 'busy'>;

/** A check against the users' argon2id hashes (RFC 9106). An unknown name costs as much time as a wrong password, so that names cannot be found out. */
export function createPasswordCheck({ users }: Accounts): PasswordCheck {
  let decoy: Promise<string> | undefined;
  let running = 0;
  return async (name, password) => {
    if (running >= checksAtOnce) return 'busy';
    running += 1;
    try {
      const user = users.find((one) => one.name === name);
      decoy ??= hash(randomBytes(16).toString('hex'));
      const fits = await verify(user?.password ?? await decoy, password.slice(0, longestPassword)).catch(() => false);
      return user !== undefined && fits ? { name: user.name, role: user.role } : 'wrong';
    } finally {
      running -= 1;
    }
  };
}
