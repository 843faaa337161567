import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planCampaign } from '../../activities/campaign/plan-campaign.ts';
import { exportLedger } from '../../activities/collect/export-ledger.ts';
import { chooseFeatures } from '../../activities/preprocess/choose-features.ts';
import { recordDecisions, undoDecision, type RecordedDecision } from '../../gateways/ledger/decisions.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { Cell, Warehouse } from '../../gateways/warehouse/warehouse.ts';

const shop = 'demo';
const customers = 3000;
const at = new Date('2026-11-30T06:00:00Z');
const shops = resolve(import.meta.dirname, '../../shops');

interface Planned {
  /** Decisions that the cycle names, in words. */
  readonly named: readonly string[];
  readonly features: readonly string[];
  readonly offers: readonly Record<string, Cell>[];
  readonly recipients: readonly (Record<string, Cell> & { customer_id: string; arm: string | null; arm_draw: number })[];
}

let lake: string;
let warehouse: Warehouse;
let ledger: Ledger;
beforeAll(async () => {
  lake = await mkdtemp(join(tmpdir(), 'clientele-decided-'));
  warehouse = await openWarehouse({ lake });
  ledger = await openLedger({ folder: join(lake, 'ledger') });
});
afterAll(async () => {
  await ledger.close();
  await rm(lake, { recursive: true, force: true });
});

/** Plans a week over the very same customers, segments and predictions as every other week: only what the ledger says may differ. */
async function planWeek(cycle: string): Promise<Planned> {
  const folder = { shop, cycle };
  const opened = await openShopFolder(shops, shop);
  await using session = await warehouse.open({});
  const standing = await exportLedger(session, ledger, folder, `ledger before ${cycle}`);
  const given = async (name: string, columns: string, of = `range(${customers}) as t(i)`) => [name, await session.materialise(folder, { name, sql: `-- grain: ${columns.split(' as ')[1]!.split(',')[0]}\nselect ${columns} from ${of}`, inputs: [] })] as const;
  const relations = { ...standing.relations, ...Object.fromEntries([
    await given('segments.summaries', "i::integer as segment, ['Loyal', 'New', 'Lost'][i + 1] as name, ['loyal', 'new', 'lost'][i + 1] as traits", 'range(3) as t(i)'),
    await given('snapshot.customers', "'c' || i as customer_id, 'c' || i || '@example.org' as email, null::varchar as given_name, 'en' as locale, 'granted' as consent"),
    await given('segments.memberships', "'c' || i as customer_id, (i % 3)::integer as segment"),
    await given('segments.predictions', "'c' || i as customer_id, (i % 7) / 10 as probability"),
    await given('features.customers', "'c' || i as customer_id, 20.0::double as average_order_value"),
    await given('features.favourite_products', "'c' || i as customer_id, 1 as rank, 'Tea' as title"),
    await given('features.interests', "'c' || i as customer_id, 1 as rank, 'Kitchen' as category"),
  ]) };
  await planCampaign(session, warehouse, opened, { ...folder, asOf: '2026-11-30T00:00:00Z', relations });
  const { features } = await chooseFeatures(session, opened.settings.preprocess.feature_sets, 0);
  // The draw as the plan's own file writes it.
  const draw = /^\s*(\(md5_number.*) as arm_draw/m.exec(await readSql('plan.recipients'))![1]!;
  await session.run(`set variable seed = ${opened.settings.seed}`);
  return {
    named: standing.decisions, features, offers: await session.rows('from plan.offers order by segment'),
    recipients: await session.rows(`select *, ${draw} as arm_draw from plan.recipients order by customer_id`),
  };
}

const decision = (kind: string, subject: string, value: unknown, words: string): RecordedDecision => ({ id: `${shop}/2026-W48/${kind}`, shop, cycle: '2026-W48', kind, subject, value, words, evidence: 'counts', rule: 'rule', actor: 'feedback', madeAt: at });
const share = decision('offer_share', 'share of the arms', { arm: 'A', share: 0.8 }, 'Arm A gets 80 % of the recipients instead of 50 %.');
const featureList = decision('feature_list', 'features of the segmentation', { features: ['recency_days', 'frequency', 'monetary', 'orders_90d'] }, 'discount_share leaves the segmentation\'s features.');
const without = <Row extends object>(rows: readonly Row[], ...names: string[]): object[] => rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name))));

describe('the plan of a second cycle', () => {
  let first: Planned;
  let second: Planned;
  beforeAll(async () => {
    first = await planWeek('2026-W48');
    await recordDecisions(ledger, [share, featureList, { ...decision('no_change', 'something else', null, 'Nothing changes.'), id: `${shop}/2026-W48/nothing` }]);
    second = await planWeek('2026-W49');
  });

  test('names the decisions it followed, and only those that change something', () => {
    expect(first.named).toEqual([]);
    expect([...second.named].sort()).toEqual([share.words, featureList.words].sort());
  });

  test('differs from the first exactly by them: the share, the arms it moves, the features', () => {
    expect(second.offers).toEqual(first.offers.map((offer) => ({ ...offer, share_a: 0.8 })));
    expect(without(second.recipients, 'arm')).toEqual(without(first.recipients, 'arm'));
    const moved = second.recipients.flatMap((row, place) => (row.arm === first.recipients[place]!.arm ? [] : [{ customer: row.customer_id, from: first.recipients[place]!.arm, to: row.arm }]));
    const between = first.recipients.filter(({ arm, arm_draw }) => arm === 'B' && arm_draw >= 0.5 && arm_draw < 0.8).map(({ customer_id: customer }) => ({ customer, from: 'B', to: 'A' }));
    expect(between.length).toBeGreaterThan(300);
    expect(moved).toEqual(between);
    expect(first.features).toHaveLength(8);
    expect(second.features).toEqual(['recency_days', 'frequency', 'monetary', 'orders_90d']);
  });

  test('is the first again, and says why, once they were taken back', async () => {
    await undoDecision(ledger, { shop, id: share.id, by: 'mara', comment: '', now: at });
    const third = await planWeek('2026-W50');
    expect([...third.named].sort()).toEqual([featureList.words, `mara took back: ${share.words}`].sort());
    expect(third.offers).toEqual(first.offers);
    expect(third.recipients).toEqual(first.recipients);
    expect(third.features).toEqual(second.features);

    await undoDecision(ledger, { shop, id: `${share.id}/undone-1`, by: 'mara', comment: '', now: at });
    const fourth = await planWeek('2026-W51');
    expect([...fourth.named].sort()).toEqual([share.words, featureList.words].sort());
    expect(fourth.recipients).toEqual(second.recipients);
  });
});
