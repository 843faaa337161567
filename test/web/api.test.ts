import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLinks } from '../../activities/campaign/signed-link.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { apiContract, type ApiOperation } from '../../web/api/api-contract.ts';
import type { CycleDoor } from '../../web/app-parts.ts';
import { createApp, type App } from '../../web/create-app.ts';
import { openProgress } from '../../workflows/progress.ts';
import { appParts, memoryAudit, quietDoor } from './app-parts.ts';
import { fillExampleLedger, hostileTitle, makeExampleLake } from './example-lake.ts';

const host = 'https://console.example';
const token = 'token-of-an-operator-0123456789abc';
const customers = 150;
let root: string;
let ledger: Ledger;
let warehouse: Warehouse;
let app: App;
let said: unknown[];
let errors: unknown[];
let audit: ReturnType<typeof memoryAudit>;
const opened: App[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'api-'));
  ledger = await openLedger({ folder: join(root, 'ledger') });
  warehouse = await openWarehouse({ lake: join(root, 'lake') });
  await makeExampleLake(warehouse, { customers });
  await fillExampleLedger(ledger, { customers });
  const session = await warehouse.open({});
  await session.materialise({ shop: 'demo', cycle: '2026-W49' }, {
    name: 'snapshot.kinds', external: 'example',
    sql: "select * from (values (1::integer, 9007199254740991::bigint, 1.25::double, 12.3400::decimal(18, 4), true, 'plain', date '2026-11-30', timestamp '2026-11-30 10:11:12', [1, 2]), (null, null, null, null, null, null, null, null, null), (-1::integer, -5::bigint, -0.5::double, -1::decimal(18, 4), false, '=1+1,\"x\"', date '1969-12-31', timestamp '1969-12-31 23:59:59', [])) as kinds(whole, big, real, money, truth, words, day, moment, list)",
  });
  await session.materialise({ shop: 'demo', cycle: '2026-W49' }, { name: 'snapshot.empty', external: 'example', sql: "select 1::integer as one, 'x' as words where false" });
  await session.close();
}, 120_000);
beforeEach(() => {
  said = [];
  errors = [];
  audit = memoryAudit();
  const note = (word: string) => async (...given: unknown[]): Promise<void> => { said.push([word, ...given]); };
  app = appWith({
    ...quietDoor, progress: async (id) => (id === 'cycle/demo/2026-W49' ? openProgress({ shop: 'demo', cycle: '2026-W49', asOf: '2026-11-30T00:00:00Z' }) : undefined),
    runs: async () => [{ shop: 'demo', cycle: '2026-W49', status: 'running', startedAt: '2026-11-30T00:00:00Z' }],
    approve: note('approve'), reject: note('reject'), resume: note('resume'), abandon: note('abandon'), pauseSending: note('pause'), resumeSending: note('continue'), cancelSending: note('cancel'), changeRate: note('rate'),
    start: async (input) => { said.push(['start', input]); return { shop: input.shop, cycle: input.cycle ?? '2026-W50', met: 'started' }; },
  });
});
afterAll(async () => {
  for (const one of opened) await one.close();
  await ledger?.close();
  await rm(root, { recursive: true, force: true });
});

function appWith(temporal: CycleDoor | undefined): App {
  const made = createApp(appParts({
    ledger, warehouse, temporal, audit, shops: (name) => openShopFolder(join(import.meta.dirname, '../../shops'), name), loopback: false, publicUrl: `${host}/prefix`, clock: () => new Date('2026-11-30T12:00:00Z'),
    accounts: { users: [], tokens: [{ name: 'a program', role: 'operator', sha256: createHash('sha256').update(token).digest('hex') }] },
    links: createLinks({ publicUrl: host, secret: 'a secret of the shop that nobody knows' }), onError: (error) => { errors.push(error); },
  }));
  opened.push(made);
  return made;
}
const authorised = { authorization: `Bearer ${token}` };
const get = (path: string, headers: Record<string, string> = {}) => app.request(`${host}/api${path}`, { headers: { ...authorised, ...headers } });
const post = (path: string, body?: unknown, headers: Record<string, string> = {}) => app.request(`${host}/api${path}`, { method: 'POST', headers: { ...authorised, 'content-type': 'application/json', ...headers }, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }) });
const at = '/cycles/demo/2026-W49';
const operations = Object.entries<ApiOperation>(apiContract);

