import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { ClienteleError } from '../../gateways/errors.ts';
import { sections } from '../../web/parts/sections.ts';
import type { StopList } from '../processes/stop-list.ts';

/** One picture: a page, how wide, in which light. */
export interface Look {
  readonly page: string;
  readonly width: number;
  readonly scheme: 'light' | 'dark';
  /** The whole page when absent. */
  readonly height?: number;
}

export interface PhotographInput {
  readonly url: string;
  readonly at: { readonly shop: string; readonly cycle: string };
  readonly folder: string;
  readonly looks: readonly Look[] | 'all';
  readonly stops: StopList;
}

/** Pictures are drawn anew for the window's new height. */
const settleMs = 300;

const places = [process.env['CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** Paths of pages by the names of their files. */
function pathsOf({ shop, cycle }: PhotographInput['at'], customer: string): Readonly<Record<string, string>> {
  const about = `/shops/${shop}/${cycle}`;
  return { cycles: '/', cycle: `/cycles/${shop}/${cycle}`, customer: `${about}/customers/${customer}`, ...Object.fromEntries(sections.filter(([name]) => name !== 'cycles').map(([name]) => [name, `${about}/${name}`])) };
}

/** @returns the files written @throws ClienteleError COMMAND_INVALID where no Chromium is found */
export async function photograph({ url, at, folder, looks, stops }: PhotographInput): Promise<readonly string[]> {
  let executablePath: string | undefined;
  for (const place of places) if (executablePath === undefined && place !== '' && await access(place).then(() => true, () => false)) executablePath = place;
  if (executablePath === undefined) throw new ClienteleError('COMMAND_INVALID', { problem: 'No Chromium is at its usual places', remedy: 'Install it, or set CHROMIUM to its path.' });
  // Containers run as root, where Chromium's own sandbox cannot start.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  stops.add(() => browser.close());
  const customer = await someCustomer(await browser.newPage(), `${url}/shops/${at.shop}/${at.cycle}/customers`);
  const paths = pathsOf(at, customer);
  const all = (['light', 'dark'] as const).flatMap((scheme) => [1280, 390].flatMap((width) => Object.keys(paths).map((page): Look => ({ page, width, scheme }))));
  const files: string[] = [];
  for (const { page: name, width, scheme, height } of looks === 'all' ? all : looks) {
    const context = await browser.newContext({ viewport: { width, height: height ?? 900 }, colorScheme: scheme, reducedMotion: 'reduce', locale: 'en' });
    const page = await context.newPage();
    await page.goto(`${url}${paths[name] ?? '/'}`);
    await page.waitForFunction("[...document.querySelectorAll('.chart')].every((figure) => figure.querySelector('canvas') !== null)");
    // A whole page is a window as high as the page: frames are painted only where they are in sight.
    if (height === undefined) await page.setViewportSize({ width, height: Math.max(900, await page.evaluate<number>('document.documentElement.scrollHeight')) });
    for (const frame of await page.locator('iframe:visible').all()) await frame.contentFrame().locator('body').waitFor();
    await page.waitForTimeout(settleMs);
    const file = join(folder, `${name}-${width}-${scheme}.png`);
    await page.screenshot({ path: file });
    files.push(file);
    await context.close();
  }
  return files;
}

/** A customer of the first page of the list, which is the best ones; not the very first, who may be a mistake in the data. */
async function someCustomer(page: Page, list: string): Promise<string> {
  await page.goto(list);
  const links = await page.locator('tbody a').all();
  const link = await links[Math.min(9, links.length - 1)]?.getAttribute('href');
  await page.close();
  return link?.split('/').at(-1) ?? '';
}
