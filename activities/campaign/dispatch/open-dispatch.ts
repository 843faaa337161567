import { readApproval } from '../../../gateways/ledger/approvals.ts';
import { issueCoupons } from '../../../gateways/ledger/issue-coupons.ts';
import type { Ledger } from '../../../gateways/ledger/ledger.ts';
import { openCampaign } from '../../../gateways/ledger/open-campaign.ts';
import { planSends, type PlannedSend } from '../../../gateways/ledger/plan-sends.ts';
import { sendKey } from '../../../gateways/ledger/send-key.ts';
import { ClienteleError } from '../../../gateways/errors.ts';
import type { ShopFolder } from '../../../gateways/shop-folder/open-shop-folder.ts';
import type { Cell, WarehouseSession } from '../../../gateways/warehouse/warehouse.ts';
import type { CycleScope } from '../../contract.ts';
import type { CampaignPlan } from '../contract.ts';
import type { LetterComposer } from '../letter-composer.ts';

/** Sends of one activity: small enough to repeat after a crash, large enough that Temporal's part is small. */
const sendsPerPage = 250;
const batch = 2_500;

export interface OpenDispatch {
  readonly session: WarehouseSession;
  readonly ledger: Ledger;
  readonly letters: LetterComposer;
  readonly shop: ShopFolder;
  readonly scope: CycleScope;
  readonly plan: CampaignPlan;
  readonly now: Date;
}

/**
 * Writes the plan's sends and coupons to the ledger. One letter of each kind is composed first, so that a letter that cannot be filled stops
 * everything before anything is sent.
 * @throws ClienteleError PLAN_NOT_APPROVED, LETTER_VARIABLE_MISSING, LETTER_INVALID
 */
export async function openDispatch({ session, ledger, letters, shop, scope, plan, now }: OpenDispatch): Promise<{ recipients: number; pages: number }> {
  const { campaign, hash } = plan;
  const approval = await readApproval(ledger, { campaign, hash });
  if (approval?.decision !== 'approved') throw new ClienteleError('PLAN_NOT_APPROVED', { campaign, hash });
  for (const row of await session.rows<Record<string, Cell>>("select * from plan.recipients where decision = 'send' qualify row_number() over (partition by arm, locale, offer order by customer_id) = 1 order by customer_id")) {
    const send = toSend(row, 0);
    await letters.compose({ shop: scope.shop, send: { ...send, key: sendKey(campaign, send.customerId), couponCode: 'XXXX-XXXX' } });
  }
  await openCampaign(ledger, { shop: scope.shop, cycle: scope.cycle, campaign, hash, now });
  let recipients = 0;
  for await (const rows of session.batches<Record<string, Cell>>("select * from plan.recipients where decision = 'send' order by customer_id", batch)) {
    const sends = rows.map((row, place) => toSend(row, Math.floor((recipients + place) / sendsPerPage)));
    await planSends(ledger, { shop: scope.shop, cycle: scope.cycle, campaign, senderDomain: shop.settings.sender.address.split('@')[1]!, sends, now });
    await issueCoupons(ledger, { now, coupons: sends.map((send) => ({ sendKey: sendKey(campaign, send.customerId), kind: String(send.variables['offer_kind']), value: Number(send.variables['offer_value']) })) });
    recipients += rows.length;
  }
  return { recipients, pages: Math.ceil(recipients / sendsPerPage) };
}

function toSend({ customer_id, address, locale, arm, segment, offer, decision: _, why: __, ...variables }: Record<string, Cell>, page: number): PlannedSend {
  return { customerId: String(customer_id), address: String(address), locale: String(locale), arm: String(arm), segment: String(segment), offer: String(offer), page, variables: variables as PlannedSend['variables'] };
}
