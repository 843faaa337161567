import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import { decideAlert, listAlerts, listVerdicts, openAlerts, type RiskAlert } from '../../gateways/ledger/risk-alerts.ts';
import { fingerprintOf } from '../../gateways/warehouse/fingerprint.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { Column, CycleFolder, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { cycleAsOf } from '../cycle-as-of.ts';
import { inThread } from '../in-thread.ts';
import { latestCycle } from '../latest-cycle.ts';
import type { RiskActivities, RiskFound } from './contract.ts';
import { linkAccounts, type AccountLink } from './link-accounts.ts';
import { paymentFeatures } from './payment-features.ts';
import type { Scoring, ScoringTask } from './score-payments.ts';

export interface RiskDependencies {
  readonly warehouse: Warehouse;
  readonly ledger: Ledger;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  readonly clock: () => Date;
  readonly cancellation: () => AbortSignal | undefined;
}

/** Relations of a cycle that scoring reads. */
const needs = ['snapshot.payments', 'snapshot.events', 'snapshot.identities', 'snapshot.customers', 'snapshot.order_lines', 'features.orders', 'features.customers'];

/** Risk, apart from the cycle: payments are scored, people look, and what they say is learned from. */
export function createRiskActivities({ warehouse, ledger, openShop, clock, cancellation }: RiskDependencies): RiskActivities {
  return {
    async scoreRisk(input): Promise<RiskFound> {
      const { settings } = await openShop(input.shop);
      const { cycle, relations: known } = await latestCycle(warehouse, input, needs);
      const folder = { shop: input.shop, cycle };
      const asOf = await cycleAsOf(warehouse, known);
      await using session = await warehouse.open(known, {}, cancellation());
      const made = await makeRisk(session, { folder, asOf, settings, ledger, signal: cancellation() });
      await openAlerts(ledger, { ...folder, alerts: made.alerts, now: clock() });
      return { ...folder, asOf, days: settings.risk.days, ...made.found };
    },

    async listAlerts({ shop }) {
      return (await listAlerts(ledger, shop, { open: true })).map(({ paymentId, orderId, customerId, amount, paidAt, score, reasons, verdict, decidedBy, comment }) => ({
        payment: paymentId, order: orderId, customer: customerId ?? '', amount, paidAt: paidAt ?? '', score, reasons, verdict, decidedBy: decidedBy ?? '', comment,
      }));
    },

    async decideAlert({ shop, payment, verdict, by, comment }) {
      await decideAlert(ledger, { shop, paymentId: payment, verdict, by, comment, now: clock() });
    },
  };
}

interface MakeRisk {
  readonly folder: CycleFolder;
  readonly asOf: string;
  readonly settings: ShopSettings;
  readonly ledger: Ledger;
  readonly signal: AbortSignal | undefined;
}

