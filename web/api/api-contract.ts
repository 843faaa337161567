import { z } from 'zod';
import type { Role } from '../access/role.ts';

const instant = z.iso.datetime({ offset: true });
const shop = z.string().regex(/^[a-z0-9][a-z0-9-]*$/).max(64).describe('Folder name of the shop.');
const cycle = z.string().regex(/^\d{4}-W\d{2}$/).describe('ISO week of the cycle, for example 2026-W48.');
const relation = z.string().regex(/^[a-z_]+\.[a-z0-9_]+$/).max(100).describe('`layer.relation`, for example `segments.memberships`.');
const customerId = z.string().min(1).max(200);
const atCycle = z.object({ shop, cycle });
/** Said by the pattern, so that the description and the check are the same. */
const said = (most: number) => z.string().max(most).regex(/\S/, 'must not be blank');
const comment = z.string().max(500).default('');
const by = said(80).optional().describe('Who says so, where the token stands for several people. The token’s own name when absent.');

const step = z.object({ name: z.string(), state: z.string(), rows: z.number(), seconds: z.number(), note: z.string() });
const listedCycle = z.object({ shop: z.string(), cycle: z.string(), outcome: z.string(), hasReport: z.boolean(), seconds: z.number().nullable() });
const progress = z.object({
  shop: z.string(), cycle: z.string(), state: z.string(), waitsFor: z.string().nullable(), steps: z.array(step), warnings: z.array(z.string()),
  held: z.object({ code: z.string(), message: z.string() }).nullable(),
  plan: z.object({ campaign: z.string(), hash: z.string(), toSend: z.number(), holdout: z.number(), budget: z.number(), expectedCost: z.number() }).nullable(),
});
const relationRef = z.object({ relation: z.string(), rows: z.number(), bytes: z.number(), fingerprint: z.string() });
const cell = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.unknown())]);
const row = z.record(z.string(), cell);
const done = z.object({ outcome: z.string() });

const format = z.enum(['json', 'csv', 'arrow']).optional().describe('The Accept header decides when absent. `csv` is RFC 4180, UTF-8, and puts a `\'` before a text that a spreadsheet would take for a formula; `arrow` is an Arrow IPC stream.');
/** Up to eight digits: more rows than anybody reads at once, and the description can say it. */
const count = z.string().regex(/^\d{1,8}$/).transform(Number).optional();

/** One operation: its place, who may use it, and the shapes of what goes in and out. The routes, the description and the tests are made of this table. */
export interface ApiOperation {
  readonly method: 'get' | 'post';
  /** As OpenAPI writes it: `/cycles/{shop}`. */
  readonly path: string;
  readonly role: Role;
  readonly summary: string;
  readonly parameters: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
  /** Other media types the same answer comes in. */
  readonly otherTypes?: readonly string[];
}

const nothing = z.object({});

