import { Hono, type Context } from 'hono';
import { recordIdentityReview } from '../../gateways/ledger/identity-reviews.ts';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { Cell } from '../../gateways/warehouse/warehouse.ts';
import { readDemand } from '../../activities/forecast/read-demand.ts';
import { singleLine } from '../../activities/campaign/letters/single-line.ts';
import { cycleId } from '../../workflows/ids.ts';
import type { CycleProgress } from '../../workflows/progress.ts';
import type { ConsoleEnvironment, Guard, Refusals } from '../access/guard.ts';
import type { AppParts, CycleDoor } from '../app-parts.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { decideAlert, listAlerts } from '../../gateways/ledger/risk-alerts.ts';
import { isRefusal } from '../is-refusal.ts';
import { listCycles } from '../list-cycles.ts';
import type { CycleView, LakeReader } from '../reads/lake-reader.ts';
import { maskFor } from '../reads/mask.ts';
import { readContact } from '../reads/read-contact.ts';
import { readDecisions } from '../reads/read-decisions.ts';
import { readDomains, readSuppressionReasons } from '../reads/read-deliverability.ts';
import { isOnReview, readAttribution, readIdentityCounts, readOpenReviews } from '../reads/read-identities.ts';
import { createCyclesWatch } from '../reads/running-cycles.ts';
import { sendingOf } from '../reads/sending-of.ts';
import { apiContract, type ApiOperation, type OperationName } from './api-contract.ts';
import { openApi } from './open-api.ts';
import { openRelation } from './read-relation.ts';
import { csvHead, csvLines } from './write-csv.ts';

const exportsAtOnce = 3;
const mostJsonRows = 10_000;
const mostReviews = 1_000;

/** An answer that is not the operation's own. */
class Refused extends Error {
  readonly status: 400 | 404 | 415 | 429 | 503;
  readonly problems: readonly string[];
  constructor(status: 400 | 404 | 415 | 429 | 503, code: string, problems: readonly string[] = []) {
    super(code);
    this.status = status;
    this.problems = problems;
  }
}

interface Asked<Name extends OperationName> {
  readonly context: Context<ConsoleEnvironment>;
  readonly at: { readonly [Key in keyof (typeof apiContract)[Name]['parameters']['shape']]: string };
  readonly query: Readonly<Record<string, string | number | undefined>>;
  readonly body: (typeof apiContract)[Name] extends { readonly body: { readonly _output: infer Body } } ? Body : undefined;
}

type Handlers = { readonly [Name in OperationName]: (asked: Asked<Name>) => Promise<object> };

