import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reproduceCycle } from '../../activities/reproduce/reproduce-cycle.ts';
import { effectsOf } from '../../scripts/cycle/effects-of.ts';
import type { CycleResult } from '../../workflows/cycle-result.ts';
import type { keepDecisions, KeepDecisionsInput } from '../../workflows/keep-decisions.ts';
import { readHistory, type HistoryContents } from './support/history-contents.ts';
import { makeSmallHistory, openSmallShop, type SmallShop } from './support/small-shop.ts';

/** Temporal warns from 256 KB; what travels here are references and small objects. */
const payloadBytes = 16_384;

const opened = new AsyncDisposableStack();
let shop: SmallShop;
let first: CycleResult;
let second: CycleResult;

beforeAll(async () => {
  const history = opened.use(await makeSmallHistory(1));
  shop = opened.use(await openSmallShop({ history: history.folder, mailsPerSecond: 400 }));
  first = await shop.runCycle();
  second = await shop.runCycle();
}, 300_000);

afterAll(() => opened.disposeAsync());

describe('two cycles of a shop, one week after the other', () => {
  it('both finish, in the weeks they stand for', () => {
    expect([first, second].map(({ cycle, outcome }) => ({ cycle, outcome }))).toEqual([{ cycle: '2026-W48', outcome: 'finished' }, { cycle: '2026-W49', outcome: 'finished' }]);
  });

  it('every row read is kept or quarantined, and the lake holds exactly those', async () => {
    for (const cycle of [first, second]) {
      expect(cycle.tallies?.map(({ table }) => table)).toEqual(expect.arrayContaining(['customers', 'products', 'order_lines', 'events', 'payments', 'social']));
      const quarantined = new Map((await shop.rows<{ table_name: string; rows: string }>(cycle, 'select table_name, count(*) as rows from {snapshot.quarantine} group by all')).map(({ table_name: table, rows }) => [table, Number(rows)]));
      for (const tally of cycle.tallies ?? []) {
        expect(tally.kept + tally.quarantined, tally.table).toBe(tally.read);
        expect(cycle.relations[`snapshot.${tally.table}`]?.rows, tally.table).toBe(tally.kept);
        expect(quarantined.get(tally.table) ?? 0, tally.table).toBe(tally.quarantined);
      }
    }
  });

  it('delivers every mail of the plan, and no address gets two of one campaign', async () => {
    const log = await shop.relayLog();
    for (const cycle of [first, second]) {
      const { plan, dispatch } = cycle.campaign!;
      expect(plan.toSend).toBeGreaterThan(200);
      expect(dispatch?.delivered).toBe(plan.toSend);
      const keys = new Set((await shop.rows<{ key: string }>(cycle, 'select key from {sends.sends}')).map(({ key }) => key));
      const letters = log.filter(({ messageId }) => keys.has(messageId.slice(1).split('@')[0]!));
      expect(letters).toHaveLength(plan.toSend);
      expect(new Set(letters.map(({ recipient }) => recipient.toLowerCase())).size).toBe(letters.length);
    }
  });

  it('measures what the mails did against the holdout', async () => {
    for (const cycle of [first, second]) {
      expect(cycle.evaluation?.measured, cycle.evaluation?.why).toBe(true);
      expect(cycle.relations['outcomes.effects']?.rows).toBeGreaterThan(0);
      // Effects travel as a reference; who shows them reads the lake.
      const overall = expect.objectContaining({ metric: 'conversion', arm: 'all', segment: 'all', difference: expect.any(Number) });
      expect(await effectsOf(cycle)).toContainEqual(overall);
      expect(JSON.parse(await readFile(cycle.report!.replace(/html$/, 'json'), 'utf8'))).toMatchObject({ results: { effects: expect.arrayContaining([overall]) } });
      const [{ assigned } = { assigned: '0' }] = await shop.rows<{ assigned: string }>(cycle, "select count(*) as assigned from {outcomes.customers} where decision in ('send', 'holdout')");
      expect(Number(assigned)).toBe(cycle.campaign!.plan.toSend + cycle.campaign!.plan.holdout);
    }
  });

  it('computed a second time, every relation that is not given from outside has the same bytes', async () => {
    for (const { cycle } of [first, second]) {
      const reproduced = await reproduceCycle({ lake: shop.lake, scratch: `${shop.lake}-again`, shop: 'demo', cycle, openShop: shop.openShop });
      expect(reproduced.filter(({ verdict }) => verdict !== 'same bytes' && verdict !== 'taken as given')).toEqual([]);
      expect(reproduced.filter(({ verdict }) => verdict === 'same bytes').length).toBeGreaterThan(20);
    }
  });

  it('writes decisions with their evidence', async () => {
    for (const cycle of [first, second]) {
      expect(cycle.decisions?.length).toBeGreaterThan(0);
      for (const decision of cycle.decisions ?? []) expect(decision.evidence).not.toBe('');
      const { decisions } = await shop.report(cycle.cycle);
      expect(decisions.map(({ id }) => id)).toEqual(cycle.decisions?.map(({ id }) => id));
    }
  });

  it('the second cycle names the decisions of the first that are in force', async () => {
    const changes = (first.decisions ?? []).filter(({ kind }) => kind !== 'no_change').map(({ words }) => words).sort();
    expect((await shop.report(first.cycle)).earlier).toEqual({ previousCycle: null, decisionsInForce: [] });
    const { earlier } = await shop.report(second.cycle);
    expect([...earlier.decisionsInForce].sort()).toEqual(changes);
    expect(earlier.previousCycle).toBe(first.cycle);
  });

  it('the second cycle goes on from what the first learned: number of segments, champion, and who opened its mails', async () => {
    const why = async (cycle: CycleResult) => (await shop.rows<{ why: string }>(cycle, 'select why from {segments.k_curve} where chosen'))[0]!.why;
    expect(await why(first)).toMatch(/^silhouette/);
    expect(await why(second)).toMatch(/^(as|instead of \d+) last cycle/);
    const champion = await shop.rows<{ model: string }>(first, 'select distinct model from {segments.model_comparison} where is_champion');
    expect(await shop.rows(second, "select model from {snapshot.champions} where target = 'buys'")).toEqual(champion);
    const told = async (cycle: CycleResult) => Object.fromEntries((await shop.rows<{ target: string; why: string }>(cycle, 'select target, why from {segments.targets}')).map(({ target, why: words }) => [target, words]));
    expect(await told(first)).toMatchObject({ opens: 'left out: no earlier cycle has outcomes', redeems: 'left out: no earlier cycle has outcomes', churns: expect.stringMatching(/^(told of|left out: \d)/) as string });
    expect(await told(second)).toMatchObject({ opens: expect.stringMatching(/^(told of|left out: \d)/) as string, redeems: expect.stringMatching(/^(told of|left out: \d)/) as string });
  });

  it("the second cycle's plan and features are as the first decided", async () => {
    const decided = await shop.rows<{ kind: string; value: string }>(first, 'select kind, value from {feedback.decisions}');
    const valueOf = <Value>(kind: string): Value | undefined => decided.filter((decision) => decision.kind === kind).map(({ value }) => JSON.parse(value) as Value)[0];
    const shareOf = (cycle: CycleResult) => shop.rows<{ share: number }>(cycle, 'select distinct share_a as share from {plan.offers}');
    const featuresOf = async (cycle: CycleResult) => (await shop.rows<{ feature: string }>(cycle, 'select feature from {features.preprocessing} where used order by feature')).map(({ feature }) => feature);

    expect(await shareOf(first)).toEqual([{ share: 0.5 }]);
    expect(await shareOf(second)).toEqual([{ share: valueOf<{ share: number }>('offer_share')?.share ?? 0.5 }]);
    expect(await featuresOf(second)).toEqual([...valueOf<{ features: string[] }>('feature_list')?.features ?? await featuresOf(first)].sort());
  });

  it('everybody in both plans has the arm they had, but those whom a decided share moves', async () => {
    const armsOf = async (cycle: CycleResult) => new Map((await shop.rows<{ customer_id: string; arm: string }>(cycle, "select customer_id, arm from {plan.recipients} where decision in ('send', 'holdout')")).map(({ customer_id: customer, arm }) => [customer, arm]));
    const [before, after] = [await armsOf(first), await armsOf(second)];
    const moves = [...after].flatMap(([customer, arm]) => (before.has(customer) && before.get(customer) !== arm ? [`${before.get(customer)} to ${arm}`] : []));
    const decided = (first.decisions ?? []).some(({ kind }) => kind === 'offer_share');
    expect([...before.keys()].filter((customer) => after.has(customer)).length).toBeGreaterThan(200);
    expect(new Set(moves).size).toBe(decided ? 1 : 0);
    expect(moves.join()).not.toContain('holdout');
  });

  it('pools the evidence of both', async () => {
    const cycles = await shop.rows<{ cycles: number; customers: string }>(second, 'select cycles, count(*) as customers from {outcomes.evidence} group by cycles order by cycles');
    expect(cycles.map((row) => row.cycles)).toEqual([1, 2]);
    const [{ customers } = { customers: '0' }] = await shop.rows<{ customers: string }>(second, 'select count(distinct customer_id) as customers from {outcomes.evidence}');
    const [{ first: seen } = { first: '0' }] = await shop.rows<{ first: string }>(first, 'select count(*) as first from {outcomes.evidence}');
    expect(Number(customers)).toBeGreaterThanOrEqual(Number(seen));
  });
});

