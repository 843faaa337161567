// One side of `npm run bench -- dispatch` in a process of its own: node dispatch-run.ts '<settings as JSON>'. Its figures go to the parent by a message.
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { createDispatchActivities } from '../activities/campaign/dispatch/index.ts';
import { createLetterComposer } from '../activities/campaign/letters/create-letter-composer.ts';
import { createLinks } from '../activities/campaign/signed-link.ts';
import { recordApproval } from '../gateways/ledger/approvals.ts';
import { openLedger } from '../gateways/ledger/open-ledger.ts';
import { sendKey } from '../gateways/ledger/send-key.ts';
import { createDkimSigner } from '../gateways/mail/dkim-signer.ts';
import { openRelayLog } from '../gateways/mail/relay-log.ts';
import { openRelay } from '../gateways/mail/relay.ts';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import type { Column } from '../gateways/warehouse/warehouse.ts';
import type { CampaignPlan } from '../activities/campaign/contract.ts';

export interface DispatchRunSettings {
  readonly side: 'prepare' | 'own' | 'bare';
  /** Project root, with `shops/demo`. */
  readonly root: string;
  /** Of this run's ledger and lake. */
  readonly folder: string;
  readonly databaseUrl?: string;
  readonly url: string;
  /** The relay's log. */
  readonly log: string;
  readonly recipients: number;
  /** Private key in PEM: both sides sign. */
  readonly dkimKey?: string;
}

export interface DispatchRunFigures {
  readonly seconds: number;
  readonly peakBytes: number;
  /** Letters that the relay took, by what this side was told. */
  readonly taken: number;
  /** Processor time of this process while it sent, which others on the machine disturb less than the clock. */
  readonly cpuSeconds: number;
}

const settings = JSON.parse(process.argv[2]!) as DispatchRunSettings;
const campaign = 'demo/2026-W48/weekly';
const scope = { shop: 'demo', cycle: '2026-W48', asOf: '2026-11-23T00:00:00Z', campaign };
const domain = 'demo.example';
const names = ['Ada', 'Zoë', 'Mehmet', 'Ingrid', 'Łukasz', 'Maria', 'Tom', 'Anneliese'];
const products = ['Iron casserole, 4 l', 'Linen towel', 'Oak board', 'Bread knife', 'Tea set “Harbour”', 'Wool blanket'];
const addressOf = (place: number): string => `customer${place}@mail${place % 500}.example`;
const pick = (from: readonly string[], place: number): string => from[place % from.length]!;

