import { join } from 'node:path';
import { recordApproval } from '../../gateways/ledger/approvals.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import { sendKey } from '../../gateways/ledger/send-key.ts';
import type { Relay } from '../../gateways/mail/relay.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { fingerprintOf } from '../../gateways/warehouse/fingerprint.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { Cell, Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { writeWhole } from '../write-whole.ts';
import type { CampaignActivities, CampaignPlan, PlanCampaignInput } from './contract.ts';
import { composeProof } from './letters/compose-proof.ts';
import type { LetterComposer } from './letter-composer.ts';
import { planCampaign } from './plan-campaign.ts';
import type { Links } from './signed-link.ts';

export interface CampaignDependencies {
  readonly warehouse: Warehouse;
  readonly ledger: Ledger;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  readonly relay: Relay;
  /** Composes with links that count for nobody. */
  readonly proofLetters: LetterComposer;
  readonly links: Links;
  readonly clock: () => Date;
  readonly cancellation: () => AbortSignal | undefined;
}

/** The fifth step up to the marketers' word: the plan, and its proof. */
export function createCampaignActivities({ warehouse, ledger, openShop, relay, proofLetters, links, clock, cancellation }: CampaignDependencies): CampaignActivities {
  return {
    async planCampaign(input: PlanCampaignInput): Promise<CampaignPlan> {
      const shop = await openShop(input.shop);
      await using session = await warehouse.open(input.relations, {}, cancellation());
      return await planCampaign(session, warehouse, shop, input);
    },

    async sendProof({ plan, reminder, workflowId, ...scope }): Promise<{ proofs: number }> {
      const shop = await openShop(scope.shop);
      const { settings } = shop;
      await using session = await warehouse.open({ 'plan.recipients': plan.relations['plan.recipients']! }, {}, cancellation());
      const [recipient] = await session.rows<Record<string, Cell>>("select * from plan.recipients where decision = 'send' order by customer_id limit 1");
      if (recipient === undefined) return { proofs: 0 };
      const [expected] = await session.rows<{ orders: number }>("select sum(probability::decimal(18, 9))::double as orders from plan.recipients where decision = 'send'");
      const { customer_id: customerId, address, locale, arm, segment, offer, ...variables } = recipient;
      const letter = await proofLetters.compose({
        shop: scope.shop,
        send: { key: sendKey(plan.campaign, String(customerId)), customerId: String(customerId), address: String(address), locale: String(locale), arm: String(arm), segment: String(segment), offer: String(offer), variables: variables as Record<string, string | number | boolean | null>, couponCode: 'XXXX-XXXX' },
      });
      // The approval page shows the same letter.
      await writeWhole(join(warehouse.lake, scope.shop, scope.cycle, 'proof.html'), letter.html);
      const expiresAt = new Date(clock().getTime() + settings.approval.give_up_after_hours * 3_600_000).toISOString();
      const proof = composeProof({
        shop, cycle: scope.cycle, plan, letter, letterSegment: String(variables['segment_name']), reminder,
        approvalLink: links.approval({ workflowId, hash: plan.hash, expiresAt }),
        expected: [{ label: 'orders expected from them without a mail', value: Math.round(expected!.orders) }],
      });
      for (const marketer of settings.marketers) {
        // The same proof to the same person keeps its Message-ID, so that a repeat after a crash is recognised as one.
        const messageId = `<proof-${fingerprintOf([plan.hash, marketer, reminder]).slice(0, 32)}@${settings.sender.address.split('@')[1]}>`;
        const answer = await relay.deliver({ from: proof.from, to: marketer, envelopeFrom: settings.sender.address, messageId, headers: proof.headers, subject: proof.subject, html: proof.html, text: proof.text });
        if (answer.outcome !== 'accepted') throw new ClienteleError('RELAY_UNREACHABLE', { relay: 'SMTP_URL', problem: `the proof was not taken (${answer.outcome}${answer.code === undefined ? '' : `, ${answer.code}`})` });
      }
      return { proofs: settings.marketers.length };
    },

    async recordApproval({ campaign, hash, decision, by, comment }): Promise<void> {
      await recordApproval(ledger, { campaign, hash, decision, by, comment, at: clock() });
    },
  };
}
