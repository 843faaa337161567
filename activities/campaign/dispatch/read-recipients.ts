import { quoteLiteral } from '../../../gateways/warehouse/quote.ts';
import type { Cell, WarehouseSession } from '../../../gateways/warehouse/warehouse.ts';

/** One line of `plan.recipients` that is to be sent. */
export interface Recipient {
  readonly customerId: string;
  readonly address: string;
  readonly locale: string;
  readonly arm: string;
  readonly segment: string;
  readonly offer: string;
  readonly coupon?: { readonly kind: string; readonly value: number; readonly prefix: string | null };
  readonly variables: Readonly<Record<string, string | number | boolean | null>>;
}

const text = (cell: Cell | undefined): string => cell === null || cell === undefined ? '' : String(cell);

function recipientOf(row: Readonly<Record<string, Cell>>): Recipient {
  const { customer_id: customerId, address, locale, arm, segment, offer, decision: _decision, why: _why, ...rest } = row;
  const variables = Object.fromEntries(Object.entries(rest).map(([name, cell]) => [name, Array.isArray(cell) ? cell.map(text).join(', ') : cell as string | number | boolean | null]));
  const { offer_kind: kind, offer_value: value, coupon_prefix: prefix } = variables;
  return {
    customerId: text(customerId), address: text(address), locale: text(locale), arm: text(arm), segment: text(segment), offer: text(offer), variables,
    ...(typeof kind === 'string' && typeof value === 'number' ? { coupon: { kind, value, prefix: typeof prefix === 'string' ? prefix : null } } : {}),
  };
}

/** The recipients of a plan in the order of customers, `size` at a time. The order is the plan's: it decides pages, and who of an address gets the mail. */
export async function* readRecipients(session: WarehouseSession, size: number): AsyncGenerator<readonly Recipient[]> {
  for await (const rows of session.batches<Record<string, Cell>>("select * from plan.recipients where decision = 'send' order by customer_id", size)) yield rows.map(recipientOf);
}

/** One customer's line of the plan; undefined for whoever is not to be written to. */
export async function readRecipient(session: WarehouseSession, customerId: string): Promise<Recipient | undefined> {
  const [row] = await session.rows<Record<string, Cell>>(`select * from plan.recipients where decision = 'send' and customer_id = ${quoteLiteral(customerId)}`);
  return row === undefined ? undefined : recipientOf(row);
}
