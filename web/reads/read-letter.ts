import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { Cell } from '../../gateways/warehouse/warehouse.ts';
import type { LetterComposer } from '../../activities/campaign/letter-composer.ts';
import { sendKey } from '../../gateways/ledger/send-key.ts';
import type { CycleView } from './lake-reader.ts';
import type { Mask } from './mask.ts';

/** The letter that a customer of the plan gets, as HTML, with links and a code that count for nobody; undefined where the plan has no letter for it. */
export async function readLetter(letters: LetterComposer, view: CycleView, customerId: string, mask: Mask): Promise<string | undefined> {
  const [recipient] = await view.rowsIf<Record<string, Cell>>(['plan.recipients'], `select * from plan.recipients where decision = 'send' and customer_id = ${quoteLiteral(customerId)}`);
  if (recipient === undefined) return undefined;
  const { customer_id: _, address, locale, arm, segment, offer, ...variables } = recipient;
  const name = variables['given_name'];
  const letter = await letters.compose({
    shop: view.shop,
    send: {
      key: sendKey(`${view.shop}/${view.cycle}/console`, customerId), customerId, address: mask.address(String(address)), locale: String(locale), arm: String(arm), segment: String(segment), offer: String(offer),
      variables: { ...variables as Record<string, string | number | boolean | null>, given_name: mask.hides ? null : typeof name === 'string' ? name : null }, couponCode: 'XXXX-XXXX',
    },
  });
  return letter.html;
}
