import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hash } from '@node-rs/argon2';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLetterComposer } from '../../activities/campaign/letters/create-letter-composer.ts';
import { proofLinks } from '../../activities/campaign/letters/proof-links.ts';
import { createLinks } from '../../activities/campaign/signed-link.ts';
import { openLedger } from '../../gateways/ledger/open-ledger.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { CycleDoor } from '../../web/app-parts.ts';
import { createApp } from '../../web/create-app.ts';
import { serveWeb } from '../../workers/serve-web.ts';
import { openProgress, withStep, withWait, type CycleProgress } from '../../workflows/progress.ts';
import { appParts, quietDoor } from '../web/app-parts.ts';
import { fillExampleLedger, makeExampleLake } from '../web/example-lake.ts';
import { axeViolations } from './axe-violations.ts';
import { findChromium, openBrowser, type Reader, type TestBrowser } from './open-browser.ts';

const chromium = await findChromium();
if (chromium === undefined) process.stderr.write('The console is not tried in a browser: no Chromium is at its usual places. Install it, or set CHROMIUM to its path.\n');

const shop = '/shops/demo/2026-W49';
const pages: Readonly<Record<string, string>> = {
  cycles: '/', cycle: '/cycles/demo/2026-W49', customers: `${shop}/customers`, customer: `${shop}/customers/C0000002`, segments: `${shop}/segments`, baskets: `${shop}/baskets`, campaigns: `${shop}/campaigns?why=send`,
  results: `${shop}/results`, decisions: `${shop}/decisions`, deliverability: `${shop}/deliverability`, data: `${shop}/data`, settings: `${shop}/settings`,
};
const readers: readonly Reader[] = [{ width: 1280, scheme: 'light' }, { width: 1280, scheme: 'dark' }, { width: 390, scheme: 'light' }, { width: 390, scheme: 'dark' }];
/** For people to look at. */
const pictures = resolve(import.meta.dirname, '../../var/browser');