export const apiContract = {
  listCycles: { method: 'get', path: '/cycles', role: 'viewer', summary: 'Cycles in the lake and on the server, the newest first.', parameters: nothing, query: nothing, response: z.object({ cycles: z.array(listedCycle), running: z.array(progress) }) },
  startCycle: { method: 'post', path: '/cycles', role: 'operator', summary: 'Starts a cycle, or meets the one of the same shop and week.', parameters: nothing, query: nothing, body: z.strictObject({ shop, cycle: cycle.optional(), asOf: instant.optional().describe('The cycle knows what happened before this instant; its start when absent.') }), response: z.object({ shop: z.string(), cycle: z.string(), met: z.enum(['started', 'running', 'finished']) }) },
  readCycle: { method: 'get', path: '/cycles/{shop}/{cycle}', role: 'viewer', summary: 'One cycle: outcome, and progress while the server knows it.', parameters: atCycle, query: nothing, response: z.object({ shop: z.string(), cycle: z.string(), outcome: z.string(), progress: progress.nullable() }) },
  listRelations: { method: 'get', path: '/cycles/{shop}/{cycle}/relations', role: 'viewer', summary: 'The relations of a cycle with rows, bytes and fingerprints.', parameters: atCycle, query: nothing, response: z.object({ relations: z.array(relationRef) }) },
  readRelation: {
    method: 'get', path: '/cycles/{shop}/{cycle}/relations/{relation}', role: 'viewer', summary: 'Rows of a relation in its own order. For viewers names, addresses and what may repeat them are masked.', parameters: atCycle.extend({ relation }),
    query: z.object({ format, limit: count.describe('Rows; 1,000 for JSON when absent and 10,000 at most, all for CSV and Arrow.'), offset: count.describe('Rows to leave out before the first.') }),
    response: z.object({ relation: z.string(), fingerprint: z.string(), columns: z.array(z.object({ name: z.string(), type: z.string() })), rows: z.array(row), next: z.number().nullable() }), otherTypes: ['text/csv', 'application/vnd.apache.arrow.stream'],
  },
  readCustomer: { method: 'get', path: '/cycles/{shop}/{cycle}/customers/{id}', role: 'viewer', summary: 'One customer: profile, interests, segment, scores, what was planned and why, mails, consents.', parameters: atCycle.extend({ id: customerId }), query: nothing, response: z.object({ customer: row, profile: row.nullable(), interests: z.array(row), segment: row.nullable(), plan: row.nullable(), outcome: row.nullable(), sends: z.array(z.object({ cycle: z.string(), arm: z.string(), offer: z.string(), state: z.string(), touches: z.array(z.string()), coupon: z.string().nullable(), redeemedAt: z.string().nullable() })), consents: z.array(z.object({ purpose: z.string(), state: z.string(), at: z.string(), source: z.string() })) }) },
  readDemand: { method: 'get', path: '/cycles/{shop}/{cycle}/demand', role: 'viewer', summary: 'What will be asked for by category, region and week with intervals, what to order and what to clear; the days of one product where it is named.', parameters: atCycle, query: z.object({ product: z.string().min(1).max(200).optional().describe('product_id') }), response: z.object({ categories: z.array(row), regions: z.array(row), order: z.array(row), clear: z.array(row), deliveries: z.array(row), days: z.array(row).optional() }) },
  readDeliverability: { method: 'get', path: '/cycles/{shop}/{cycle}/deliverability', role: 'viewer', summary: 'Letters of a cycle by domain, and suppressions of the shop by reason.', parameters: atCycle, query: nothing, response: z.object({ domains: z.array(row), suppressions: z.array(z.object({ reason: z.string(), source: z.string(), addresses: z.number() })) }) },
  readDecisions: { method: 'get', path: '/shops/{shop}/decisions', role: 'viewer', summary: 'What feedback decided, the newest first, and what of it is in force.', parameters: z.object({ shop }), query: nothing, response: z.object({ decisions: z.array(z.object({ cycle: z.string(), kind: z.string(), subject: z.string(), words: z.string(), evidence: z.string(), rule: z.string(), actor: z.string(), madeAt: z.string(), undoneAt: z.string().nullable(), force: z.boolean() })) }) },
  readIdentities: { method: 'get', path: '/cycles/{shop}/{cycle}/identities', role: 'viewer', summary: 'People behind the customer records, pairs to decide on, and orders by channel and way of crediting. The offers of each person are the relations identities.app_push and identities.till.', parameters: atCycle, query: nothing, response: z.object({ counts: z.record(z.string(), z.number()), reviews: z.array(z.object({ customerId: z.string(), otherCustomerId: z.string(), probability: z.number(), why: z.string(), said: z.object({ verdict: z.string(), by: z.string() }).nullable() })), attribution: z.array(row) }) },
  decideIdentity: { method: 'post', path: '/cycles/{shop}/{cycle}/identities', role: 'marketer', summary: 'Says whether two records on the review list are one person; it counts when they are resolved the next time.', parameters: atCycle, query: nothing, body: z.strictObject({ customerId, otherCustomerId: customerId, verdict: z.enum(['same', 'different']), comment, by }), response: done },
  listAlerts: { method: 'get', path: '/shops/{shop}/alerts', role: 'viewer', summary: 'Payments that wait for a look, the highest score first, each with what speaks against it.', parameters: z.object({ shop }), query: nothing, response: z.object({ alerts: z.array(z.object({ payment: z.string(), order: z.string(), customer: z.string().nullable(), amount: z.number(), paidAt: z.string().nullable(), score: z.number(), reasons: z.array(z.string()), cycle: z.string() })) }) },
  decideAlert: { method: 'post', path: '/shops/{shop}/alerts/{payment}', role: 'marketer', summary: 'Says whether a payment is fraud; a label that later scores learn from.', parameters: z.object({ shop, payment: z.string().min(1).max(200) }), query: nothing, body: z.strictObject({ verdict: z.enum(['fraud', 'genuine']), comment, by }), response: done },
  decidePlan: { method: 'post', path: '/cycles/{shop}/{cycle}/plan', role: 'marketer', summary: 'Approves or rejects the plan that waits; `hash` is the plan that was looked at.', parameters: atCycle, query: nothing, body: z.strictObject({ decision: z.enum(['approve', 'reject']), hash: z.string().min(1).max(200), comment, by }), response: done },
  changeSending: { method: 'post', path: '/cycles/{shop}/{cycle}/sending', role: 'marketer', summary: 'Pauses, resumes or cancels the sending, or changes its rate in letters a second.', parameters: atCycle, query: nothing, body: z.union([z.strictObject({ action: z.enum(['pause', 'resume', 'cancel']) }), z.strictObject({ action: z.literal('rate'), rate: z.number().positive().max(10_000) })]), response: done },
  resumeCycle: { method: 'post', path: '/cycles/{shop}/{cycle}/resume', role: 'operator', summary: 'Resumes a cycle that is held, after a repair.', parameters: atCycle, query: nothing, response: done },
  abandonCycle: { method: 'post', path: '/cycles/{shop}/{cycle}/abandon', role: 'operator', summary: 'Ends a running cycle.', parameters: atCycle, query: nothing, body: z.strictObject({ reason: said(300), by }), response: done },
} as const satisfies Record<string, ApiOperation>;

export type OperationName = keyof typeof apiContract;
