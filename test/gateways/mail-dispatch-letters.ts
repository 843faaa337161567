import type { LetterPress } from '../../activities/campaign/letter-composer.ts';
import { ClienteleError } from '../../gateways/errors.ts';

/** Letters that say what they were given, and want a given name. */
export const plainLetters: Pick<LetterPress, 'open'> = {
  open: async () => async (send) => {
    const name = send.variables['given_name'];
    if (typeof name !== 'string') throw new ClienteleError('LETTER_VARIABLE_MISSING', { letter: `letter-${send.arm}`, variable: 'given_name', customer: send.customerId });
    return {
      subject: `${send.offer} for ${name}`, html: `<p>${send.couponCode}</p>`, text: send.couponCode, from: { name: 'The Shop', address: 'post@shop.example' },
      headers: { 'List-Unsubscribe': `<https://shop.example/u/${send.key}/s>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    };
  },
};