describe.runIf(chromium !== undefined)('the console in a browser', () => {
  const closing = new AsyncDisposableStack();
  let browser: TestBrowser;
  let url: string;
  let guarded: string;
  let progress: CycleProgress;
  let paused = false;
  const said: unknown[] = [];

  beforeAll(async () => {
    const root = await mkdtemp(join(tmpdir(), 'browser-'));
    closing.defer(() => rm(root, { recursive: true, force: true }));
    await mkdir(pictures, { recursive: true });
    const ledger = await openLedger({ folder: join(root, 'ledger') });
    closing.defer(() => ledger.close());
    const warehouse = await openWarehouse({ lake: join(root, 'lake') });
    await makeExampleLake(warehouse, { customers: 1_500 });
    await fillExampleLedger(ledger, { customers: 1_500 });
    const shops = (name: string) => openShopFolder(resolve(import.meta.dirname, '../../shops'), name);
    const plan = { campaign: 'demo/2026-W49/weekly', relations: {}, hash: 'hash-of-the-plan', toSend: 1_100, holdout: 130, budget: 12_000, expectedCost: 330, offers: [], leftOut: [] };
    progress = { ...withWait(withStep(withStep(openProgress({ shop: 'demo', cycle: '2026-W49', asOf: '2026-11-30T00:00:00Z' }), 'collect', { state: 'done', rows: 400_384, seconds: 2, figures: [{ label: 'customers', value: '5000 kept' }] }), 'campaign', { state: 'running' }), 'approval'), plan };
    const temporal: CycleDoor = {
      ...quietDoor, progress: async () => progress, runs: async () => [{ shop: 'demo', cycle: '2026-W49', status: 'running', startedAt: '2026-11-30T00:00:00Z' }],
      sending: async () => ({ state: paused ? 'paused' : 'sending', pages: 10, pagesDone: 3, recipients: 1_100, handedOver: 330, failed: 1, suppressed: 2, mailsPerSecond: 50, stoppedArms: [], warnings: [] }),
      approve: async (id, verdict) => { said.push([id, verdict]); progress = withWait(progress, undefined); },
      pauseSending: async () => { paused = true; }, resumeSending: async () => { paused = false; },
    };
    const serve = async (accounts: Parameters<typeof appParts>[0]['accounts']): Promise<string> => {
      const server = await serveWeb({ host: '127.0.0.1', port: 0 });
      closing.defer(() => server.close());
      const app = createApp(appParts({
        ledger, warehouse, shops, temporal, publicUrl: server.url, accounts: accounts ?? { users: [], tokens: [] }, clock: () => new Date(), links: createLinks({ publicUrl: server.url, secret: 'a secret of the shop that nobody knows' }),
        letters: createLetterComposer({ shops, links: proofLinks(server.url) }), onError: (error) => { browser.complaints.push(String(error)); },
      }));
      closing.defer(() => app.close());
      server.show(app);
      return server.url;
    };
    browser = await openBrowser(chromium!);
    closing.defer(() => browser.close());
    url = await serve(undefined);
    guarded = await serve({ users: [{ name: 'mara', role: 'marketer', password: await hash('a password of mara', { memoryCost: 1024, timeCost: 1 }) }], tokens: [] });
  }, 120_000);
  afterAll(() => closing.disposeAsync());

  async function visit<Result>(reader: Reader, path: string, work: (page: Page) => Promise<Result>): Promise<Result> {
    const context = await browser.open(reader);
    try {
      const page = await context.newPage();
      await page.goto(path.startsWith('http') ? path : `${url}${path}`);
      return await work(page);
    } finally {
      await context.close();
    }
  }
  const noComplaints = (): void => { expect(browser.complaints.splice(0)).toEqual([]); };

  test.each(Object.entries(pages))('%s is accessible, fits, and complains of nothing, wide and narrow, light and dark', async (name, path) => {
    for (const reader of readers) {
      await visit(reader, path, async (page) => {
        await page.waitForFunction("[...document.querySelectorAll('.chart')].every((figure) => figure.querySelector('canvas') !== null)");
        expect(await axeViolations(page), `${name} ${reader.width} ${reader.scheme}`).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'), `${name} ${reader.width} is wider than its window`).toBeLessThanOrEqual(0);
        const file = join(pictures, `${name}-${reader.width}-${reader.scheme}.png`);
        await page.screenshot({ path: file, fullPage: true });
        expect((await stat(file)).size).toBeGreaterThan(5_000);
      });
    }
    noComplaints();
  });

  test.each(Object.entries(pages))('%s says as much without scripts', async (_, path) => {
    const words = (page: Page): Promise<string> => page.locator('main').innerText();
    const [without, withScripts] = [await visit({ width: 1280, scheme: 'light', scripts: false }, path, words), await visit({ width: 1280, scheme: 'light' }, path, words)];
    const numbers = (text: string): string[] => text.match(/\d[\d.,]*/g) ?? [];
    expect(numbers(without).length).toBeGreaterThan(3);
    expect(numbers(without)).toEqual(numbers(withScripts));
    noComplaints();
  });

  test('the plan is approved by the keyboard alone, and the page then says so', async () => {
    await visit({ width: 1280, scheme: 'light' }, '/', async (page) => {
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement?.textContent')).toBe('Skip to the content');
      await page.getByRole('link', { name: 'Look at the plan and decide' }).focus();
      await page.keyboard.press('Enter');
      await page.getByLabel('Your name').focus();
      await page.keyboard.type('Mara');
      await page.keyboard.press('Tab');
      await page.keyboard.type('looks good');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('status').getByText('the letters are on their way').waitFor();
      expect(said).toEqual([['cycle/demo/2026-W49', { by: 'Mara', comment: 'looks good', hash: 'hash-of-the-plan' }]]);
    });
    noComplaints();
  });

  test('the sending is paused and goes on, by forms that need no script', async () => {
    await visit({ width: 390, scheme: 'dark', scripts: false }, `${shop}/campaigns`, async (page) => {
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByText('no further letter goes out until').waitFor();
      expect(paused).toBe(true);
      await page.getByRole('button', { name: 'Go on' }).click();
      await page.getByText('Sending goes on.').waitFor();
      expect(paused).toBe(false);
    });
  });

  test('a cycle is watched live', async () => {
    progress = withWait(withStep(progress, 'campaign', { state: 'running', note: '10 of 40 pages' }), undefined);
    await visit({ width: 1280, scheme: 'light' }, '/', async (page) => {
      await page.getByText('10 of 40 pages').waitFor();
      progress = withStep(progress, 'campaign', { state: 'running', note: '20 of 40 pages' });
      await page.getByText('20 of 40 pages').waitFor({ timeout: 10_000 });
    });
    noComplaints();
  });

  test('tables sort by their heads, and say so to who does not see it', async () => {
    await visit({ width: 1280, scheme: 'light' }, `${shop}/segments`, async (page) => {
      const head = page.locator('table.sortable').first().locator('th', { hasText: 'customers' });
      const column = async (): Promise<number[]> => (await page.locator('table.sortable').first().locator('tbody tr td:nth-child(2)').allInnerTexts()).map((text) => Number(text.replaceAll(',', '')));
      await head.getByRole('button').click();
      expect(await head.getAttribute('aria-sort')).toBe('descending');
      const down = await column();
      expect(down).toEqual([...down].sort((a, b) => b - a));
      await head.getByRole('button').click();
      expect(await column()).toEqual([...down].reverse());
    });
  });

  test('a point of the scatter leads to its customer', async () => {
    await visit({ width: 1280, scheme: 'light' }, `${shop}/segments`, async (page) => {
      const canvas = page.locator('.chart canvas').nth(1);
      await canvas.waitFor();
      await canvas.scrollIntoViewIfNeeded();
      const box = (await canvas.boundingBox())!;
      // The cloud is dense in its middle: one of a few clicks there meets a point.
      for (let attempt = 0; attempt < 400 && page.url().endsWith('/segments'); attempt += 1) await page.mouse.click(box.x + box.width * (0.35 + 0.015 * (attempt % 20)), box.y + box.height * (0.4 + 0.015 * Math.floor(attempt / 20)));
      await page.waitForURL(/\/customers\/C\d{7}$/);
      await page.getByRole('heading', { name: /Customer C\d{7}/ }).waitFor();
    });
    noComplaints();
  });

  test('a letter is shown in its frames, where nothing runs', async () => {
    await visit({ width: 1280, scheme: 'light' }, `${shop}/campaigns`, async (page) => {
      const frame = page.locator('iframe.phone').first();
      await frame.scrollIntoViewIfNeeded();
      await page.frameLocator('iframe.phone').first().getByText('XXXX-XXXX').first().waitFor();
      expect(await frame.getAttribute('sandbox')).toBe('');
    });
  });

  test('who is not logged in lands on the login, and after it where they wanted to be', async () => {
    await visit({ width: 390, scheme: 'light' }, `${guarded}${shop}/results`, async (page) => {
      await page.waitForURL(/\/login\?to=/);
      expect(await axeViolations(page)).toEqual([]);
      await page.getByLabel('Name').fill('mara');
      await page.getByLabel('Password').fill('wrong');
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('alert').getByText('Name or password is wrong.').waitFor();
      await page.getByLabel('Password').fill('a password of mara');
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.waitForURL(`${guarded}${shop}/results`);
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.waitForURL(/\/login$/);
    });
    // The wrong password is a 401, which a browser notes.
    expect(browser.complaints.splice(0).filter((line) => !line.includes('401'))).toEqual([]);
  });

  test('the console speaks Chinese when asked, and stays so', async () => {
    await visit({ width: 1280, scheme: 'light' }, `${shop}/segments`, async (page) => {
      await page.getByRole('link', { name: '中文' }).click();
      await page.getByRole('heading', { name: '分群', exact: true }).waitFor();
      await page.getByRole('link', { name: '购物篮' }).click();
      await page.getByRole('heading', { name: '购物篮' }).waitFor();
      expect(await axeViolations(page)).toEqual([]);
    });
    noComplaints();
  });
});
