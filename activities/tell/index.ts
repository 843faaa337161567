import { setTimeout as sleep } from 'node:timers/promises';
import { ClienteleError } from '../../gateways/errors.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import { claimNotice, noticeKey, releaseNotice, settleNotice, takeOverNotice } from '../../gateways/ledger/notices.ts';
import type { RelayLog } from '../../gateways/mail/relay-log.ts';
import type { Relay } from '../../gateways/mail/relay.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { composeReportMail, type ReportMail } from './compose-report-mail.ts';
import type { TellActivities } from './contract.ts';
import { readCycleSummary } from './cycle-summary.ts';

export interface TellDependencies {
  readonly warehouse: Pick<Warehouse, 'lake'>;
  readonly ledger: Ledger;
  readonly relay: Relay;
  readonly relayLog: RelayLog;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  readonly publicUrl: string;
  readonly clock: () => Date;
  /** Seconds after which the silence of the relay's log about a letter is proof; two minutes when absent. */
  readonly settleAfterSeconds?: number;
  readonly cancellation: () => AbortSignal | undefined;
}

/** The word to the marketers when a cycle ends. Intent is recorded before SMTP is spoken, so that no crash mails anybody twice. */
export function createTellActivities({ warehouse, ledger, relay, relayLog, openShop, publicUrl, clock, settleAfterSeconds = 120, cancellation }: TellDependencies): TellActivities {
  /** Whether this process may speak: it claimed the notice, or a dead claim is proven not to have reached anybody. */
  async function mayTell(notice: { readonly key: string; readonly shop: string; readonly cycle: string; readonly messageId: string }): Promise<'yes' | 'told' | 'in doubt'> {
    const known = await claimNotice(ledger, { ...notice, now: clock() });
    if (known === undefined) return 'yes';
    if (known.state === 'in_doubt') return 'in doubt';
    if (known.state !== 'claimed') return 'told';
    // A letter may be on its way into the relay's log; its silence is proof only after a while.
    const quietIn = known.claimedAt.getTime() + settleAfterSeconds * 1000 - clock().getTime();
    if (quietIn > 0) await sleep(quietIn, undefined, { signal: cancellation() });
    const accepted = (await relayLog.accepted([known.messageId]))?.get(known.messageId);
    if (accepted === false) return await takeOverNotice(ledger, known, clock()) ? 'yes' : 'told';
    await settleNotice(ledger, known.key, accepted === true ? 'sent' : 'in_doubt');
    return accepted === true ? 'told' : 'in doubt';
  }

  async function mail(to: string, { settings }: ShopFolder, notice: { readonly key: string; readonly messageId: string }, letter: ReportMail): Promise<boolean> {
    const answer = await relay.deliver({
      from: { name: settings.sender.name, address: settings.sender.address }, to, envelopeFrom: settings.sender.address, messageId: notice.messageId,
      headers: { 'Auto-Submitted': 'auto-generated' }, ...letter,
    });
    if (answer.outcome === 'accepted') {
      await settleNotice(ledger, notice.key, 'sent');
      return true;
    }
    if (answer.outcome === 'refused_permanently') {
      await settleNotice(ledger, notice.key, 'refused');
      return false;
    }
    // Where the answer was lost the claim stays: the next attempt asks the relay's log.
    if (answer.outcome !== 'unknown') await releaseNotice(ledger, notice.key);
    throw new ClienteleError('RELAY_UNREACHABLE', { relay: 'SMTP_URL', problem: `the report mail was not taken (${answer.outcome}${answer.code === undefined ? '' : `, ${answer.code}`})` });
  }

  return {
    async tellMarketers(input) {
      const shop = await openShop(input.shop);
      const { name, sender, marketers } = shop.settings;
      const letter = composeReportMail({ ...input, shopName: name, summary: await readCycleSummary(warehouse.lake, input), link: `${publicUrl.replace(/\/+$/, '')}/cycles/${input.shop}/${input.cycle}` });
      let told = 0;
      let inDoubt = 0;
      for (const marketer of marketers) {
        const key = noticeKey(input.shop, input.cycle, 'report', marketer);
        const notice = { key, shop: input.shop, cycle: input.cycle, messageId: `<report-${key}@${sender.address.split('@')[1]}>` };
        const may = await mayTell(notice);
        if (may === 'in doubt') inDoubt += 1;
        if (may === 'told' || (may === 'yes' && await mail(marketer, shop, notice, letter))) told += 1;
      }
      return { told, inDoubt };
    },
  };
}
