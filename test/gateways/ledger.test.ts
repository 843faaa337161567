import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { readApproval, recordApproval } from '../../gateways/ledger/approvals.ts';
import { armTallies, tallyPage } from '../../gateways/ledger/arm-tallies.ts';
import { cancelPlanned } from '../../gateways/ledger/cancel-planned.ts';
import { claimSends } from '../../gateways/ledger/claim-sends.ts';
import { consentsInForce, recordConsents } from '../../gateways/ledger/consents.ts';
import { couponCode } from '../../gateways/ledger/coupon-code.ts';
import { decisionsInForce, listDecisions, recordDecisions, reversalsInForce, undoDecision, type RecordedDecision } from '../../gateways/ledger/decisions.ts';
import { exportSends, type ExportedSend } from '../../gateways/ledger/export-sends.ts';
import { findSend } from '../../gateways/ledger/find-send.ts';
import { issueCoupons } from '../../gateways/ledger/issue-coupons.ts';
import { championsInForce, listModels, registerModels, type RegisteredModel } from '../../gateways/ledger/models.ts';
import { openCampaign, readCampaign } from '../../gateways/ledger/open-campaign.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { planSends, type PlannedSend } from '../../gateways/ledger/plan-sends.ts';
import { recordAnswers } from '../../gateways/ledger/record-answers.ts';
import { recordTouches } from '../../gateways/ledger/record-touches.ts';
import { redeemCoupons } from '../../gateways/ledger/redeem-coupons.ts';
import { retryFailed } from '../../gateways/ledger/retry-failed.ts';
import { sendKey } from '../../gateways/ledger/send-key.ts';
import { sendStates, type SendState } from '../../gateways/ledger/send-state.ts';
import { findUnsettled, settleInDoubt, type Proof } from '../../gateways/ledger/settle-in-doubt.ts';
import { isSuppressed, suppress, unsuppress } from '../../gateways/ledger/suppressions.ts';
import { tally } from '../../gateways/ledger/tally.ts';
import { unsubscribe } from '../../gateways/ledger/unsubscribe.ts';
import type { RelayAnswer } from '../../gateways/mail/relay-answer.ts';
import { ledgerEngines, type LedgerEngine } from './ledger-engines.ts';

const now = new Date('2026-11-23T08:00:00Z');
const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

const person = (name: string, more: Partial<PlannedSend> = {}): PlannedSend => ({ customerId: name, address: `${name}@example.com`, locale: 'en', arm: 'A', segment: 's1', offer: 'Ten off', page: 0, variables: { given_name: name }, ...more });

/** What the state machine allows, written down a second time and independently of the trigger. */
const model: Readonly<Record<SendState, readonly SendState[]>> = {
  planned: ['claimed', 'suppressed', 'cancelled'],
  claimed: ['planned', 'handed_over', 'delivered', 'soft_bounced', 'hard_bounced', 'failed', 'in_doubt'],
  handed_over: ['delivered', 'soft_bounced', 'hard_bounced', 'complained'],
  delivered: ['complained', 'hard_bounced', 'soft_bounced'],
  soft_bounced: ['planned', 'delivered', 'hard_bounced'],
  hard_bounced: [],
  complained: [],
  failed: ['planned'],
  suppressed: [],
  cancelled: [],
  in_doubt: ['planned', 'handed_over', 'delivered', 'soft_bounced', 'hard_bounced', 'complained'],
};

