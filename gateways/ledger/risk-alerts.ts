import { ClienteleError } from '../errors.ts';
import type { Ledger, LedgerTransaction } from './ledger.ts';

/** A payment that people are asked to look at. */
export interface RiskAlert {
  readonly paymentId: string;
  readonly orderId: string;
  readonly customerId: string | null;
  readonly amount: number;
  /** ISO 8601, the shop's wall clock. */
  readonly paidAt: string | null;
  readonly score: number;
  /** In words, the strongest first. */
  readonly reasons: readonly string[];
}

export type RiskVerdict = 'fraud' | 'genuine';

export interface ListedAlert extends RiskAlert {
  readonly cycle: string;
  readonly openedAt: Date;
  readonly verdict: RiskVerdict | null;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly comment: string;
}

/** Puts alerts into the queue: a payment that waits there already takes the new score, one that was decided stays as it was. */
export async function openAlerts(ledger: LedgerTransaction, { shop, cycle, alerts, now }: { readonly shop: string; readonly cycle: string; readonly alerts: readonly RiskAlert[]; readonly now: Date }): Promise<void> {
  if (alerts.length === 0) return;
  await ledger.query(
    `insert into risk_alerts (shop, payment_id, order_id, customer_id, cycle, score, amount, reasons, paid_at, opened_at)
     select $1, i."paymentId", i."orderId", i."customerId", $2, i.score, i.amount, i.reasons, i."paidAt", $4::timestamptz
     from jsonb_to_recordset($3::jsonb) as i("paymentId" text, "orderId" text, "customerId" text, score double precision, amount numeric, reasons jsonb, "paidAt" timestamptz)
     on conflict (shop, payment_id) do update set score = excluded.score, cycle = excluded.cycle, reasons = excluded.reasons
     where risk_alerts.verdict is null`,
    [shop, cycle, JSON.stringify(alerts), now.toISOString()],
  );
}

/** What waits for a look, the highest score first, then what was decided, the latest first. */
export const listAlerts = (ledger: LedgerTransaction, shop: string, { open, limit = 200 }: { readonly open: boolean; readonly limit?: number }): Promise<ListedAlert[]> => ledger.query<ListedAlert>(
  `select payment_id as "paymentId", order_id as "orderId", customer_id as "customerId", amount::double precision as amount, to_char(paid_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') as "paidAt", score, reasons, cycle,
     opened_at as "openedAt", verdict, decided_by as "decidedBy", decided_at as "decidedAt", comment
   from risk_alerts where shop = $1 and (verdict is null) = $2
   order by decided_at desc nulls first, score desc, payment_id limit $3`,
  [shop, open, limit],
);

/** Labels that people gave, by payment. */
export const listVerdicts = (ledger: LedgerTransaction, shop: string): Promise<{ readonly paymentId: string; readonly customerId: string | null; readonly verdict: RiskVerdict }[]> => ledger.query(
  'select payment_id as "paymentId", customer_id as "customerId", verdict from risk_alerts where shop = $1 and verdict is not null order by payment_id',
  [shop],
);

/**
 * A person's word on an alert; a later one replaces it.
 * @throws ClienteleError COMMAND_INVALID where no such alert was ever opened
 */
export async function decideAlert(ledger: Ledger, { shop, paymentId, verdict, by, comment, now }: { readonly shop: string; readonly paymentId: string; readonly verdict: RiskVerdict; readonly by: string; readonly comment: string; readonly now: Date }): Promise<void> {
  const rows = await ledger.query('update risk_alerts set verdict = $3, decided_by = $4, comment = $5, decided_at = $6::timestamptz where shop = $1 and payment_id = $2 returning payment_id', [shop, paymentId, verdict, by, comment, now.toISOString()]);
  if (rows.length === 0) throw new ClienteleError('COMMAND_INVALID', { problem: `Shop ${shop} has no alert on payment ${paymentId}`, remedy: `\`npm run risk -- ${shop}\` lists them` });
}