const examples: Readonly<Record<keyof typeof apiContract, readonly [path: string, body?: object]>> = {
  listAlerts: ['/shops/demo/alerts'], decideAlert: ['/shops/demo/alerts/Y1', { verdict: 'fraud', comment: 'stolen card', by: 'Mara' }], listCycles: ['/cycles'], startCycle: ['/cycles', { shop: 'demo', cycle: '2026-W50' }], readCycle: [at], listRelations: [`${at}/relations`], readRelation: [`${at}/relations/segments.rules`], readCustomer: [`${at}/customers/C0000002`],
  readDeliverability: [`${at}/deliverability`], readDecisions: ['/shops/demo/decisions'], decidePlan: [`${at}/plan`, { decision: 'approve', hash: 'hash-1', comment: 'good', by: 'Mara' }], changeSending: [`${at}/sending`, { action: 'rate', rate: 12 }],
  readIdentities: [`${at}/identities`], decideIdentity: [`${at}/identities`, { customerId: 'C0000003', otherCustomerId: 'C0000004', verdict: 'same', comment: 'same family', by: 'Mara' }],
  readDemand: [`${at}/demand?product=P00001`], resumeCycle: [`${at}/resume`], abandonCycle: [`${at}/abandon`, { reason: 'wrong data' }],
};

describe('the description', () => {
  test('is OpenAPI 3.1 and names every route that answers, with its role', async () => {
    const document = await (await get('/openapi.json')).json() as { openapi: string; servers: { url: string }[]; paths: Record<string, Record<string, { operationId: string; 'x-role': string; parameters: { name: string; in: string }[]; responses: object }>> };
    expect(document.openapi).toBe('3.1.0');
    expect(document.servers).toEqual([{ url: `${host}/prefix/api` }]);
    const described = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, { operationId, 'x-role': role }]) => `${method} ${path} ${operationId} ${role}`)).sort();
    expect(described).toEqual(operations.map(([id, { method, path, role }]) => `${method} ${path} ${id} ${role}`).sort());
    const mounted = new Set(app.routes.filter(({ path }) => path.startsWith('/api/') && !['/api/*', '/api/openapi.json'].includes(path)).filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method.toLowerCase()} ${path.slice(4).replaceAll(/:(\w+)/g, '{$1}')}`));
    expect([...mounted].sort()).toEqual(operations.map(([, { method, path }]) => `${method} ${path}`).sort());
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const entry of Object.values(methods)) {
        expect(entry.parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`).sort()).toEqual([...path.matchAll(/\{\w+\}/g)].map(String).sort());
        expect(Object.keys(entry.responses)).toEqual(expect.arrayContaining(['200', '400', '401', '403', '404']));
      }
    }
    expect(JSON.stringify(document)).not.toContain('"$schema"');
  });

  test.each(operations)('%s answers in the shape it is described to have', async (id, operation) => {
    const [path, body] = examples[id as keyof typeof examples];
    const answer = operation.method === 'get' ? await get(path) : await post(path, body);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    const parsed = operation.response.safeParse(await answer.json());
    expect(parsed.error?.issues ?? []).toEqual([]);
    expect(errors).toEqual([]);
  });
});

