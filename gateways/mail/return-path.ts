import { createHmac, timingSafeEqual } from 'node:crypto';
import { ClienteleError } from '../errors.ts';

/** Addresses that bounces come back to, one a send (variable envelope return paths: Bernstein 1997). */
export interface ReturnPaths {
  /** `<mailbox>+<key>-<signature>@<domain>` */
  of(key: string): string;
  /** The key of a send for an address that was made here; undefined for every other. Relays may have changed capitals. */
  read(address: string): string | undefined;
}

const signatureCharacters = 12;

/**
 * @param options `mailbox` that takes everything sent to `mailbox+…`; `secret` signs, so that nobody can report a bounce of a send whose letter they have not
 * @throws ClienteleError ENVIRONMENT_INVALID
 */
export function createReturnPaths({ mailbox, secret }: { readonly mailbox: string; readonly secret: string }): ReturnPaths {
  const [, local, domain] = /^([a-z0-9._-]{1,16})@([a-z0-9-]+(?:\.[a-z0-9-]+)+)$/i.exec(mailbox) ?? [];
  if (local === undefined || domain === undefined) throw new ClienteleError('ENVIRONMENT_INVALID', { name: 'RETURN_PATH', problem: 'no plain mail address with a name of 16 characters at most', remedy: 'Give one like bounces@shop.example, whose mailbox takes bounces+anything@shop.example too.' });
  // Hexadecimal: an address must survive relays that change capitals (RFC 5321 2.4 forbids it, and yet).
  const sign = (key: string): string => createHmac('sha256', secret).update(`return-path\n${key}`).digest('hex').slice(0, signatureCharacters);
  const pattern = new RegExp(`^${local.toLowerCase().replaceAll('.', '\\.')}\\+([0-9a-f]{32})-([0-9a-f]{${signatureCharacters}})@${domain.toLowerCase().replaceAll('.', '\\.')}$`);
  return {
    of: (key) => `${local}+${key}-${sign(key)}@${domain}`,
    read(address) {
      const [, key, signature] = pattern.exec(address.trim().toLowerCase()) ?? [];
      if (key === undefined || signature === undefined) return undefined;
      return timingSafeEqual(Buffer.from(signature), Buffer.from(sign(key))) ? key : undefined;
    },
  };
}
