import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planCampaign } from '../../activities/campaign/plan-campaign.ts';
import type { RiskFound } from '../../activities/risk/contract.ts';
import { createRiskActivities } from '../../activities/risk/index.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { openShopFolder, type ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { Relations } from '../../gateways/warehouse/relation-ref.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { makeSmallDemo } from './support/small-demo.ts';

let home: string;
let ledger: Ledger;
let warehouse: Warehouse;
let shop: ShopFolder;
let relations: Relations;
let found: RiskFound;
const risk = () => createRiskActivities({ warehouse, ledger, openShop: async () => shop, clock: () => new Date('2026-11-23T08:00:00Z'), cancellation: () => undefined });
const rows = async <Row extends Record<string, string | number | null>>(sql: string): Promise<Row[]> => {
  await using session = await warehouse.open(await warehouse.list({ shop: 'demo', cycle: '2026-W48' }));
  return await session.rows<Row>(sql);
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'risk-'));
  ledger = await openLedger({ folder: join(home, 'ledger') });
  shop = await openShopFolder(join(import.meta.dirname, '../../shops'), 'demo');
  ({ warehouse, relations } = await makeSmallDemo(home, { customers: 600 }));
  found = await risk().scoreRisk({ shop: 'demo' });
}, 240_000);
afterAll(async () => {
  await ledger.close();
  await rm(home, { recursive: true, force: true });
});

describe('scoring a cycle', () => {
  test('opens as many alerts as people can look at, each with a reason, the highest score first', async () => {
    const alerts = await risk().listAlerts({ shop: 'demo' });
    expect(alerts.length).toBe(found.alerts);
    expect(found.alerts).toBeGreaterThan(10);
    expect(found.alerts).toBeLessThanOrEqual(shop.settings.risk.capacity);
    expect(alerts.every(({ reasons, score }, place) => reasons.length > 0 && score <= (alerts[place - 1]?.score ?? Infinity))).toBe(true);
  });

  test('finds more fraud among its alerts than among the other payments', async () => {
    const [told] = await rows<{ found: number; among: number; all: number; payments: number }>("select count_if(is_fraud and alerts.payment_id is not null) as found, count_if(alerts.payment_id is not null) as among, count_if(is_fraud) as all, count(*) as payments from risk.payments inner join risk.scores using (payment_id) left join risk.alerts using (payment_id)");
    expect(told!.all).toBeGreaterThan(0);
    expect(told!.found / told!.among).toBeGreaterThan(told!.all / told!.payments);
  });

  test('a verdict is a label of the next scoring, and a cleared payment makes nobody suspicious', async () => {
    const [first, second] = await risk().listAlerts({ shop: 'demo' });
    await risk().decideAlert({ shop: 'demo', payment: first!.payment, verdict: 'genuine', by: 'Ada', comment: 'called' });
    await risk().decideAlert({ shop: 'demo', payment: second!.payment, verdict: 'fraud', by: 'Ada', comment: '' });
    await risk().scoreRisk({ shop: 'demo' });
    expect(await rows('select payment_id, verdict from risk.verdicts order by verdict')).toEqual([{ payment_id: second!.payment, verdict: 'fraud' }, { payment_id: first!.payment, verdict: 'genuine' }]);
    const suspects = await rows<{ customer_id: string; why: string }>('select customer_id, why from risk.suspects');
    expect(suspects.find(({ customer_id: id }) => id === second!.customer)!.why).toBe('a payment was judged fraud');
    const others = (await risk().listAlerts({ shop: 'demo' })).some(({ customer }) => customer === first!.customer);
    if (!others) expect(suspects.map(({ customer_id: id }) => id)).not.toContain(first!.customer);
  });
});

describe('the next campaign', () => {
  const plan = async (leaveOut: boolean): Promise<{ readonly reasons: readonly string[]; readonly suspectsMailed: number }> => {
    const scope = { shop: 'demo', cycle: '2026-W49', asOf: '2026-11-30T00:00:00.000Z' };
    await using session = await warehouse.open(relations);
    const settings = { ...shop.settings, risk: { ...shop.settings.risk, leave_out_of_coupons: leaveOut } };
    const { leftOut } = await planCampaign(session, warehouse, { ...shop, settings }, { ...scope, relations });
    const suspects = await warehouse.find({ shop: 'demo', cycle: '2026-W48' }, 'risk.suspects');
    await session.addView('risk.suspects', suspects!);
    const [mailed] = await session.rows<{ suspects: number }>("select count(*) as suspects from plan.recipients semi join risk.suspects using (customer_id) where decision in ('send', 'holdout')");
    return { reasons: leftOut.map(({ reason }) => reason), suspectsMailed: mailed!.suspects };
  };

  test('leaves suspects out where the setting says so, and says why', async () => {
    expect((await plan(false)).suspectsMailed).toBeGreaterThan(0);
    const { reasons, suspectsMailed } = await plan(true);
    expect(suspectsMailed).toBe(0);
    expect(reasons).toContain('a payment or a coupon of theirs is under suspicion');
  });
});
