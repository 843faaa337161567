import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/**
 * What a reference carries of a SHA-256: 128 bits, in hex. References travel through workflows by the dozen, and no two of a lake will ever meet
 * in so many bits.
 */
export const shortened = (sha256: string): string => sha256.slice(0, 32);

/** 128 bits of SHA-256, hex, of a value's JSON with the keys of every object in order, so that equal recipes are equal text. */
export function fingerprintOf(recipe: unknown): string {
  return shortened(createHash('sha256').update(JSON.stringify(recipe, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value)).digest('hex'));
}

/** SHA-256, hex, of a file's bytes. */
export async function fingerprintOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** SHA-256, hex, of the names and hashes of a partitioned relation's files, in their order. */
export const fingerprintOfParts = (parts: readonly { readonly name: string; readonly fingerprint: string }[]): string =>
  createHash('sha256').update(parts.map(({ name, fingerprint }) => `${name} ${fingerprint}\n`).join('')).digest('hex');
