import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCycle } from '../../scripts/cycle/start-cycle.ts';
import { createShopLife, readShopClock } from '../../scripts/stack/shop-life.ts';
import { isoWeek } from '../../workflows/iso-week.ts';
import type { CycleProgress } from '../../workflows/progress.ts';
import { makeSmallHistory, openSmallShop, type SmallShop } from '../end-to-end/support/small-shop.ts';
import { axeViolations } from './axe-violations.ts';
import { findChromium, openBrowser, type TestBrowser } from './open-browser.ts';

const chromium = await findChromium();
if (chromium === undefined) process.stderr.write('The demo is not tried in a browser: no Chromium is at its usual places. Install it, or set CHROMIUM to its path.\n');

describe.runIf(chromium !== undefined)('a marketer at the demo', () => {
  const closing = new AsyncDisposableStack();
  let shop: SmallShop;
  let browser: TestBrowser;
  let page: Page;

  beforeAll(async () => {
    const history = closing.use(await makeSmallHistory(1));
    shop = closing.use(await openSmallShop({ history: history.folder, mailsPerSecond: 60 }));
    browser = await openBrowser(chromium!);
    closing.defer(() => browser.close());
    page = await (await browser.open({ width: 1280, scheme: 'light' })).newPage();
    page.setDefaultTimeout(60_000);
  }, 300_000);
  afterAll(() => closing.disposeAsync());

  test('watches a cycle live, reads its segments and a customer, approves the plan, and sees what the letters did', async () => {
    const { stack: { webUrl, client, simulator }, lake } = shop;
    const root = resolve(lake, '../..');
    await page.goto(webUrl);
    await page.getByText('No cycle runs now').waitFor();
    expect(await axeViolations(page)).toEqual([]);

    const asOf = new Date(`${(await readShopClock(root, 'demo'))?.today}T00:00:00Z`);
    const cycle = isoWeek(asOf);
    const { handle } = await startCycle(client, { shop: 'demo', cycle, asOf: asOf.toISOString(), approval: 'required' });
    // Nobody reloads: what the page knows comes to it.
    await page.getByText('Waits for approval.').waitFor();
    expect(await axeViolations(page)).toEqual([]);

    await page.goto(`${webUrl}/shops/demo/${cycle}/segments`);
    await page.locator('.chart canvas').nth(1).waitFor();
    await page.getByRole('heading', { name: 'Where customers lie' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);

    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Customers' }).click();
    await page.locator('tbody a').first().click();
    await page.getByRole('heading', { name: 'Why this decision' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);

    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Campaigns' }).click();
    await page.getByRole('heading', { name: 'This plan waits for your word' }).waitFor();
    await page.frameLocator('iframe.desk').first().getByText('XXXX-XXXX').first().waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel('Your name').fill('Mara');
    await page.getByLabel('Comment').fill('good letters');
    await page.getByRole('button', { name: 'Approve and send' }).click();
    await page.getByText('Approved: the letters are on their way.').waitFor();

    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Cycles' }).click();
    const life = createShopLife({ root, shop: 'demo', simulator: simulator!, say: () => undefined });
    for (;;) {
      const progress = await handle.query<CycleProgress>('progress');
      if (progress.waitsFor === 'outcomes') await life.live(progress);
      if (progress.state === 'finished') break;
      expect(progress.state).toBe('running');
      await sleep(50);
    }
    await page.getByText('No cycle runs now').waitFor();

    await page.goto(`${webUrl}/shops/demo/${cycle}/results`);
    await page.getByText('of those who got a letter bought').waitFor();
    await page.getByRole('heading', { name: 'From the letter to the order' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Campaigns' }).click();
    await page.getByRole('cell', { name: 'good letters' }).waitFor();
    for (const name of ['Baskets', 'Decisions', 'Deliverability', 'Data quality', 'Settings']) {
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
      await page.getByRole('heading', { name, exact: true, level: 1 }).waitFor();
      expect(await axeViolations(page), name).toEqual([]);
    }
    await page.getByRole('cell', { name: 'decide on the plan' }).waitFor();
    expect(browser.complaints).toEqual([]);
  }, 240_000);
});