async function makeRisk(session: WarehouseSession, { folder, asOf, settings: { risk: settings, seed }, ledger, signal }: MakeRisk): Promise<{ readonly alerts: readonly RiskAlert[]; readonly found: Omit<RiskFound, 'shop' | 'cycle' | 'asOf' | 'days'> }> {
  const relations: Record<string, RelationRef> = {};
  const make = async (name: string, parameters: Readonly<Record<string, string | number>> = {}): Promise<void> => { relations[name] = await session.materialise(folder, { name, sql: await readSql(name), parameters }); };
  const verdicts = await listVerdicts(ledger, folder.shop);
  relations['risk.verdicts'] = await session.write(folder, {
    name: 'risk.verdicts', algorithm: 'ledger', inputs: [], external: `ledger ${fingerprintOf(verdicts)}`,
    columns: () => [text('payment_id', verdicts, (row) => row.paymentId), text('customer_id', verdicts, (row) => row.customerId), text('verdict', verdicts, (row) => row.verdict)],
  });
  await make('risk.devices');
  await make('risk.payments', { as_of: asOf, large_order_quantile: settings.large_order_quantile, maximum_payments_a_day: settings.maximum_payments_a_day, maximum_accounts_a_device: settings.maximum_accounts_a_device, maximum_cards_a_device: settings.maximum_cards_a_device });
  await make('risk.links');
  relations['risk.accounts'] = await session.write(folder, {
    name: 'risk.accounts', algorithm: 'link-accounts 1', inputs: ['risk.links'],
    columns: async () => {
      const accounts = linkAccounts(await session.rows<AccountLink & Record<string, string>>('select kind, link_key, customer_id from risk.links order by all'));
      return [text('customer_id', accounts, (row) => row.customer), text('person', accounts, (row) => row.person), { name: 'accounts', type: 'INTEGER', values: accounts.map((row) => row.accounts) }, text('linked_by', accounts, (row) => row.linkedBy)];
    },
  });
  await make('risk.coupon_abuse');

  const scoring = await scoreAll(session, { asOf, settings, seed, signal });
  const parameters = { seed, ...settings };
  const write = (name: string, columns: readonly Column[]): Promise<RelationRef> => session.write(folder, { name, algorithm: 'score-payments 1', inputs: ['risk.payments', 'risk.verdicts'], parameters, columns: () => columns });
  const scored = scoring.payments;
  relations['risk.scores'] = await write('risk.scores', [text('payment_id', scored, (row) => row.payment_id), { name: 'score', type: 'DOUBLE', values: scoring.scores }]);
  relations['risk.quality'] = await write('risk.quality', [
    text('scorer', scoring.judged, (row) => row.scorer), { name: 'is_used', type: 'BOOLEAN', values: scoring.judged.map((row) => row.isUsed) },
    ...numbers(scoring.judged, { average_precision: (row) => row.averagePrecision, lower: (row) => row.lower, upper: (row) => row.upper, alerts: (row) => row.atCapacity.alerts, found: (row) => row.atCapacity.found, precision: (row) => row.atCapacity.precision, recall: (row) => row.atCapacity.recall, saved: (row) => row.atCapacity.saved }),
  ]);
  relations['risk.cost_curve'] = await write('risk.cost_curve', numbers(scoring.curve, { alerts: (row) => row.alerts, found: (row) => row.found, precision: (row) => row.precision, recall: (row) => row.recall, saved: (row) => row.saved }));
  const alerts = alertsOf(scoring, settings);
  relations['risk.alerts'] = await write('risk.alerts', [
    text('payment_id', alerts, (row) => row.paymentId), text('order_id', alerts, (row) => row.orderId), text('customer_id', alerts, (row) => row.customerId),
    ...numbers(alerts, { amount: (row) => row.amount, score: (row) => row.score }), { name: 'occurred_at', type: 'TIMESTAMP', values: alerts.map((row) => row.paidAt) }, text('reasons', alerts, (row) => row.reasons.join('; ')),
  ]);
  await make('risk.suspects');
  return {
    alerts,
    found: {
      relations, payments: scored.length, usedScorer: scoring.used, judgedPayments: scoring.judgedRows, judgedFrauds: scoring.judgedFrauds, alerts: alerts.length,
      judged: scoring.judged.map(({ scorer, isUsed, averagePrecision, lower, upper, atCapacity: { alerts: looked, found, precision, saved } }) => ({ scorer, isUsed, averagePrecision, lower, upper, alerts: looked, found, precision, saved })),
      persons: { withSeveralAccounts: (await session.rows<{ persons: number }>('select count(distinct person) as persons from risk.accounts'))[0]!.persons, abusingCoupons: relations['risk.coupon_abuse']!.rows },
      suspects: relations['risk.suspects']!.rows,
    },
  };
}

interface ScoredPayment extends Readonly<Record<string, string | number | boolean | null>> {
  readonly payment_id: string;
  readonly order_id: string;
  readonly customer_id: string | null;
  readonly occurred_at: string;
  readonly amount: number;
  readonly ip_country: string | null;
  readonly billing_country: string | null;
  readonly payments_24h: number;
  readonly device_accounts: number;
  readonly device_cards: number;
  readonly rule_countries: boolean;
  readonly rule_large_first: boolean;
  readonly rule_velocity: boolean;
  readonly rule_accounts: boolean;
  readonly rule_cards: boolean;
}