/** `/api/…`: the console's data as JSON, CSV and Arrow, and its actions, as api-contract.ts states them. Wants a bearer token; a browser's session may read. */
export function apiRoutes(parts: AppParts, { guard, lake }: { readonly guard: Guard; readonly lake: LakeReader }): Hono<ConsoleEnvironment> {
  const routes = new Hono<ConsoleEnvironment>();
  const watch = createCyclesWatch(parts.temporal);
  let exporting = 0;

  const viewOf = async ({ shop, cycle }: { readonly shop: string; readonly cycle: string }): Promise<CycleView> => {
    const view = await lake.view(shop, cycle);
    if (view === undefined) throw new Refused(404, 'no such cycle');
    return view;
  };
  const door = (): CycleDoor => {
    if (parts.temporal === undefined) throw new Refused(503, 'no connection to Temporal');
    return parts.temporal;
  };
  const signer = (context: Context<ConsoleEnvironment>, by: string | undefined): string => singleLine(by ?? '') || context.get('visitor').name || 'api';
  /** Writes down what came of an action, whatever came of it. */
  const told = async (context: Context<ConsoleEnvironment>, who: string, action: string, subject: string, work: () => Promise<unknown>): Promise<void> => {
    let outcome = 'refused';
    try {
      await work();
      outcome = 'done';
    } finally {
      const { name, role } = context.get('visitor');
      // A program may speak for a person: both are named.
      parts.audit.write({ who: name === '' || name === who ? who : `${who}, by ${name}`, role, via: 'api', action, subject, outcome });
    }
  };

  const handlers: Handlers = {
    async listCycles() {
      return { cycles: await listCycles(parts.warehouse.lake), running: (await watch()).running.map(shownProgress) };
    },
    async startCycle({ context, body }) {
      const { settings } = await parts.shops(body.shop);
      let started: { readonly shop: string; readonly cycle: string; readonly met: string } | undefined;
      const asOf = body.asOf ?? (settings.as_of === undefined ? undefined : `${settings.as_of}T00:00:00.000Z`);
      await told(context, signer(context, undefined), 'start a cycle', `${body.shop}/${body.cycle ?? ''}`, async () => { started = await door().start({ shop: body.shop, cycle: body.cycle, asOf: body.cycle === undefined ? asOf : body.asOf, startedBy: signer(context, undefined) }); });
      return started!;
    },
    async readCycle({ at }) {
      const listed = (await listCycles(parts.warehouse.lake)).find(({ shop, cycle }) => shop === at.shop && cycle === at.cycle);
      const progress = await parts.temporal?.progress(cycleId(at.shop, at.cycle));
      if (listed === undefined && progress === undefined) throw new Refused(404, 'no such cycle');
      return { shop: at.shop, cycle: at.cycle, outcome: listed?.outcome ?? '', progress: progress === undefined ? null : shownProgress(progress) };
    },
    async listRelations({ at }) {
      const { relations } = await viewOf(at);
      return { relations: Object.entries(relations).map(([relation, { rows, bytes, fingerprint }]) => ({ relation, rows, bytes, fingerprint })) };
    },
    readRelation,
    async readCustomer({ context, at }) {
      const view = await viewOf(at);
      const mask = maskFor(context.get('visitor'));
      const is = `where customer_id = ${quoteLiteral(at.id)}`;
      const one = async (relation: string, columns = '*'): Promise<Record<string, Cell> | null> => (await view.rowsIf<Record<string, Cell>>([relation], `select ${columns} from ${relation} ${is}`))[0] ?? null;
      const customer = await one('snapshot.customers', 'customer_id, email, given_name, city, region, country, locale, time_zone, interests, consent');
      const profile = await one('features.profiles');
      if (customer === null && profile === null) throw new Refused(404, 'no such customer');
      const address = customer === null ? '' : String(customer['email'] ?? '');
      const { sends, consents } = await readContact(parts.ledger, { shop: view.shop, customerId: at.id, address });
      const [segment] = await view.rowsIf<Record<string, Cell>>(['segments.memberships', 'segments.summaries', 'segments.predictions'], `select segment, name, distance, probability, will_buy from segments.memberships join segments.summaries using (segment) left join segments.predictions using (customer_id) ${is}`);
      return {
        customer: customer === null ? { customer_id: at.id } : { ...customer, email: mask.address(address), given_name: mask.name(customer['given_name'] as string | null) }, profile,
        interests: await view.rowsIf<Record<string, Cell>>(['features.interests'], `select rank, category, share from features.interests ${is} order by rank`), segment: segment ?? null,
        plan: await one('plan.recipients', 'decision, why, arm, offer, probability, expected_cost, expected_revenue'), outcome: await one('outcomes.customers', 'orders, converted, revenue, margin, redeemed'),
        sends: sends.map((send) => ({ ...send, coupon: mask.hides ? null : send.coupon, redeemedAt: send.redeemedAt?.toISOString() ?? null })), consents: consents.map((row) => ({ ...row, at: row.at.toISOString() })),
      };
    },
    async readDemand({ at, query }) {
      const view = await viewOf(at);
      const demand = await readDemand({ has: (relation) => view.has(relation), rows: (sql) => view.rows(sql) }, query.product?.toString());
      if (demand === undefined) throw new Refused(404, 'not forecast yet');
      return demand;
    },
    async readDeliverability({ at }) {
      await viewOf(at);
      const reasons = await readSuppressionReasons(parts.ledger, at.shop);
      return { domains: await readDomains(parts.ledger, at), suppressions: reasons.map(({ reason, source, addresses }) => ({ reason, source, addresses })) };
    },
    async readDecisions({ at }) {
      if (!(await listCycles(parts.warehouse.lake)).some(({ shop }) => shop === at.shop)) throw new Refused(404, 'no such shop');
      const decisions = await readDecisions(parts.ledger, at.shop);
      return { decisions: decisions.map(({ cycle, kind, subject, words, evidence, rule, actor, madeAt, undoneAt, force }) => ({ cycle, kind, subject, words, evidence, rule, actor, force, madeAt: madeAt.toISOString(), undoneAt: undoneAt?.toISOString() ?? null })) };
    },
    async readIdentities({ at }) {
      const view = await viewOf(at);
      const counts = await readIdentityCounts(view);
      if (counts === undefined) throw new Refused(404, 'not resolved yet');
      return { counts, reviews: await readOpenReviews(view, parts.ledger, mostReviews, 0), attribution: await readAttribution(view) };
    },
    async decideIdentity({ context, at, body }) {
      const { customerId, otherCustomerId, verdict, comment } = body;
      if (!(await isOnReview(await viewOf(at), customerId, otherCustomerId))) throw new Refused(404, 'no such pair on the review list');
      const by = signer(context, body.by);
      await told(context, by, 'decide on a pair of records', `${at.shop}/${at.cycle}`, () => recordIdentityReview(parts.ledger, at.shop, { customerId, otherCustomerId, verdict, by, comment: comment.trim(), at: parts.clock() }));
      return { outcome: verdict };
    },
    async listAlerts({ at }) {
      const alerts = await listAlerts(parts.ledger, at.shop, { open: true });
      return { alerts: alerts.map(({ paymentId, orderId, customerId, amount, paidAt, score, reasons, cycle }) => ({ payment: paymentId, order: orderId, customer: customerId, amount, paidAt, score, reasons, cycle })) };
    },
    async decideAlert({ context, at, body }) {
      const who = signer(context, body.by);
      await told(context, who, 'decide on a payment', `${at.shop}/${at.payment}`, () => decideAlert(parts.ledger, { shop: at.shop, paymentId: at.payment, verdict: body.verdict, by: who, comment: body.comment.trim(), now: parts.clock() }).catch((error: unknown) => { throw error instanceof ClienteleError && error.code === 'COMMAND_INVALID' ? new Refused(404, 'no such alert') : error; }));
      return { outcome: body.verdict };
    },
    async decidePlan({ context, at, body }) {
      const by = signer(context, body.by);
      await told(context, by, `${body.decision} the plan`, `${at.shop}/${at.cycle}`, () => door()[body.decision](cycleId(at.shop, at.cycle), { by, comment: body.comment.trim(), hash: body.hash }));
      return { outcome: body.decision };
    },
    async changeSending({ context, at, body }) {
      const id = await sendingOf(door(), at);
      const acts = { pause: () => door().pauseSending(id), resume: () => door().resumeSending(id), cancel: () => door().cancelSending(id), rate: () => door().changeRate(id, 'rate' in body ? body.rate : Number.NaN) };
      await told(context, signer(context, undefined), `${body.action} sending`, `${at.shop}/${at.cycle}`, acts[body.action]);
      return { outcome: body.action };
    },
    async resumeCycle({ context, at }) {
      await told(context, signer(context, undefined), 'resume the cycle', `${at.shop}/${at.cycle}`, () => door().resume(cycleId(at.shop, at.cycle)));
      return { outcome: 'resume' };
    },
    async abandonCycle({ context, at, body }) {
      const by = signer(context, body.by);
      await told(context, by, 'abandon the cycle', `${at.shop}/${at.cycle}`, () => door().abandon(cycleId(at.shop, at.cycle), { by, reason: singleLine(body.reason) }));
      return { outcome: 'abandon' };
    },
  };

  async function readRelation({ context, at, query }: Asked<'readRelation'>): Promise<object> {
    const view = await viewOf(at);
    const ref = view.ref(at.relation);
    if (ref === undefined) throw new Refused(404, 'no such relation');
    if (exporting >= exportsAtOnce) throw new Refused(429, 'too many exports at once');
    const format = query['format'] ?? acceptedFormat(context.req.header('accept') ?? '');
    const offset = Number(query['offset'] ?? 0);
    const asked = query['limit'] === undefined ? undefined : Number(query['limit']);
    const limit = format === 'json' ? Math.min(asked ?? 1_000, mostJsonRows) : asked;
    exporting += 1;
    const leave = (): void => { exporting -= 1; };
    let read: Awaited<ReturnType<typeof openRelation>>;
    try {
      read = await openRelation(parts.warehouse, { name: at.relation, ref, mask: maskFor(context.get('visitor')), limit, offset });
    } catch (error) {
      leave();
      throw error;
    }
    const name = `${at.shop}-${at.cycle}-${at.relation}`;
    if (format === 'csv') return streamed(csvChunks(read.columns.map((column) => column.name), read.batches()), leave, parts.onError, { 'Content-Type': 'text/csv; charset=utf-8; header=present', 'Content-Disposition': `attachment; filename="${name}.csv"` });
    if (format === 'arrow') {
      // Only who exports pays for loading it.
      const { arrowStream } = await import('./write-arrow.ts');
      return streamed(arrowStream(read.columns, read.batches()), leave, parts.onError, { 'Content-Type': 'application/vnd.apache.arrow.stream', 'Content-Disposition': `attachment; filename="${name}.arrows"` });
    }
    try {
      const rows: Readonly<Record<string, Cell>>[] = [];
      for await (const batch of read.batches()) rows.push(...batch);
      return { relation: at.relation, fingerprint: ref.fingerprint, columns: read.columns.map(({ name: column, type }) => ({ name: column, type })), rows, next: offset + rows.length < ref.rows && rows.length > 0 ? offset + rows.length : null };
    } finally {
      leave();
    }
  }

  routes.get('/api/openapi.json', guard.allow('viewer', refusals, { tokens: true }), (context) => context.json(openApi(`${parts.publicUrl.replace(/\/+$/, '')}/api`)));

  for (const [name, operation] of Object.entries(apiContract) as [OperationName, ApiOperation][]) {
    routes.on(operation.method.toUpperCase(), routeOf(operation.path), guard.allow(operation.role, refusals, { tokens: true }), async (context) => {
      try {
        const at = operation.parameters.safeParse(context.req.param());
        if (!at.success) throw new Refused(404, 'not found');
        const query = operation.query.safeParse(context.req.query());
        if (!query.success) throw new Refused(400, 'invalid', query.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
        const handle = handlers[name] as (asked: object) => Promise<object>;
        const answer = await handle({ context, at: at.data, query: query.data, body: operation.body === undefined ? undefined : await bodyOf(context, operation.body) });
        return answer instanceof Response ? answer : context.json(answer);
      } catch (error) {
        return refusal(context, error);
      }
    });
  }
  for (const path of new Set(Object.values<ApiOperation>(apiContract).map((operation) => operation.path))) {
    const methods = Object.values<ApiOperation>(apiContract).filter((operation) => operation.path === path).map(({ method }) => method.toUpperCase());
    routes.all(routeOf(path), guard.allow('viewer', refusals, { tokens: true }), (context) => context.json({ error: 'method not allowed' }, 405, { Allow: methods.join(', ') }));
  }
  routes.all('/api/*', guard.allow('viewer', refusals, { tokens: true }), (context) => context.json({ error: 'not found' }, 404));
  return routes;

  function refusal(context: Context, error: unknown): Response {
    if (error instanceof Refused) return context.json({ error: error.message, ...(error.problems.length === 0 ? {} : { problems: error.problems }) }, error.status, error.status === 429 ? { 'Retry-After': '5' } : {});
    if (error instanceof ClienteleError && error.code === 'SHOP_NOT_FOUND') return context.json({ error: 'no such shop' }, 404);
    if (error instanceof Error && isRefusal(error)) return context.json({ error: 'the workflow does not wait for this' }, 409);
    parts.onError(error);
    return context.json({ error: 'failed' }, 500);
  }
}

/** `/cycles/{shop}` as the router writes it. */
const routeOf = (path: string): string => `/api${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;

const refusals: Refusals = {
  unknown: (context) => context.json({ error: 'unauthorized' }, 401, { 'WWW-Authenticate': 'Bearer' }),
  forbidden: (context, needed) => context.json({ error: 'forbidden', problems: [`This needs the role of ${needed}.`] }, 403),
  forged: (context) => context.json({ error: 'forbidden', problems: ['A browser’s session may only read here; use a token.'] }, 403),
};

async function bodyOf(context: Context, shape: NonNullable<ApiOperation['body']>): Promise<unknown> {
  if (!/^application\/json\b/.test(context.req.header('content-type') ?? '')) throw new Refused(400, 'invalid', ['Content-Type: must be application/json']);
  const parsed = shape.safeParse(await context.req.json().catch((): unknown => undefined));
  if (!parsed.success) throw new Refused(400, 'invalid', parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`));
  return parsed.data;
}