describe('the histories of both cycles', () => {
  let histories: ReadonlyMap<string, HistoryContents>;

  it('are those of the cycle, its sending and its wait', async () => {
    const { client } = shop.stack;
    const list = async (): Promise<string[]> => {
      const ids: string[] = [];
      for await (const { workflowId } of client.workflow.list()) ids.push(workflowId);
      return ids.sort();
    };
    const expected = [first, second].flatMap(({ shop: name, cycle }) => [`cycle/${name}/${cycle}`, `outcomes/${name}/${cycle}`, `send/${name}/${cycle}/weekly`]).sort();
    // The list is kept apart from the histories and comes a moment later.
    await expect.poll(list, { timeout: 30_000 }).toEqual(expected);
    histories = new Map(await Promise.all(expected.map(async (id) => [id, await readHistory(client.workflow.getHandle(id))] as const)));
    for (const [id, { payloads }] of histories) expect(payloads, id).toBeGreaterThan(5);
  });

  it('hold no address of a customer', async () => {
    const { addresses } = await shop.people();
    expect(addresses.length).toBeGreaterThan(400);
    for (const [id, { text }] of histories) {
      const said = text.toLowerCase();
      expect(addresses.filter((address) => said.includes(address.trim().toLowerCase())), id).toEqual([]);
    }
  });

  it('hold no given name of a customer', async () => {
    const names = (await shop.people()).givenNames.map((name) => name.trim()).filter((name) => name.length >= 4);
    expect(names.length).toBeGreaterThan(10);
    for (const [id, { values }] of histories) expect(names.filter((name) => values.has(name)), id).toEqual([]);
  });

  it('hold no payload of 16 KB or more', () => {
    for (const [id, { largest }] of histories) expect(largest, id).toBeLessThan(payloadBytes);
  });
});

describe('the decisions of a shop whose ledger a worker holds', () => {
  const keep = (input: KeepDecisionsInput) => shop.stack.client.workflow.execute<typeof keepDecisions>('keepDecisions', { workflowId: `decisions/demo/${JSON.stringify(input).length}`, taskQueue: 'orchestrate', args: [input] });

  it('are listed by that worker', async () => {
    const listed = await keep({ shop: 'demo' });
    expect(listed.map(({ id }) => id).sort()).toEqual([...first.decisions ?? [], ...second.decisions ?? []].map(({ id }) => id).sort());
  });

  it('are not taken back where there is nothing to take back', async () => {
    await expect(keep({ shop: 'demo', undo: { id: 'no such thing', by: 'mara', comment: '' } })).rejects.toThrow('Workflow execution failed');
  });
});
