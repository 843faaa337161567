import type { DkimSigner } from './dkim-signer.ts';
import type { Letter } from './letter.ts';
import { writeLetter } from './write-letter.ts';

/** DMARC aligns a signature of the sender's domain or of one above it (RFC 7489 3.1.1). */
function aligns(signer: DkimSigner, sender: string): boolean {
  const domain = sender.slice(sender.lastIndexOf('@') + 1).toLowerCase();
  const signing = signer.domain.toLowerCase();
  return domain === signing || domain.endsWith(`.${signing}`);
}

/**
 * The very bytes of a letter as the relay gets them, but for the doubled dots of SMTP.
 * @param dkim signs letters whose sender is of its domain or below it
 * @throws RangeError see write-letter.ts
 */
export async function writeMessage(letter: Letter, dkim?: DkimSigner): Promise<Buffer> {
  const written = writeLetter(letter);
  const signature = dkim !== undefined && aligns(dkim, letter.from.address) ? await dkim.sign(written) : '';
  return Buffer.from(`${signature}${written.header}\r\n${written.body}`, 'utf8');
}