function shownProgress({ shop, cycle, state, waitsFor, held, steps, warnings, plan }: CycleProgress) {
  return {
    shop, cycle, state, waitsFor: waitsFor ?? null, held: held ?? null, warnings, steps: steps.map(({ name, state: stepState, rows, seconds, note }) => ({ name, state: stepState, rows, seconds, note })),
    plan: plan === undefined ? null : { campaign: plan.campaign, hash: plan.hash, toSend: plan.toSend, holdout: plan.holdout, budget: plan.budget, expectedCost: plan.expectedCost },
  };
}

function acceptedFormat(accept: string): 'json' | 'csv' | 'arrow' {
  if (accept.includes('application/vnd.apache.arrow.stream')) return 'arrow';
  return accept.includes('text/csv') ? 'csv' : 'json';
}

async function* csvChunks(names: readonly string[], batches: AsyncIterable<readonly Readonly<Record<string, Cell>>[]>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(csvHead(names));
  for await (const rows of batches) yield encoder.encode(csvLines(names, rows));
}

/** An answer that is made while it is read; `leave` is called once, however it ends. */
function streamed(chunks: AsyncGenerator<Uint8Array>, leave: () => void, onError: (error: unknown) => void, headers: Record<string, string>): Response {
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (!done) return controller.enqueue(value);
        leave();
        controller.close();
      } catch (error) {
        leave();
        onError(error);
        controller.error(error);
      }
    },
    async cancel() {
      leave();
      await chunks.return(undefined);
    },
  });
  return new Response(body, { status: 200, headers });
}