async function scoreAll(session: WarehouseSession, { asOf, settings, seed, signal }: { readonly asOf: string; readonly settings: ShopSettings['risk']; readonly seed: number; readonly signal: AbortSignal | undefined }): Promise<Scoring & { readonly payments: readonly ScoredPayment[] }> {
  const since = `occurred_at >= '${asOf.replace('Z', '')}'::timestamp - to_days(${settings.days})`;
  const { values, rows, columns } = await session.matrix(`
    select ${paymentFeatures.map(({ sql }) => sql).map((sql, place) => `${sql} as f${place}`).join(', ')}, rules_met, amount, case when verdict is null then is_fraud::double else (verdict = 'fraud')::integer end as label, (${since})::integer as is_scored
    from risk.payments left join risk.verdicts using (payment_id) order by occurred_at, risk.payments.payment_id`);
  const width = paymentFeatures.length;
  const column = (place: number): Float64Array => Float64Array.from({ length: rows }, (_, row) => values[row * columns + place]!);
  const matrix = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) matrix.set(values.subarray(row * columns, row * columns + width), row * width);
  const scored = column(width + 3);
  const from = rows - scored.reduce((sum, is) => sum + is, 0);
  const payments = await session.rows<ScoredPayment>(`
    select payment_id::varchar as payment_id, order_id, customer_id, strftime(occurred_at, '%Y-%m-%dT%H:%M:%S') as occurred_at, amount::double as amount, ip_country, billing_country, payments_24h, device_accounts, device_cards, rule_countries, rule_large_first, rule_velocity, rule_accounts, rule_cards
    from risk.payments where ${since} order by risk.payments.occurred_at, risk.payments.payment_id`);
  if (payments.length === 0 || rows < 2) return { used: 'rules and isolation forest', scores: new Float64Array(payments.length), movers: [], judged: [], curve: [], judgedRows: 0, judgedFrauds: 0, payments };
  const task: ScoringTask = { matrix, rows, features: paymentFeatures.map(({ name }) => name), rulesMet: column(width), amounts: column(width + 1), labels: column(width + 2), from, capacity: settings.capacity, reviewCost: settings.review_cost, lossShare: settings.loss_share, seed };
  const scoring = await inThread<ScoringTask, Scoring>(new URL('score-payments.thread.ts', import.meta.url), task, { signal });
  return { ...scoring, payments };
}

/** The highest scores that are worth a look, as many as people can look at, each with what speaks against it. */
function alertsOf({ used, scores, movers, payments }: Awaited<ReturnType<typeof scoreAll>>, settings: ShopSettings['risk']): RiskAlert[] {
  return movers.map(([place, features]) => ({ payment: payments[place]!, score: scores[place]!, features })).filter(({ payment, score }) => (used === 'boosted trees' ? score * payment.amount * settings.loss_share > settings.review_cost : true)).map(({ payment, score, features }) => {
    const rules = [
      ...(payment.rule_countries ? [`the address is in ${payment.ip_country}, the bill in ${payment.billing_country}`] : []),
      ...(payment.rule_large_first ? ['a first order, and larger than nearly all'] : []),
      ...(payment.rule_velocity ? [`${payment.payments_24h} payments within a day`] : []),
      ...(payment.rule_accounts ? [`${payment.device_accounts} accounts on one device`] : []),
      ...(payment.rule_cards ? [`${payment.device_cards} cards on one device`] : []),
    ];
    const words = [...new Set(features.map((name) => paymentFeatures.find((feature) => feature.name === name)!.words))].map((moved) => `unusual: ${moved}`);
    return { paymentId: payment.payment_id, orderId: payment.order_id, customerId: payment.customer_id, amount: payment.amount, paidAt: payment.occurred_at, score, reasons: rules.length + words.length === 0 ? ['no single thing: the whole of it is unusual'] : [...rules, ...words] };
  });
}

const text = <Row>(name: string, rows: readonly Row[], of: (row: Row) => string | null): Column => ({ name, type: 'VARCHAR', values: rows.map(of) });

const numbers = <Row>(rows: readonly Row[], names: Readonly<Record<string, (row: Row) => number>>): Column[] => Object.entries(names).map(([name, of]) => ({ name, type: 'DOUBLE', values: rows.map(of) }));