describe('a relation', () => {
  const kinds = `${at}/relations/snapshot.kinds`;

  test('as JSON has its rows in order, a page at a time', async () => {
    const first = await (await get(`${at}/relations/segments.rules?limit=2`)).json() as { rows: { antecedent: string }[]; next: number | null; columns: object[]; fingerprint: string };
    expect(first.rows.map(({ antecedent }) => antecedent)).toEqual([hostileTitle, 'Tea No. 2']);
    expect(first.next).toBe(2);
    expect(first.fingerprint).toBe((await warehouse.find({ shop: 'demo', cycle: '2026-W49' }, 'segments.rules'))?.fingerprint);
    const last = await (await get(`${at}/relations/segments.rules?offset=58&limit=50`)).json() as { rows: object[]; next: number | null };
    expect([last.rows.length, last.next]).toEqual([1, null]);
    expect(((await (await get(`${at}/relations/snapshot.customers`)).json()) as { rows: object[] }).rows).toHaveLength(customers);
  });

  test('of every kind of value is the same in each format', async () => {
    const json = (await (await get(kinds)).json()) as { columns: object[]; rows: Record<string, unknown>[] };
    expect(json.columns).toEqual(['whole:int32', 'big:int64', 'real:float64', 'money:float64', 'truth:boolean', 'words:text', 'day:date', 'moment:timestamp', 'list:text'].map((text) => ({ name: text.split(':')[0], type: text.split(':')[1] })));
    expect(json.rows).toEqual([
      { whole: 1, big: 9007199254740991, real: 1.25, money: 12.34, truth: true, words: 'plain', day: '2026-11-30', moment: '2026-11-30T10:11:12.000Z', list: '[1, 2]' },
      { whole: null, big: null, real: null, money: null, truth: null, words: null, day: null, moment: null, list: null },
      { whole: -1, big: -5, real: -0.5, money: -1, truth: false, words: '=1+1,"x"', day: '1969-12-31', moment: '1969-12-31T23:59:59.000Z', list: '[]' },
    ]);

    const table = tableFromIPC(new Uint8Array(await (await get(`${kinds}?format=arrow`)).arrayBuffer()));
    expect(table.schema.fields.map(({ name, type }) => `${name}:${String(type)}`)).toEqual(['whole:Int32', 'big:Int64', 'real:Float64', 'money:Float64', 'truth:Bool', 'words:Utf8', 'day:Date32<DAY>', 'moment:Timestamp<MILLISECOND>', 'list:Utf8']);
    const rows = table.toArray().map((row) => row.toJSON() as Record<string, unknown>);
    expect(rows.map(({ whole, big, real, money, truth, words, list }) => ({ whole, big: big === null ? null : Number(big), real, money, truth, words, list }))).toEqual(json.rows.map(({ day: _, moment: __, ...row }) => row));
    expect(rows.map(({ day }) => (day === null ? null : new Date(day as number).toISOString().slice(0, 10)))).toEqual(json.rows.map(({ day }) => day));
    expect(rows.map(({ moment }) => (moment === null ? null : new Date(moment as number).toISOString()))).toEqual(json.rows.map(({ moment }) => moment));
  });

  test('as CSV is quoted, starts no formula, and comes whole without a limit', async () => {
    const answer = await get(kinds, { accept: 'text/csv' });
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="demo-2026-W49-snapshot.kinds.csv"');
    expect((await answer.text()).split('\r\n')).toEqual(['whole,big,real,money,truth,words,day,moment,list', '1,9007199254740991,1.25,12.34,true,plain,2026-11-30,2026-11-30T10:11:12.000Z,"[1, 2]"', ',,,,,,,,', '-1,-5,-0.5,-1,false,"\'=1+1,""x""",1969-12-31,1969-12-31T23:59:59.000Z,[]', '']);
    expect((await (await get(`${at}/relations/snapshot.customers?format=csv`)).text()).trim().split('\r\n')).toHaveLength(customers + 1);
  });

  test('without rows keeps its columns in each format', async () => {
    expect(await (await get(`${at}/relations/snapshot.empty`)).json()).toMatchObject({ rows: [], next: null, columns: [{ name: 'one', type: 'int32' }, { name: 'words', type: 'text' }] });
    expect(await (await get(`${at}/relations/snapshot.empty?format=csv`)).text()).toBe('one,words\r\n');
    const table = tableFromIPC(new Uint8Array(await (await get(`${at}/relations/snapshot.empty?format=arrow`)).arrayBuffer()));
    expect([table.numRows, table.schema.fields.map(({ name }) => name)]).toEqual([0, ['one', 'words']]);
  });

  test('that is not there is a 404, whatever its name tries', async () => {
    for (const name of ['segments.nothing', 'segments', "segments.rules'--", 'segments.rules%3B', '..%2f..%2fsecret', 'information_schema.tables', 'main.x']) expect((await get(`${at}/relations/${name}`)).status, name).toBe(404);
    expect(errors).toEqual([]);
  });

  test('is read by three at once, and the fourth is asked to wait until one is done', async () => {
    const open = await Promise.all([1, 2, 3].map(async () => get(`${at}/relations/snapshot.customers?format=csv`)));
    const fourth = await get(`${at}/relations/snapshot.customers?format=csv`);
    expect([fourth.status, fourth.headers.get('retry-after')]).toEqual([429, '5']);
    await open[0]!.body!.cancel();
    await Promise.all(open.slice(1).map((answer) => answer.text()));
    expect((await get(`${at}/relations/snapshot.customers?format=csv`)).status).toBe(200);
  });
});

