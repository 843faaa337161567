import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planCampaign } from '../../activities/campaign/plan-campaign.ts';
import { exportLedger } from '../../activities/collect/export-ledger.ts';
import { gainFeatures, type MailPolicy } from '../../activities/mail-policy.ts';
import { recordDecisions, undoDecision, type RecordedDecision } from '../../gateways/ledger/decisions.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';

const shop = 'demo';
const customers = 4000;
const features = Object.keys(gainFeatures);

interface Row { readonly customer_id: string; readonly decision: string; readonly why: string; readonly arm: string | null; readonly offer: string; readonly expected_gain: number | null }

let lake: string;
let warehouse: Warehouse;
let ledger: Ledger;
beforeAll(async () => {
  lake = await mkdtemp(join(tmpdir(), 'clientele-targets-'));
  warehouse = await openWarehouse({ lake });
  ledger = await openLedger({ folder: join(lake, 'ledger') });
});
afterAll(async () => {
  await ledger.close();
  await rm(lake, { recursive: true, force: true });
});

/** Plans a week by uplift over the same customers; every fourth has a natural chance of 0.4, the others of 0.1. */
async function planWeek(cycle: string, maximum = 100_000): Promise<{ readonly named: readonly string[]; readonly rows: readonly Row[] }> {
  const folder = { shop, cycle };
  const opened = await openShopFolder(resolve(import.meta.dirname, '../../shops'), shop);
  const { settings } = opened;
  const uplift = { ...opened, settings: { ...settings, campaign: { ...settings.campaign, maximum_recipients: maximum, cost_per_mail: 0.01, holdout_share: 0.05, targeting: { by: 'uplift' as const, rest_share: 0.1, minimum_gain: 0.1, leading_offer_share: 0.6, minimum_offer_share: 0.02 } } } };
  await using session = await warehouse.open({});
  const standing = await exportLedger(session, ledger, folder, `ledger before ${cycle}`);
  const given = async (name: string, columns: string, of = `range(${customers}) as t(i)`) => [name, await session.materialise(folder, { name, sql: `-- grain: ${columns.split(' as ')[1]!.split(',')[0]}\nselect ${columns} from ${of}`, inputs: [] })] as const;
  const relations = { ...standing.relations, ...Object.fromEntries([
    await given('segments.summaries', "i::integer as segment, 'Loyal' as name, 'loyal' as traits", 'range(1) as t(i)'),
    await given('snapshot.customers', "'c' || i as customer_id, 'c' || i || '@example.org' as email, null::varchar as given_name, 'en' as locale, 'granted' as consent"),
    await given('segments.memberships', "'c' || i as customer_id, 0 as segment"),
    await given('segments.predictions', "'c' || i as customer_id, case when i % 4 = 0 then 0.4 else 0.1 end::double as probability"),
    await given('features.customers', "'c' || i as customer_id, 20.0::double as average_order_value, 10.0::double as recency_days, 0.1::double as discount_share, 0.2::double as store_share"),
    await given('features.orders', "'c' || i as customer_id, timestamp '2026-10-01' as ordered_at, false as is_return"),
    await given('features.favourite_products', "'c' || i as customer_id, 1 as rank, 'Tea' as title"),
    await given('features.interests', "'c' || i as customer_id, 1 as rank, 'Kitchen' as category"),
  ]) };
  await planCampaign(session, warehouse, uplift, { ...folder, asOf: '2026-11-30T00:00:00Z', relations });
  return { named: standing.decisions, rows: await session.rows<Row & Record<string, string>>('select customer_id, decision, why, arm, offer, expected_gain from plan.recipients order by customer_id') };
}

const count = (rows: readonly Row[], test: (row: Row) => boolean): number => rows.filter(test).length;
const isFourth = ({ customer_id }: Row): boolean => Number(customer_id.slice(1)) % 4 === 0;

/** A letter doubles the natural chance less 0.15: it pays for those of 0.4 and drives the others away. */
const policy: MailPolicy = {
  features, marginPerOrder: 20, given: { intercept: 0.5, coefficients: features.map(() => 0) },
  mailed: { intercept: -0.15, coefficients: features.map((name) => (name === 'natural' ? 2 : 0)) }, unmailed: { intercept: 0, coefficients: features.map((name) => (name === 'natural' ? 1 : 0)) },
};
const decision = (kind: string, subject: string, value: unknown, words: string): RecordedDecision => ({ id: `${shop}/2026-W48/${kind}`, shop, cycle: '2026-W48', kind, subject, value, words, evidence: 'counts', rule: 'rule', actor: 'feedback', madeAt: new Date('2026-11-30T06:00:00Z') });

