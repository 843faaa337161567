import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { roles, type Role } from './role.ts';

const name = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u, 'must be a name of letters, digits, spaces and . _ @ -');

/** The users' file (CONSOLE_USERS): people by an argon2id hash, programs by the SHA-256 of their token. `node workers/hash-password.ts` makes both. */
export const accountsSchema = z.strictObject({
  users: z.array(z.strictObject({ name, role: z.enum(roles), password: z.string().regex(/^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/, 'must be an argon2id hash') })).default([]),
  tokens: z.array(z.strictObject({ name, role: z.enum(roles), sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal') })).default([]),
}).refine(({ users }) => new Set(users.map((user) => user.name)).size === users.length, 'two users have the same name');

/** Who may enter. Without any user the console is open on a loopback address and closed elsewhere. */
export type Accounts = z.infer<typeof accountsSchema>;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The owner of a bearer token, or undefined. Every token is compared, in constant time. */
export function ownerOfToken({ tokens }: Accounts, given: string): { readonly name: string; readonly role: Role } | undefined {
  const hash = digest(given);
  const [owner] = tokens.filter((token) => timingSafeEqual(Buffer.from(token.sha256, 'hex'), hash));
  return owner === undefined ? undefined : { name: owner.name, role: owner.role };
}