describe('what is done through the API', () => {
  test.each([
    ['decidePlan', ['approve', 'cycle/demo/2026-W49', { by: 'Mara', comment: 'good', hash: 'hash-1' }], 'Mara, by a program', 'approve the plan'],
    ['changeSending', ['rate', 'send/demo/2026-W49/weekly', 12], 'a program', 'rate sending'],
    ['resumeCycle', ['resume', 'cycle/demo/2026-W49'], 'a program', 'resume the cycle'],
    ['abandonCycle', ['abandon', 'cycle/demo/2026-W49', { by: 'a program', reason: 'wrong data' }], 'a program', 'abandon the cycle'],
    ['startCycle', ['start', { shop: 'demo', cycle: '2026-W50', asOf: undefined, startedBy: 'a program' }], 'a program', 'start a cycle'],
  ] as const)('%s reaches the workflow once and is written down', async (id, expected, who, action) => {
    const [path, body] = examples[id];
    expect((await post(path, body)).status).toBe(200);
    expect(said).toEqual([expected]);
    expect(audit.entries).toEqual([expect.objectContaining({ who, action, via: 'api', role: 'operator', outcome: 'done' })]);
  });

  test('and refused by the workflow is a 409, by a process without Temporal a 503', async () => {
    app = appWith({ ...quietDoor, approve: async () => { throw new ClienteleError('CYCLE_NOT_WAITING', { cycle: '2026-W49', command: 'approve', state: 'done' }); } });
    expect((await post(`${at}/plan`, examples.decidePlan[1])).status).toBe(409);
    expect(audit.entries.map(({ outcome }) => outcome)).toEqual(['refused']);
    app = appWith(undefined);
    expect((await post(`${at}/plan`, examples.decidePlan[1])).status).toBe(503);
    expect(errors).toEqual([]);
  });

  test.each([
    ['no JSON', '{', {}], ['another type', 'decision=approve', { 'content-type': 'application/x-www-form-urlencoded' }], ['nothing', '', {}], ['a list', [], {}], ['a field too many', { ...examples.decidePlan[1], more: 1 }, {}], ['an odd decision', { decision: 'maybe', hash: 'x' }, {}], ['no hash', { decision: 'approve' }, {}],
  ])('with %s as body is a 400 that says why', async (_, body, headers) => {
    const answer = await post(`${at}/plan`, body, headers);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'invalid', problems: [expect.any(String)] });
    expect(said).toEqual([]);
  });

  test('by a method that there is not is a 405 that names those that are', async () => {
    const answer = await app.request(`${host}/api/cycles`, { method: 'DELETE', headers: authorised });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect((await post(`${at}/abandon`, { reason: ' \n' })).status).toBe(400);
  });

  test('a rate goes with the action rate and with no other', async () => {
    for (const body of [{ action: 'rate' }, { action: 'pause', rate: 3 }, { action: 'rate', rate: 0 }, { action: 'rate', rate: 'fast' }]) expect((await post(`${at}/sending`, body)).status).toBe(400);
    expect(said).toEqual([]);
  });
});

test('whatever is asked, nothing is a fault of ours', async () => {
  const odd = fc.oneof(fc.string(), fc.constantFrom('demo', '2026-W49', 'segments.rules', 'C0000002', '%', '%2e%2e', "'", '\0', 'NaN', '-1', '99999999999999999999', '丽', 'constructor', '__proto__'));
  await fc.assert(fc.asyncProperty(fc.constantFrom(...operations), fc.array(odd, { minLength: 4, maxLength: 4 }), fc.dictionary(fc.constantFrom('format', 'limit', 'offset', 'x'), odd), fc.jsonValue(), async ([, operation], names, query, body) => {
    let next = 0;
    const path = operation.path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(names[next++ % names.length]!));
    const answer = operation.method === 'get' ? await get(`${path}?${new URLSearchParams(query).toString()}`) : await post(path, body);
    await answer.arrayBuffer();
    expect([200, 400, 404, 405, 429]).toContain(answer.status);
  }), { numRuns: 300, seed: 7 });
  expect(errors).toEqual([]);
}, 120_000);
