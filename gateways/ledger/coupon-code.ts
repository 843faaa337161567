import { createHash } from 'node:crypto';

// No I, L, O, 0 or 1: people type these codes from a phone.
const alphabet = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';

/**
 * Coupon code `XXXX-XXXX` (with a prefix `PREFIX-XXXX-XXXX`) of a send; the same key gives the same code.
 * @param turn 0, and one more each time the code was taken by another send
 */
export function couponCode(key: string, prefix: string | null = null, turn = 0): string {
  let number = BigInt(`0x${createHash('sha256').update(`coupon\n${key}\n${turn}`).digest('hex')}`);
  let code = '';
  // 256 bits over 31^8: the bias of the remainder is below 2^-200.
  for (let place = 0; place < 8; place += 1) {
    code += alphabet[Number(number % BigInt(alphabet.length))];
    number /= BigInt(alphabet.length);
  }
  return `${prefix === null || prefix === '' ? '' : `${prefix}-`}${code.slice(0, 4)}-${code.slice(4)}`;
}
