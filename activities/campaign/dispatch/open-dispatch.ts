import { ClienteleError } from '../../../gateways/errors.ts';
import { readApproval } from '../../../gateways/ledger/approvals.ts';
import { countPages } from '../../../gateways/ledger/count-pages.ts';
import { issueCoupons } from '../../../gateways/ledger/issue-coupons.ts';
import { openCampaign } from '../../../gateways/ledger/open-campaign.ts';
import { planSends } from '../../../gateways/ledger/plan-sends.ts';
import { sendKey } from '../../../gateways/ledger/send-key.ts';
import type { DispatchActivities } from '../contract.ts';
import { planHash } from '../plan-hash.ts';
import { checkLetters } from './check-letters.ts';
import type { DispatchDependencies } from './dispatch-dependencies.ts';
import { readRecipients } from './read-recipients.ts';

/** Sends a page. */
const pageSize = 250;
const batchSize = 2500;

/**
 * Plans every send of an approved plan and issues its coupons. Every kind of letter is written once before; the first send goes out only after this
 * has returned. Safe to repeat at any point.
 * @throws ClienteleError PLAN_NOT_APPROVED, PLAN_CHANGED, LETTER_VARIABLE_MISSING, LETTER_INVALID
 */
export async function openDispatch(
  { warehouse, ledger, letters, openShop, clock, cancellation }: DispatchDependencies,
  { shop, cycle, asOf, plan: { campaign, hash, relations } }: Parameters<DispatchActivities['openDispatch']>[0],
): ReturnType<DispatchActivities['openDispatch']> {
  const approval = await readApproval(ledger, { campaign, hash });
  if (approval?.decision !== 'approved') throw new ClienteleError('PLAN_NOT_APPROVED', { campaign, hash });
  if (openShop !== undefined && planHash(await openShop(shop), { cycle, asOf }, relations) !== hash) throw new ClienteleError('PLAN_CHANGED', { campaign, cycle });
  const signal = cancellation();
  await using session = await warehouse.open(relations, {}, signal);
  const senderDomain = await checkLetters(letters, { shop, campaign, batches: readRecipients(session, batchSize) });
  await openCampaign(ledger, { shop, cycle, campaign, hash, now: clock() });
  if (senderDomain === undefined) return { recipients: 0, pages: 0 };

  let recipients = 0;
  for await (const batch of readRecipients(session, batchSize)) {
    signal?.throwIfAborted();
    const sends = batch.map((recipient, place) => ({ ...recipient, page: Math.floor((recipients + place) / pageSize) }));
    await planSends(ledger, { shop, cycle, campaign, senderDomain, sends, now: clock() });
    const coupons = batch.flatMap(({ customerId, coupon }) => coupon === undefined ? [] : [{ sendKey: sendKey(campaign, customerId), ...coupon }]);
    await issueCoupons(ledger, { coupons, now: clock() });
    recipients += batch.length;
  }
  return { recipients, pages: await countPages(ledger, campaign) };
}
