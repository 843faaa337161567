import { Resolver } from 'node:dns/promises';
import type { TextRecords } from './check-sender-domain.ts';

/** DNS as this machine asks it. */
export function openTextRecords(): TextRecords {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  return {
    async txt(name) {
      try {
        return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
        throw error;
      }
    },
  };
}
