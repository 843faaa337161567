import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measureCampaign, type Measured } from '../../activities/evaluate/measure-campaign.ts';
import { openShopFolder, type ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { Cell, Warehouse } from '../../gateways/warehouse/warehouse.ts';

const draw = (name: string): string => `(md5_number_lower('${name}:' || i) % 1000000)::double / 1000000`;

let lake: string;
let warehouse: Warehouse;
let shop: ShopFolder;
beforeAll(async () => {
  lake = await mkdtemp(join(tmpdir(), 'clientele-measured-'));
  warehouse = await openWarehouse({ lake });
  shop = await openShopFolder(resolve(import.meta.dirname, '../../shops'), 'demo');
});
afterAll(() => rm(lake, { recursive: true, force: true }));

interface Week {
  readonly cycle: string;
  /** SQL over `arm` and `i`: whether a customer is lost on the way from the plan to here. */
  readonly lost?: string;
  /** SQL: the chance to buy this week. */
  readonly chance?: string;
  /** SQL: who unsubscribed in this week. */
  readonly unsubscribes?: string;
  /** SQL: who had unsubscribed before this week. */
  readonly gone?: string;
}

/** Measures a week of 5,000 customers, a tenth held out. */
async function measure({ cycle, lost = 'false', chance = '0.2', unsubscribes = 'false', gone = 'false' }: Week): Promise<Measured & { readonly rows: (sql: string) => Promise<Record<string, Cell>[]> }> {
  const folder = { shop: 'demo', cycle };
  const people = `(select i, 'c' || i as customer_id, case when ${draw('held')} < 0.1 then 'holdout' when ${draw('side')} < 0.5 then 'A' else 'B' end as drawn from range(5000) as t(i))`;
  const given: Record<string, string> = {
    'plan.recipients': `select customer_id, customer_id || '@example.org' as address, case when ${gone} then null else drawn end as arm, (i % 3)::integer as segment, ['Loyal', 'New', 'Lost'][i % 3 + 1] as segment_name, case when ${gone} then 'none' when drawn = 'holdout' then 'holdout' else 'send' end as decision, 0.2::double as probability, 10.0::double as expected_revenue, 1.0::double as expected_cost from ${people} where not (${lost.replaceAll('arm', 'drawn')})`,
    'plan.offers': 'select i::integer as segment, 0.5::double as share_a from range(3) as t(i)',
    'snapshot.refused_consents': `select customer_id from ${people} where ${gone}`, 'snapshot.suppressions': 'select null::varchar as address_hash where false',
    'snapshot.products': "select 'p' as product_id, 6.0::double as unit_cost",
    'features.orders': `select customer_id, 'before' || i as order_id, timestamp '2026-10-01' as ordered_at, false as is_return, (10 * (i % 5 + 1))::decimal(18, 4) as revenue from ${people} where i % 2 = 0`,
    'outcomes.order_lines': `select customer_id, 'o' || i as order_id, null::varchar as coupon_code, 'p' as product_id, 1 as quantity, (20 + 5 * (i % 5))::double as unit_price, 0.0::double as discount, false as returned from ${people} where ${draw(cycle)} < ${chance.replaceAll('arm', 'drawn')}`,
    'outcomes.touches': `select customer_id, true as opened, false as clicked, ${unsubscribes.replaceAll('arm', 'drawn')} as unsubscribed, false as complained, false as by_program from ${people}`,
  };
  const session = await warehouse.open({});
  for (const [name, sql] of Object.entries(given)) await session.materialise(folder, { name, sql, inputs: [] });
  const measured = await measureCampaign(warehouse, session, { ...folder, asOf: '2026-11-23T00:00:00Z' }, shop.settings);
  return { ...measured, rows: (sql) => session.rows(sql) };
}

describe('a campaign whose arms have the planned sizes', () => {
  test('is compared, with what was seen before taken along and guardrails told', async () => {
    const first = await measure({ cycle: '2026-W48', chance: "case when arm = 'holdout' then 0.1 when arm = 'A' then 0.25 else 0.15 end", unsubscribes: "arm = 'B' and i % 8 = 0" });
    expect(first.mismatch).toBe('');
    const conversion = first.effects.find(({ metric, arm, segment }) => metric === 'conversion' && arm === 'A' && segment === 'all')!;
    expect(conversion.lower).toBeLessThan(0.15);
    expect(conversion.upper).toBeGreaterThan(0.15);
    expect(first.effects.filter(({ adjustedPValue }) => adjustedPValue !== undefined)).toHaveLength(3);
    expect(first.effects.some(({ metric }) => metric === 'revenue_corrected')).toBe(true);
    expect(await first.rows("select guardrail, arm from outcomes.guardrails where tripped")).toEqual([{ guardrail: 'unsubscribes and complaints', arm: 'B' }]);
    expect(first.figures.find(({ label }) => label === 'guardrail')?.value).toMatch(/^1[12]\.\d % of those who got arm B unsubscribed or complained/);

    // Those who unsubscribed get no mail any more, and are still counted in the arm they were in.
    const second = await measure({ cycle: '2026-W49', gone: "drawn = 'B' and i % 8 = 0", chance: "case when arm = 'holdout' then 0.1 else 0.15 end" });
    expect(second.mismatch).toBe('');
    const since = Number(second.figures.find(({ label }) => label.startsWith('unsubscribed since'))?.value);
    expect(since).toBeGreaterThan(200);
    const [counts] = await second.rows("select count_if(cycles = 2) as twice, count(distinct customer_id) as customers from outcomes.evidence");
    expect(counts!['customers']).toBe(5000);
    expect(Number(counts!['twice'])).toBeGreaterThan(4500);
  });
});

describe('a campaign one of whose arms lost customers', () => {
  test('is not read at all, and says so; nothing of it enters the evidence', async () => {
    const broken = await measure({ cycle: '2026-W50', lost: "arm = 'B' and i % 2 = 0" });
    expect(broken.mismatch).toMatch(/the arms do not have the sizes that were planned \(holdout \d+ instead of about \d+, A \d+ instead of about \d+, B \d+ instead of about \d+; chi-square p under 0\.000001\)/);
    expect(broken.effects).toEqual([]);
    expect(Object.keys(broken.relations)).toEqual(['outcomes.customers']);
    const after = await measure({ cycle: '2026-W51' });
    expect(await after.rows('select max(cycles) as cycles from outcomes.evidence')).toEqual([{ cycles: 3 }]);
  });
});