describe('a plan by uplift', () => {
  test('mails everybody while nothing is known, but for those who rest by lot and those of the permanent holdout, the first offer to most', async () => {
    const { rows } = await planWeek('2026-W48');
    const held = count(rows, ({ why }) => why.startsWith('held out of every campaign'));
    expect(held).toBeGreaterThan(150);
    expect(held).toBeLessThan(250);
    expect(count(rows, ({ decision: what }) => what === 'holdout') / (customers - held)).toBeCloseTo(0.1, 1);
    const offers = Map.groupBy(rows.filter(({ decision: what }) => what === 'send'), ({ offer }) => offer);
    expect(offers.size).toBe(5);
    for (const of of offers.values()) expect(of.length / (0.9 * (customers - held))).toBeCloseTo(of[0]!.offer === '20 % to come back' ? 0.6 : 0.1, 1);
    expect(count(rows, ({ arm }) => arm === 'A')).toBeGreaterThan(1500);
    expect(rows.every(({ expected_gain: gain }) => gain === null)).toBe(true);
  });

  test('rests other customers each week, and keeps out the same', async () => {
    const [one, other] = [(await planWeek('2026-W46')).rows, (await planWeek('2026-W47')).rows];
    const resting = (rows: readonly Row[]): Set<string> => new Set(rows.filter(({ decision: what }) => what === 'holdout').map(({ customer_id: id }) => id));
    expect([...resting(one)].filter((id) => resting(other).has(id)).length).toBeLessThan(80);
    const held = (rows: readonly Row[]): string[] => rows.filter(({ why }) => why.startsWith('held out of every')).map(({ customer_id: id }) => id);
    expect(held(one)).toEqual(held(other));
  });

  test('follows the decisions in force, names them, and leaves out whom a letter would drive away', async () => {
    await recordDecisions(ledger, [
      decision('mail_policy', 'who is mailed', policy, 'Letters go to whom they are expected to bring more.'),
      decision('offer_mix', 'shares of the offers', { shares: { '20 % to come back': 0.92, '15 % on the next order': 0.02, '10 % for newcomers': 0.02, '10 euros off a big basket': 0.02, 'Free shipping for regulars': 0.02 } }, 'Shares of the offers: 20 % 92 %.'),
      decision('mailed_share', 'how many are mailed', { share: 0.6 }, '60 % get one.'),
    ]);
    const { named, rows } = await planWeek('2026-W49');
    expect(named).toHaveLength(3);
    const sent = rows.filter(({ decision: what }) => what === 'send');
    expect(sent.every(isFourth)).toBe(true);
    // 20 x (2 x 0.4 - 0.15 - 0.4) less 0.5 and the letter
    expect(sent[0]!.expected_gain).toBeCloseTo(4.49, 6);
    expect(count(rows, ({ why }) => why === 'expected to bring no more with a letter than without')).toBe(count(rows, (row) => !isFourth(row) && !row.why.startsWith('held out')));
    expect(sent.length / count(rows, (row) => isFourth(row) && !row.why.startsWith('held out'))).toBeCloseTo(0.6, 1);
    expect(count(sent, ({ offer }) => offer === '20 % to come back') / sent.length).toBeGreaterThan(0.87);

    await undoDecision(ledger, { shop, id: `${shop}/2026-W48/mail_policy`, by: 'mara', comment: '', now: new Date('2026-12-01T06:00:00Z') });
    const undone = await planWeek('2026-W50');
    expect(undone.named.join()).toContain('mara took back');
    expect(count(undone.rows, (row) => row.decision === 'send' && !isFourth(row))).toBeGreaterThan(1000);
  });

  test('mails no more than the maximum', async () => {
    const { rows } = await planWeek('2026-W51', 500);
    expect(count(rows, ({ decision: what }) => what === 'send')).toBe(500);
    expect(count(rows, ({ decision: what }) => what === 'holdout')).toBeGreaterThan(100);
    expect(count(rows, ({ why }) => why === 'over the maximum number of recipients')).toBeGreaterThan(2800);
  });
});