/** Starts both clocks; the function it returns reads them. */
function startClocks(): () => { readonly seconds: number; readonly cpuSeconds: number } {
  const at = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { seconds: (performance.now() - at) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}

function planColumns(recipients: number): Column[] {
  const column = (name: string, type: 'VARCHAR' | 'DOUBLE' | 'INTEGER', value: (place: number) => string | number): Column => ({ name, type, values: Array.from({ length: recipients }, (_, place) => value(place)) });
  return [
    column('customer_id', 'VARCHAR', (place) => `c${String(place).padStart(8, '0')}`), column('decision', 'VARCHAR', () => 'send'), column('why', 'VARCHAR', () => 'segment Champions'),
    column('arm', 'VARCHAR', () => 'A'), column('address', 'VARCHAR', addressOf), column('given_name', 'VARCHAR', (place) => pick(names, place)), column('locale', 'VARCHAR', () => 'en'),
    column('segment', 'INTEGER', (place) => place % 5), column('segment_name', 'VARCHAR', () => 'Champions'), column('offer', 'VARCHAR', () => 'Free shipping for regulars'),
    column('offer_kind', 'VARCHAR', () => 'free_shipping'), column('offer_value', 'DOUBLE', () => 4.9), column('favourite_category', 'VARCHAR', () => 'Kitchen'),
    column('product_1', 'VARCHAR', (place) => pick(products, place)), column('product_2', 'VARCHAR', (place) => pick(products, place + 1)), column('product_3', 'VARCHAR', (place) => pick(products, place + 2)),
    column('probability', 'DOUBLE', (place) => (place % 100) / 100), column('expected_cost', 'DOUBLE', () => 0.4), column('expected_revenue', 'DOUBLE', (place) => place % 70),
  ];
}

const links = createLinks({ publicUrl: 'https://mail.demo.example', secret: 'a secret of this benchmark and of nothing else' });
const letters = createLetterComposer({ shops: (name) => openShopFolder(join(settings.root, 'shops'), name), links });
const dkim = settings.dkimKey === undefined ? undefined : createDkimSigner({ domain, selector: 'bench', privateKey: settings.dkimKey });

const openParts = async () => {
  const ledger = await openLedger({ databaseUrl: settings.databaseUrl, folder: join(settings.folder, 'ledger') });
  const warehouse = await openWarehouse({ lake: join(settings.folder, 'lake') });
  const relay = openRelay({ url: settings.url, dkim });
  const dispatch = createDispatchActivities({ warehouse, ledger, relay, relayLog: openRelayLog(settings.log), letters, clock: () => new Date(), cancellation: () => undefined });
  return { ledger, warehouse, relay, dispatch };
};

async function prepare(): Promise<Omit<DispatchRunFigures, 'peakBytes'>> {
  const { ledger, warehouse, relay, dispatch } = await openParts();
  await using session = await warehouse.open({});
  const recipients = await session.write(scope, { name: 'plan.recipients', algorithm: 'bench', inputs: [], parameters: { recipients: settings.recipients }, columns: () => planColumns(settings.recipients) });
  const plan: CampaignPlan = { campaign, relations: { 'plan.recipients': recipients }, toSend: settings.recipients, holdout: 0, leftOut: [], hash: 'bench', offers: [], budget: 0, expectedCost: 0 };
  await recordApproval(ledger, { campaign, hash: plan.hash, decision: 'approved', by: 'bench', comment: '', at: new Date() });
  const start = startClocks();
  await dispatch.openDispatch({ ...scope, plan });
  const spent = start();
  await relay.close();
  await ledger.close();
  return { ...spent, taken: 0 };
}

/** As the workflow does it: two pages at once, each at half the rate. */
async function sendOwn(): Promise<Omit<DispatchRunFigures, 'peakBytes'>> {
  const { ledger, relay, dispatch } = await openParts();
  const [{ pages }] = await ledger.query<{ pages: number }>('select max(page) + 1 as pages from sends where campaign = $1', [campaign]) as [{ pages: number }];
  let next = 0;
  let taken = 0;
  const start = startClocks();
  const work = async (): Promise<void> => {
    while (next < pages) {
      const page = next;
      next += 1;
      const { handedOver } = await dispatch.dispatchPage({ ...scope, page, mailsPerSecond: 1e6, stoppedArms: [] });
      taken += handedOver;
    }
  };
  await Promise.all([work(), work()]);
  const spent = start();
  await relay.close();
  await ledger.close();
  return { ...spent, taken };
}

/** The library alone: no ledger, no template, the same letter to everybody but for recipient and Message-ID. */
async function sendBare(): Promise<Omit<DispatchRunFigures, 'peakBytes'>> {
  const { host, port } = new URL(settings.url);
  const transport = createTransport({ pool: true, host: host.split(':')[0], port: Number(port), maxConnections: 5, maxMessages: Infinity, ignoreTLS: true, ...(settings.dkimKey === undefined ? {} : { dkim: { domainName: domain, keySelector: 'bench', privateKey: settings.dkimKey } }) });
  const composed = await letters.compose({ shop: 'demo', send: {
    key: sendKey(campaign, 'c00000000'), customerId: 'c00000000', address: addressOf(0), locale: 'en', arm: 'A', segment: '0', offer: 'Free shipping for regulars', couponCode: 'ABCD-2345',
    variables: { given_name: names[0]!, offer_kind: 'free_shipping', offer_value: 4.9, favourite_category: 'Kitchen', product_1: products[0]!, product_2: products[1]!, product_3: products[2]! },
  } });
  const { from, subject, text, headers } = composed;
  const html = composed.html;
  let next = 0;
  let taken = 0;
  const start = startClocks();
  const work = async (): Promise<void> => {
    while (next < settings.recipients) {
      const place = next;
      next += 1;
      const { accepted } = await transport.sendMail({ from, to: addressOf(place), subject, text, html, headers, messageId: `<${sendKey(campaign, String(place))}@${domain}>`, disableFileAccess: true, disableUrlAccess: true });
      taken += accepted.length;
    }
  };
  await Promise.all(Array.from({ length: 20 }, work));
  const spent = start();
  transport.close();
  return { ...spent, taken };
}

const figures = await { prepare, own: sendOwn, bare: sendBare }[settings.side]();
process.send?.({ ...figures, peakBytes: process.resourceUsage().maxRSS * 1024 } satisfies DispatchRunFigures);
process.disconnect?.();
process.exitCode = 0;
