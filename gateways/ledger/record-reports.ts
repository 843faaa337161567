import type { MailReport } from '../mail/read-report.ts';
import { recordConsents } from './consents.ts';
import { findSend, type FoundSend } from './find-send.ts';
import type { Ledger, LedgerTransaction } from './ledger.ts';
import { suppress } from './suppressions.ts';

/** What came of reports. */
export interface ReportsTally {
  readonly bounces: number;
  readonly complaints: number;
  readonly delivered: number;
  /** Addresses that must not be written to from now on. */
  readonly suppressed: number;
  /** Reports about sends that are not ours, or of which the same was said before. */
  readonly nothingNew: number;
}

/** So many letters of different campaigns that bounced softly within so many days, and the address is given up. */
const softBounceLimit = 3;
const softBounceDays = 60;

const takenStates = ['handed_over', 'delivered', 'in_doubt', 'soft_bounced'];

/**
 * Takes receivers' reports into account, each in a transaction of its own: a hard bounce and a complaint suppress the address, the third letter in
 * 60 days that bounces softly does so too, a block changes the send only. The same report again changes nothing.
 * @param input.source for people: `maildir`, `webhook`
 */
export async function recordReports(ledger: Ledger, reports: readonly MailReport[], input: { readonly source: string; readonly now: Date }): Promise<ReportsTally> {
  const tally = { bounces: 0, complaints: 0, delivered: 0, suppressed: 0, nothingNew: 0 };
  for (const report of reports) {
    await ledger.transaction(async (tx) => {
      const send = await findSend(tx, report.key);
      // A letter that never left the house cannot be reported on.
      if (send === undefined || ['planned', 'claimed', 'suppressed', 'cancelled'].includes(send.state)) {
        tally.nothingNew += 1;
        return;
      }
      if (report.kind === 'delivered') {
        const moved = await move(tx, send, 'delivered', ['handed_over', 'in_doubt'], input.now);
        tally[moved ? 'delivered' : 'nothingNew'] += 1;
        return;
      }
      const reason = report.kind === 'complaint' ? await complain(tx, send, input) : await bounce(tx, send, report, input);
      if (reason === undefined) tally.nothingNew += 1;
      else tally[report.kind === 'complaint' ? 'complaints' : 'bounces'] += 1;
      if (!reason) return;
      await suppress(tx, [{ shop: send.shop, address: send.address, reason, source: input.source, at: input.now }]);
      tally.suppressed += 1;
    });
  }
  return tally;
}

async function move(tx: LedgerTransaction, { key }: FoundSend, to: string, from: readonly string[], now: Date): Promise<boolean> {
  const moved = await tx.query('update sends set state = $2, updated_at = $4::timestamptz where key = $1 and state = any($3::text[]) and state <> $2 returning key', [key, to, from, now.toISOString()]);
  return moved.length > 0;
}

/** The reason to suppress the address; '' for none, undefined when the report is not new. */
async function complain(tx: LedgerTransaction, send: FoundSend, { source, now }: { readonly source: string; readonly now: Date }): Promise<string | undefined> {
  const earlier = await tx.query(`select id from touches where send_key = $1 and kind = 'complaint' and not bot`, [send.key]);
  if (earlier.length > 0) return undefined;
  await tx.query(`insert into touches (send_key, kind, at, bot, detail) values ($1, 'complaint', $2::timestamptz, false, $3)`, [send.key, now.toISOString(), source]);
  await move(tx, send, 'complained', ['handed_over', 'delivered', 'in_doubt'], now);
  await recordConsents(tx, [{ shop: send.shop, customerId: send.customerId, purpose: 'marketing', state: 'revoked', at: now, source: `complaint by ${source}` }]);
  return 'complaint';
}

async function bounce(tx: LedgerTransaction, send: FoundSend, { bounce: kind, status }: Extract<MailReport, { kind: 'bounce' }>, { source, now }: { readonly source: string; readonly now: Date }): Promise<string | undefined> {
  const fresh = await tx.query(
    `insert into bounces (send_key, shop, address_hash, kind, status, source, at) values ($1, $2, address_hash_of($3), $4, $5, $6, $7::timestamptz)
     on conflict do nothing returning id`,
    [send.key, send.shop, send.address, kind, status, source, now.toISOString()],
  );
  if (fresh.length === 0) return undefined;
  await move(tx, send, kind === 'hard' ? 'hard_bounced' : 'soft_bounced', takenStates, now);
  if (kind === 'hard') return 'hard bounce';
  if (kind === 'block') return '';
  const [row] = await tx.query<{ letters: number }>(
    `select count(distinct send_key)::integer as letters from bounces
     where shop = $1 and address_hash = address_hash_of($2) and kind = 'soft' and at > $3::timestamptz - make_interval(days => $4)`,
    [send.shop, send.address, now.toISOString(), softBounceDays],
  );
  return (row?.letters ?? 0) >= softBounceLimit ? 'repeated soft bounces' : '';
}