for (const { name, start } of ledgerEngines) {
  if (start === undefined) {
    test(`the ledger on ${name}: not run, no ${name} on this machine`, () => console.log(`not run: no ${name} on this machine`));
    continue;
  }

  describe(`the ledger on ${name}`, () => {
    let engine: LedgerEngine;
    let ledger: Ledger;
    let campaigns = 0;

    beforeAll(async () => {
      engine = await start();
      ledger = await engine.open();
    }, 120_000);
    afterAll(async () => {
      await ledger?.close();
      await engine?.stop();
    });

    const newCampaign = (): string => `demo/2026-W48/campaign-${campaigns += 1}`;
    const plan = (campaign: string, sends: readonly PlannedSend[], shop = 'demo') => planSends(ledger, { shop, cycle: '2026-W48', campaign, senderDomain: 'shop.example', sends, now });
    const claim = (campaign: string, more: { page?: number; limit?: number; stoppedArms?: string[]; claimant?: string; now?: Date } = {}) => claimSends(ledger, { campaign, page: 0, limit: 100, stoppedArms: [], claimant: 'worker-1', now, ...more });
    const answer = (campaign: string, customer: string, outcome: RelayAnswer['outcome'], more: Partial<RelayAnswer> = {}) => ({ key: sendKey(campaign, customer), answer: { outcome, text: 'words', ...more } });
    const states = async (campaign: string): Promise<Record<string, string>> => Object.fromEntries((await ledger.query<{ customer_id: string; state: string }>('select customer_id, state from sends where campaign = $1 order by customer_id', [campaign])).map((row) => [row.customer_id, row.state]));
    const reasons = async (campaign: string): Promise<Record<string, string | null>> => Object.fromEntries((await ledger.query<{ customer_id: string; reason: string | null }>('select customer_id, reason from sends where campaign = $1 order by customer_id', [campaign])).map((row) => [row.customer_id, row.reason]));

    describe('the state machine', () => {
      it('allows exactly the moves of the model, from every state, whatever came before', async () => {
        let walks = 0;
        await fc.assert(fc.asyncProperty(fc.array(fc.constantFrom(...sendStates), { maxLength: 12 }), async (moves) => {
          const campaign = `demo/2026-W48/walk-${walks += 1}`;
          await plan(campaign, [person('ann')]);
          const key = sendKey(campaign, 'ann');
          let state: SendState = 'planned';
          for (const next of moves) {
            const allowed = next === state || model[state].includes(next);
            const outcome = await ledger.query<{ state: SendState }>('update sends set state = $2 where key = $1 returning state', [key, next]).then(() => 'moved', (error: { code?: string }) => error.code);
            expect([state, next, outcome]).toEqual([state, next, allowed ? 'moved' : 'SEND_TRANSITION_REFUSED']);
            if (allowed) state = next;
          }
          expect((await findSend(ledger, key))?.state).toBe(state);
        }), { numRuns: 60, seed: 11 });
      }, 120_000);

      it('refuses each of the other moves by name', async () => {
        for (const from of sendStates) {
          for (const to of sendStates) {
            const [row] = await ledger.query<{ allowed: boolean }>('select send_may_move($1, $2) as allowed', [from, to]);
            expect([from, to, row?.allowed]).toEqual([from, to, model[from].includes(to)]);
          }
        }
      });

      it('lets a send begin planned or suppressed only, and says so', async () => {
        const begin = ledger.query(
          `insert into sends (key, shop, cycle, campaign, customer_id, address, locale, arm, segment, offer, page, variables, message_id, state, planned_at, updated_at)
           values ('k1', 'demo', 'w', 'c', 'ann', 'a@b', 'en', 'A', 's', 'o', 0, '{}', '<k1@x>', 'delivered', now(), now())`,
        );
        await expect(begin).rejects.toMatchObject({ code: 'SEND_TRANSITION_REFUSED', message: 'Send k1 cannot go from nothing to delivered.' });
      });
    });

    describe('planning', () => {
      it('writes each customer once, however often it is repeated', async () => {
        const campaign = newCampaign();
        expect(await plan(campaign, [person('ann'), person('bob')])).toEqual({ planned: 2, suppressed: 0 });
        expect(await plan(campaign, [person('ann', { page: 7 }), person('bob'), person('cem')])).toEqual({ planned: 1, suppressed: 0 });
        expect(await states(campaign)).toEqual({ ann: 'planned', bob: 'planned', cem: 'planned' });
        const { claimed } = await claim(campaign);
        expect(claimed.map((send) => [send.customerId, send.messageId])).toEqual(expect.arrayContaining([['ann', `<${sendKey(campaign, 'ann')}@shop.example>`]]));
      });

      it('writes one mail an address: a second customer of it is suppressed, with the reason, also in a later batch', async () => {
        const campaign = newCampaign();
        const sends = [person('ann', { address: 'Family@Example.com' }), person('bob', { address: ' family@example.com' })];
        expect(await plan(campaign, sends)).toEqual({ planned: 1, suppressed: 1 });
        expect(await plan(campaign, [person('cem', { address: 'FAMILY@EXAMPLE.COM' })])).toEqual({ planned: 0, suppressed: 1 });
        expect(await plan(campaign, sends)).toEqual({ planned: 0, suppressed: 0 });
        expect(await reasons(campaign)).toEqual({ ann: null, bob: 'address already in this campaign', cem: 'address already in this campaign' });
        const elsewhere = newCampaign();
        expect(await plan(elsewhere, [person('bob', { address: 'family@example.com' })])).toEqual({ planned: 1, suppressed: 0 });
      });

      it('leaves out suppressed addresses and revoked or denied consents, of this shop or of all', async () => {
        const campaign = newCampaign();
        await suppress(ledger, [
          { shop: 'demo', address: 'Gone-1@example.com', reason: 'unsubscribed', source: 'link', at: now },
          { shop: '*', address: 'gone-2@example.com', reason: 'complaint', source: 'feedback loop', at: now },
          { shop: 'elsewhere', address: 'stays-1@example.com', reason: 'unsubscribed', source: 'link', at: now },
        ]);
        await recordConsents(ledger, [
          { shop: 'demo', customerId: 'gone-3', purpose: 'marketing', state: 'granted', at: now, source: 'form' },
          { shop: 'demo', customerId: 'gone-3', purpose: 'marketing', state: 'revoked', at: later(1), source: 'form' },
          { shop: 'demo', customerId: 'gone-4', purpose: 'marketing', state: 'denied', at: now, source: 'form' },
          { shop: 'demo', customerId: 'stays-2', purpose: 'marketing', state: 'granted', at: later(1), source: 'form' },
          { shop: 'demo', customerId: 'stays-2', purpose: 'marketing', state: 'revoked', at: now, source: 'form' },
          { shop: 'demo', customerId: 'stays-3', purpose: 'profiling', state: 'revoked', at: now, source: 'form' },
        ]);
        await plan(campaign, ['gone-1', 'gone-2', 'gone-3', 'gone-4', 'stays-1', 'stays-2', 'stays-3'].map((customer) => person(customer)));
        expect(await reasons(campaign)).toEqual({ 'gone-1': 'address suppressed: unsubscribed', 'gone-2': 'address suppressed: complaint', 'gone-3': 'consent revoked', 'gone-4': 'consent denied', 'stays-1': null, 'stays-2': null, 'stays-3': null });
        const inForce = await consentsInForce(ledger, 'demo');
        expect(inForce.filter(({ customerId }) => ['gone-3', 'stays-2'].includes(customerId)).map(({ state }) => state)).toEqual(['revoked', 'granted']);
      });

      it('keeps names, addresses and variables as they are, quotes and all', async () => {
        const campaign = newCampaign();
        const odd = `O'Hara "Bobby"; drop table sends; -- \\ 🎁`;
        await plan(campaign, [person('odd', { address: "o'hara@example.com", segment: odd, variables: { given_name: odd, points: 12.5, vip: true, city: null } })]);
        const { claimed: [send] } = await claim(campaign);
        expect(send).toMatchObject({ address: "o'hara@example.com", segment: odd, variables: { given_name: odd, points: 12.5, vip: true, city: null } });
      });

      it('plans ten thousand in one go', async () => {
        const campaign = newCampaign();
        for (let page = 0; page < 4; page += 1) await plan(campaign, Array.from({ length: 2500 }, (_, i) => person(`p${page}-${i}`, { page: page * 10 + Math.floor(i / 250) })));
        expect((await tally(ledger, campaign)).planned).toBe(10_000);
        expect((await claim(campaign, { page: 13, limit: 1000 })).claimed).toHaveLength(250);
      }, 60_000);
    });

    describe('claiming', () => {
      it('looks at suppressions and consents at that moment', async () => {
        const campaign = newCampaign();
        await plan(campaign, ['keeps', 'left', 'revoked'].map((customer) => person(customer, { address: `${customer}-now@example.com` })));
        await suppress(ledger, [{ shop: 'demo', address: 'left-now@example.com', reason: 'unsubscribed', source: 'link', at: now }]);
        await recordConsents(ledger, [{ shop: 'demo', customerId: 'revoked', purpose: 'marketing', state: 'revoked', at: now, source: 'form' }]);
        const result = await claim(campaign);
        expect(result.claimed.map(({ customerId }) => customerId)).toEqual(['keeps']);
        expect(result.suppressed).toBe(2);
        expect(await states(campaign)).toEqual({ keeps: 'claimed', left: 'suppressed', revoked: 'suppressed' });
      });

      it('gives a send to one claimant, whoever asks at once', async () => {
        const campaign = newCampaign();
        await plan(campaign, Array.from({ length: 200 }, (_, i) => person(`p${i}`)));
        const claims = await Promise.all(Array.from({ length: 8 }, (_, i) => claim(campaign, { limit: 40, claimant: `worker-${i}` })));
        const keys = claims.flatMap(({ claimed }) => claimed.map(({ key }) => key));
        expect(new Set(keys).size).toBe(keys.length);
        const rest = await claim(campaign, { limit: 1000 });
        expect(keys.length + rest.claimed.length).toBe(200);
      });

      it('keeps to the page and leaves stopped arms planned', async () => {
        const campaign = newCampaign();
        await plan(campaign, [person('ann'), person('bob', { arm: 'B' }), person('cem', { page: 1 })]);
        expect((await claim(campaign, { stoppedArms: ['B'] })).claimed.map(({ customerId }) => customerId)).toEqual(['ann']);
        expect(await states(campaign)).toEqual({ ann: 'claimed', bob: 'planned', cem: 'planned' });
      });
    });

    describe('recording', () => {
      it('turns answers into states, and a mailbox refused for good into a suppression', async () => {
        const campaign = newCampaign();
        const people = ['accepted', 'gone', 'content', 'busy', 'lost', 'down', 'back'];
        await plan(campaign, people.map((customer) => person(customer, { address: `${customer}-rec@example.com` })));
        await claim(campaign);
        const tallied = await recordAnswers(ledger, { claimant: 'worker-1', now, answers: [
          answer(campaign, 'accepted', 'accepted', { code: 250 }),
          answer(campaign, 'gone', 'refused_permanently', { code: 550, mailboxRefused: true }),
          answer(campaign, 'content', 'refused_permanently', { code: 554 }),
          answer(campaign, 'busy', 'refused_for_now', { code: 451 }),
          answer(campaign, 'lost', 'unknown'),
          answer(campaign, 'down', 'unreachable'),
          { key: sendKey(campaign, 'back'), answer: 'given_back' },
        ] });
        expect(tallied).toEqual({ handed_over: 1, hard_bounced: 1, failed: 1, soft_bounced: 1, in_doubt: 1, planned: 2 });
        expect(await states(campaign)).toEqual({ accepted: 'handed_over', gone: 'hard_bounced', content: 'failed', busy: 'soft_bounced', lost: 'in_doubt', down: 'planned', back: 'planned' });
        expect(await isSuppressed(ledger, { shop: 'demo', address: 'Gone-rec@example.com' })).toBe(true);
        expect(await isSuppressed(ledger, { shop: 'demo', address: 'content-rec@example.com' })).toBe(false);
      });

      it('changes nothing for a claimant that holds the send no more', async () => {
        const campaign = newCampaign();
        await plan(campaign, [person('ann')]);
        await claim(campaign, { claimant: 'late' });
        expect(await recordAnswers(ledger, { claimant: 'other', now, answers: [answer(campaign, 'ann', 'accepted')] })).toEqual({});
        await settleInDoubt(ledger, { proofs: [{ key: sendKey(campaign, 'ann'), proof: 'never_came' }], quietSince: now, now });
        await claim(campaign, { claimant: 'new' });
        expect(await recordAnswers(ledger, { claimant: 'late', now, answers: [answer(campaign, 'ann', 'refused_for_now')] })).toEqual({});
        expect(await states(campaign)).toEqual({ ann: 'claimed' });
      });

      it('believes a late answer more than the doubt it left behind', async () => {
        const campaign = newCampaign();
        await plan(campaign, [person('ann')]);
        await claim(campaign);
        await settleInDoubt(ledger, { proofs: [{ key: sendKey(campaign, 'ann'), proof: 'none' }], quietSince: now, now });
        await recordAnswers(ledger, { claimant: 'worker-1', now, answers: [answer(campaign, 'ann', 'accepted')] });
        expect(await states(campaign)).toEqual({ ann: 'handed_over' });
      });
    });

    describe('settling', () => {
      it('moves by proof only, and plans again only what has been quiet long enough', async () => {
        const campaign = newCampaign();
        await plan(campaign, ['has', 'never', 'none', 'fresh', 'mine'].map((customer) => person(customer, { page: ['fresh', 'mine'].includes(customer) ? 1 : 0 })));
        await claim(campaign, { claimant: 'dead' });
        await claim(campaign, { claimant: 'dead', page: 1, limit: 2, now: later(60) });
        const found = await findUnsettled(ledger, { campaign, page: 0, exceptClaimant: 'worker-1', states: ['claimed', 'in_doubt'], limit: 100 });
        expect(found.map(({ key }) => key).sort()).toEqual(['has', 'never', 'none'].map((customer) => sendKey(campaign, customer)).sort());
        expect(await findUnsettled(ledger, { campaign, exceptClaimant: 'dead', states: ['claimed'], limit: 100 })).toEqual([]);
        const proofs = ([['has', 'accepted'], ['never', 'never_came'], ['none', 'none'], ['fresh', 'never_came']] as const).map(([customer, proof]): Proof => ({ key: sendKey(campaign, customer), proof }));
        expect(await settleInDoubt(ledger, { proofs, quietSince: later(30), now: later(70) })).toEqual({ delivered: 1, returned: 1, inDoubt: 1 });
        expect(await states(campaign)).toEqual({ has: 'delivered', never: 'planned', none: 'in_doubt', fresh: 'claimed', mine: 'claimed' });
      });

      it('never plans again what the relay has accepted', async () => {
        const campaign = newCampaign();
        await plan(campaign, [person('ann')]);
        await claim(campaign);
        await recordAnswers(ledger, { claimant: 'worker-1', now, answers: [answer(campaign, 'ann', 'accepted')] });
        expect(await settleInDoubt(ledger, { proofs: [{ key: sendKey(campaign, 'ann'), proof: 'never_came' }], quietSince: later(60), now: later(60) })).toEqual({ delivered: 0, returned: 0, inDoubt: 0 });
        expect(await states(campaign)).toEqual({ ann: 'handed_over' });
      });
    });

    it('retries what failed or soft-bounced, a bounded number of times', async () => {
      const campaign = newCampaign();
      await plan(campaign, [person('busy'), person('content'), person('gone'), person('doubt')]);
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        await claim(campaign);
        await recordAnswers(ledger, { claimant: 'worker-1', now, answers: [answer(campaign, 'busy', 'refused_for_now'), answer(campaign, 'content', 'refused_permanently'), answer(campaign, 'gone', 'refused_permanently', { mailboxRefused: true }), answer(campaign, 'doubt', 'unknown')] });
        expect(await retryFailed(ledger, { campaign, maximumAttempts: 3, now })).toBe(attempt < 3 ? 2 : 0);
      }
      expect(await states(campaign)).toEqual({ busy: 'soft_bounced', content: 'failed', gone: 'hard_bounced', doubt: 'in_doubt' });
    });

    it('cancels what is still planned and nothing else', async () => {
      const campaign = newCampaign();
      await plan(campaign, [person('ann'), person('bob', { page: 1 })]);
      await claim(campaign);
      expect(await cancelPlanned(ledger, { campaign, reason: 'rejected', now })).toBe(1);
      expect(await states(campaign)).toEqual({ ann: 'claimed', bob: 'cancelled' });
    });

    it('tallies a campaign by state', async () => {
      const campaign = newCampaign();
      await plan(campaign, [person('tally-1'), person('tally-2'), person('tally-3', { address: 'tally-2@example.com' })]);
      expect(await tally(ledger, campaign)).toEqual({ ...Object.fromEntries(sendStates.map((state) => [state, 0])), planned: 2, suppressed: 1 });
    });

    it('tallies arms with their unsubscribes and complaints, machines left out', async () => {
      const campaign = newCampaign();
      await plan(campaign, [person('arm-1'), person('arm-2'), person('arm-3', { arm: 'B' }), person('arm-4', { arm: 'B' })]);
      await claim(campaign);
      await recordAnswers(ledger, { claimant: 'worker-1', now, answers: ['arm-1', 'arm-2', 'arm-3'].map((customer) => answer(campaign, customer, 'accepted')) });
      await settleInDoubt(ledger, { proofs: [{ key: sendKey(campaign, 'arm-1'), proof: 'accepted' }], quietSince: now, now });
      const touches = [
        { sendKey: sendKey(campaign, 'arm-1'), kind: 'unsubscribe', at: now, bot: false },
        { sendKey: sendKey(campaign, 'arm-1'), kind: 'unsubscribe', at: later(5), bot: false },
        { sendKey: sendKey(campaign, 'arm-2'), kind: 'unsubscribe', at: now, bot: true },
        { sendKey: sendKey(campaign, 'arm-2'), kind: 'complaint', at: now, bot: false },
        { sendKey: sendKey(campaign, 'arm-3'), kind: 'open', at: now, bot: false },
        { sendKey: 'no such send', kind: 'open', at: now, bot: false },
      ] as const;
      expect(await recordTouches(ledger, touches)).toBe(5);
      expect(await recordTouches(ledger, touches)).toBe(0);
      expect(await states(campaign)).toMatchObject({ 'arm-1': 'delivered', 'arm-2': 'complained' });
      expect(await armTallies(ledger, campaign)).toEqual([]);
      await tallyPage(ledger, { campaign, page: 0 });
      await tallyPage(ledger, { campaign, page: 0 });
      expect(await armTallies(ledger, campaign)).toEqual([{ arm: 'A', handedOver: 2, unsubscribed: 1, complained: 1 }, { arm: 'B', handedOver: 1, unsubscribed: 0, complained: 0 }]);
    });

    it('exports sends in the order of keys, without address or time, whatever the batch', async () => {
      const campaign = newCampaign();
      await plan(campaign, Array.from({ length: 25 }, (_, i) => person(`p${i}`)));
      await issueCoupons(ledger, { now, coupons: [{ sendKey: sendKey(campaign, 'p3'), kind: 'percentage', value: 10 }] });
      const collect = async (size: number): Promise<ExportedSend[]> => {
        const rows: ExportedSend[] = [];
        for await (const batch of exportSends(ledger, campaign, size)) rows.push(...batch);
        return rows;
      };
      const rows = await collect(25);
      expect(rows.map(({ key }) => key)).toEqual(Array.from({ length: 25 }, (_, i) => sendKey(campaign, `p${i}`)).sort());
      expect(await collect(4)).toEqual(rows);
      expect(Object.keys(rows[0] ?? {}).sort()).toEqual(['arm', 'campaign', 'couponCode', 'customerId', 'key', 'offer', 'segment', 'state']);
      expect(rows.filter(({ couponCode: code }) => code !== null)).toHaveLength(1);
    });

    describe('coupons', () => {
      it('are issued once a send, the same on a retry, to nobody who is suppressed', async () => {
        const campaign = newCampaign();
        await plan(campaign, [person('coupon-1'), person('coupon-2'), person('coupon-3', { address: 'coupon-2@example.com' })]);
        const coupons = ['coupon-1', 'coupon-2', 'coupon-3'].map((customer) => ({ sendKey: sendKey(campaign, customer), kind: 'percentage', value: 10, prefix: 'SPRING' }));
        const issued = () => ledger.query<{ code: string; customer_id: string; value: number }>('select code, customer_id, value from coupons where campaign = $1 order by customer_id', [campaign]);
        await issueCoupons(ledger, { coupons, now });
        const first = await issued();
        await issueCoupons(ledger, { coupons, now: later(60) });
        expect(await issued()).toEqual(first);
        expect(first).toEqual(['coupon-1', 'coupon-2'].map((customer) => ({ code: couponCode(sendKey(campaign, customer), 'SPRING'), customer_id: customer, value: 10 })));
      });

      it('take the next code where another send has the first', async () => {
        const campaign = newCampaign();
        await plan(campaign, [person('first'), person('second')]);
        const [first, second] = [sendKey(campaign, 'first'), sendKey(campaign, 'second')];
        await ledger.query(`insert into coupons (code, send_key, campaign, customer_id, offer, kind, value, issued_at) values ($1, $2, $3, 'first', 'o', 'amount', 5, now())`, [couponCode(second), first, campaign]);
        await issueCoupons(ledger, { now, coupons: [first, second].map((key) => ({ sendKey: key, kind: 'amount', value: 5 })) });
        const codes = await ledger.query<{ code: string }>('select code from coupons where campaign = $1 order by customer_id', [campaign]);
        expect(codes.map(({ code }) => code)).toEqual([couponCode(second), couponCode(second, null, 1)]);
      });

      it('are redeemed once: the earliest order has it, a repeat is the same redemption', async () => {
        const campaign = newCampaign();
        await plan(campaign, [person('r1'), person('r2')]);
        await issueCoupons(ledger, { now, coupons: ['r1', 'r2'].map((customer) => ({ sendKey: sendKey(campaign, customer), kind: 'amount', value: 5 })) });
        const [one, two] = ['r1', 'r2'].map((customer) => couponCode(sendKey(campaign, customer))) as [string, string];
        const outcomes = async (...redemptions: [string, string, Date][]) => (await redeemCoupons(ledger, redemptions.map(([code, orderId, at]) => ({ code, orderId, at })))).map(({ outcome }) => outcome);
        expect(await outcomes([one, 'order-2', later(2)], [one, 'order-1', later(1)], ['NO-SUCH', 'order-3', now])).toEqual(['already_redeemed', 'redeemed', 'unknown']);
        expect(await outcomes([one, 'order-1', later(1)], [one, 'order-9', now], [two, 'order-4', now])).toEqual(['repeated', 'already_redeemed', 'redeemed']);
        const race = await Promise.all(['x', 'y', 'z'].map((order) => outcomes([two, order, now])));
        expect(race.flat()).toEqual(['already_redeemed', 'already_redeemed', 'already_redeemed']);
        const touches = await ledger.query(`select t.detail from touches as t join sends as s on s.key = t.send_key where s.campaign = $1 and t.kind = 'redeem' order by t.detail`, [campaign]);
        expect(touches).toEqual([{ detail: 'order-1' }, { detail: 'order-4' }]);
      });
    });

    it('unsubscribes by a send: touch, suppression and consent at once, once', async () => {
      const campaign = newCampaign();
      await plan(campaign, [person('leaver')]);
      const key = sendKey(campaign, 'leaver');
      expect(await unsubscribe(ledger, { key: 'unknown', source: 'form', at: now })).toBe(false);
      expect(await unsubscribe(ledger, { key, source: 'one-click', at: now })).toBe(true);
      expect(await unsubscribe(ledger, { key, source: 'form', at: later(9) })).toBe(true);
      expect(await isSuppressed(ledger, { shop: 'demo', address: 'leaver@example.com' })).toBe(true);
      expect((await consentsInForce(ledger, 'demo')).find(({ customerId }) => customerId === 'leaver')).toMatchObject({ state: 'revoked', source: 'one-click', at: now });
      expect(await ledger.query('select kind from touches where send_key = $1', [key])).toEqual([{ kind: 'unsubscribe' }]);
      expect((await claim(campaign)).suppressed).toBe(1);
    });

    it('keeps the hash of a suppressed address beside it, and lifts a suppression when told to', async () => {
      await suppress(ledger, [{ shop: 'demo', address: ' Lifted@Example.com', reason: 'unsubscribed', source: 'link', at: now }]);
      const hash = createHash('sha256').update('lifted@example.com').digest('hex');
      expect(await ledger.query('select address from suppressions where address_hash = $1', [hash])).toEqual([{ address: 'lifted@example.com' }]);
      await ledger.query('update suppressions set address = null where address_hash = $1', [hash]);
      expect(await isSuppressed(ledger, { shop: 'demo', address: 'lifted@example.com' })).toBe(true);
      expect(await unsuppress(ledger, { shop: 'demo', address: 'LIFTED@example.com' })).toBe(true);
      expect(await unsuppress(ledger, { shop: 'demo', address: 'LIFTED@example.com' })).toBe(false);
      expect(await isSuppressed(ledger, { shop: 'demo', address: 'lifted@example.com' })).toBe(false);
    });

    it('keeps models by cycle, one champion each, and knows the latest before a cycle', async () => {
      const model = (name: string, role: RegisteredModel['role'], auc: number | null): Omit<RegisteredModel, 'shop' | 'cycle' | 'target'> =>
        ({ model: name, role, metrics: { auc: { value: auc, lower: null, upper: 0.9 } }, pValue: role === 'champion' ? 1 : 0.25, parameters: { days: 7 }, data: { 'features.customers_earlier': 'abc' } });
      const of = (cycle: string) => ({ shop: 'modelled', cycle, target: 'buys' });
      expect(await championsInForce(ledger, 'modelled')).toEqual([]);
      await registerModels(ledger, of('2026-W48'), [model('logistic', 'champion', 0.7), model('trees', 'challenger', null)]);
      await registerModels(ledger, of('2026-W49'), [model('logistic', 'champion', 0.7)]);
      // The cycle was analysed again, and came to another champion.
      await registerModels(ledger, of('2026-W49'), [model('logistic', 'challenger', 0.7), model('trees', 'champion', 0.8)]);
      await registerModels(ledger, { ...of('2026-W49'), target: 'opens' }, [model('logistic', 'champion', 0.6)]);
      const inForce = async (before?: string) => (await championsInForce(ledger, 'modelled', { before })).map(({ target, cycle, model: name }) => [target, cycle, name]);
      expect(await inForce()).toEqual([['buys', '2026-W49', 'trees'], ['opens', '2026-W49', 'logistic']]);
      expect(await inForce('2026-W49')).toEqual([['buys', '2026-W48', 'logistic']]);
      expect(await inForce('2026-W48')).toEqual([]);
      const all = await listModels(ledger, 'modelled');
      expect(all.map(({ cycle, target, role }) => `${cycle} ${target} ${role}`)).toEqual(['2026-W49 buys champion', '2026-W49 buys challenger', '2026-W49 opens champion', '2026-W48 buys champion', '2026-W48 buys challenger']);
      expect(all.at(-1)).toEqual({ ...of('2026-W48'), ...model('trees', 'challenger', null) });
      await expect(registerModels(ledger, of('2026-W50'), [model('logistic', 'champion', 0.7), model('trees', 'champion', 0.8)])).rejects.toThrow(/duplicate key/);
      expect(await listModels(ledger, 'modelled')).toEqual(all);
    });

    it('gives the decisions in force: the latest of each subject, of earlier cycles, not undone', async () => {
      const decision = (id: string, cycle: string, subject: string, value: unknown, more: Partial<RecordedDecision> = {}): RecordedDecision => ({ id, shop: 'decided', cycle, kind: 'offer_share', subject, value, words: `${subject} to ${String(value)}`, evidence: { p: 0.01 }, rule: 'better arm', actor: 'feedback', madeAt: now, ...more });
      await recordDecisions(ledger, [decision('d1', '2026-W46', 'A', 0.5), decision('d2', '2026-W47', 'A', 0.6), decision('d3', '2026-W47', 'features', ['recency', 'frequency'])]);
      await recordDecisions(ledger, [decision('d2', '2026-W47', 'A', 0.9)]);
      await recordDecisions(ledger, [decision('d4', '2026-W48', 'A', 0.7)]);
      const inForce = async (before?: string) => (await decisionsInForce(ledger, 'decided', { before })).map(({ id, value }) => [id, value]);
      expect(await inForce('2026-W48')).toEqual([['d2', 0.6], ['d3', ['recency', 'frequency']]]);
      expect(await inForce()).toEqual([['d4', 0.7], ['d3', ['recency', 'frequency']]]);
      await recordDecisions(ledger, [decision('d5', '2026-W48', 'A', null, { actor: 'marketer', undoes: 'd4', madeAt: later(60) })]);
      expect(await inForce()).toEqual([['d2', 0.6], ['d3', ['recency', 'frequency']]]);
    });

    describe('taking a decision back', () => {
      const shop = 'undone';
      const decision = (id: string, cycle: string, value: unknown, more: Partial<RecordedDecision> = {}): RecordedDecision => ({ id, shop, cycle, kind: 'offer_share', subject: 'arms', value, words: `share ${String(value)}.`, evidence: 'counts', rule: 'better arm', actor: 'feedback', madeAt: now, ...more });
      const inForce = async () => (await decisionsInForce(ledger, shop)).filter(({ kind }) => kind !== 'no_change').map(({ id, value }) => [id, value]);
      const reversals = async (before?: string) => (await reversalsInForce(ledger, shop, { before })).map(({ id, undoes }) => [id, undoes]);
      const undo = (id: string, seconds: number) => undoDecision(ledger, { shop, id, by: 'mara', comment: 'too soon', now: later(seconds) });

      it('is a decision: what was before it is in force again, until that is taken back too', async () => {
        await recordDecisions(ledger, [decision('u1', '2026-W46', 0.6), decision('u2', '2026-W47', 0.8), decision('u0', '2026-W47', null, { kind: 'no_change', subject: 'features' })]);
        expect(await undo('u2', 1)).toMatchObject({ id: 'u2/undone-1', cycle: '2026-W47', kind: 'reversal', subject: 'arms', actor: 'mara', undoes: 'u2', words: 'mara took back: share 0.8. (too soon)' });
        expect([await inForce(), await reversals(), await reversals('2026-W47')]).toEqual([[['u1', 0.6]], [['u2/undone-1', 'u2']], []]);

        expect(await undo('u2/undone-1', 2)).toMatchObject({ undoes: 'u2/undone-1', words: 'mara put in force again: share 0.8. (too soon)' });
        expect([await inForce(), await reversals()]).toEqual([[['u2', 0.8]], []]);

        expect(await undo('u2', 3)).toMatchObject({ id: 'u2/undone-3' });
        await recordDecisions(ledger, [decision('u4', '2026-W48', 0.7)]);
        // A later change of the subject ends what the reversal says.
        expect([await inForce(), await reversals(), await reversals('2026-W48')]).toEqual([[['u4', 0.7]], [], [['u2/undone-3', 'u2']]]);
        expect((await listDecisions(ledger, shop)).map(({ id, undoneAt }) => [id, undoneAt?.getTime() ?? null])).toEqual([
          ['u4', null], ['u2/undone-3', null], ['u2/undone-2', null], ['u2/undone-1', later(2).getTime()], ['u0', null], ['u2', later(3).getTime()], ['u1', null],
        ]);
      });

      it.each([
        ['nothing', /has no decision nothing/], ['u0', /changed nothing/], ['u2', /was undone on/], ['u2/undone-2', /Undo u2 instead/],
      ])('is refused for %s', async (id, words) => {
        await expect(undo(id, 9)).rejects.toMatchObject({ code: 'COMMAND_INVALID', message: expect.stringMatching(words) as string });
      });

      it('happens once where two people do it at the same time', async () => {
        await recordDecisions(ledger, [decision('u9', '2026-W49', 0.9, { subject: 'other' })]);
        const both = await Promise.allSettled([undo('u9', 1), undo('u9', 1)]);
        expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      });
    });

    it('binds an approval to one plan; the latest decision counts', async () => {
      const approval = { campaign: 'approved', hash: 'h1', decision: 'approved', by: 'mara@shop.example', comment: '', at: now } as const;
      await recordApproval(ledger, approval);
      await recordApproval(ledger, { ...approval, at: later(1) });
      expect(await readApproval(ledger, { campaign: 'approved', hash: 'h1' })).toEqual(approval);
      expect(await readApproval(ledger, { campaign: 'approved', hash: 'h2' })).toBeUndefined();
      await recordApproval(ledger, { ...approval, decision: 'rejected', comment: 'wrong price', at: later(2) });
      expect((await readApproval(ledger, { campaign: 'approved', hash: 'h1' }))?.decision).toBe('rejected');
      await recordApproval(ledger, { ...approval, at: later(3) });
      expect((await readApproval(ledger, { campaign: 'approved', hash: 'h1' }))?.decision).toBe('approved');
    });

    describe('opening a campaign', () => {
      const open = (campaign: string, hash: string, at: Date) => openCampaign(ledger, { shop: 'demo', cycle: '2026-W48', campaign, hash, now: at });

      it('remembers the first opening', async () => {
        const campaign = newCampaign();
        expect(await readCampaign(ledger, campaign)).toBeUndefined();
        const opened = await open(campaign, 'h1', now);
        await plan(campaign, [person('open-1')]);
        expect(await open(campaign, 'h1', later(60))).toEqual(opened);
        expect(opened).toEqual({ campaign, hash: 'h1', openedAt: now });
        expect(await states(campaign)).toEqual({ 'open-1': 'planned' });
      });

      it('under another plan keeps what was offered to the relay and plans the rest anew', async () => {
        const campaign = newCampaign();
        await open(campaign, 'h1', now);
        await plan(campaign, [person('went'), person('waits', { page: 1 }), person('shares', { page: 1, address: 'waits@example.com' })]);
        await issueCoupons(ledger, { now, coupons: ['went', 'waits'].map((customer) => ({ sendKey: sendKey(campaign, customer), kind: 'amount', value: 5 })) });
        await claim(campaign);
        expect(await open(campaign, 'h2', later(60))).toEqual({ campaign, hash: 'h2', openedAt: now });
        expect(await states(campaign)).toEqual({ went: 'claimed' });
        expect(await plan(campaign, [person('went'), person('waits', { offer: 'Better' })])).toEqual({ planned: 1, suppressed: 0 });
        expect(await findSend(ledger, sendKey(campaign, 'waits'))).toMatchObject({ offer: 'Better' });
        expect(await ledger.query('select customer_id from coupons where campaign = $1', [campaign])).toEqual([{ customer_id: 'went' }]);
      });

      it('under another plan begins anew where nothing was sent', async () => {
        const campaign = newCampaign();
        await open(campaign, 'h1', now);
        await plan(campaign, [person('open-2')]);
        expect(await open(campaign, 'h2', later(60))).toEqual({ campaign, hash: 'h2', openedAt: later(60) });
      });
    });

    it('rolls a failed transaction back and goes on', async () => {
      const campaign = newCampaign();
      const work = ledger.transaction(async (tx) => {
        await tx.query(`insert into campaigns (campaign, shop, cycle, hash, opened_at) values ($1, 'demo', 'w', 'h', now())`, [campaign]);
        throw new Error('half way');
      });
      await expect(work).rejects.toThrow('half way');
      expect(await readCampaign(ledger, campaign)).toBeUndefined();
    });

    it('gives counts as numbers and times as dates', async () => {
      expect(await ledger.query(`select count(*) as many, '2026-11-23T08:00:00Z'::timestamptz as at, '{"a": [1]}'::jsonb as json from generate_series(1, 3)`)).toEqual([{ many: 3, at: now, json: { a: [1] } }]);
    });

    it('opens again with everything that was written', async () => {
      const place = await engine.place();
      const first = await openLedger(place);
      await planSends(first, { shop: 'demo', cycle: '2026-W48', campaign: 'kept', senderDomain: 'shop.example', sends: [person('ann')], now });
      await first.close();
      const again = await openLedger(place);
      expect((await tally(again, 'kept')).planned).toBe(1);
      await again.close();
    }, 60_000);
  });
}
