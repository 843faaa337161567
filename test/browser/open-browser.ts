import { access } from 'node:fs/promises';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** Path of a Chromium on this machine: CHROMIUM where it is set, else where Debian and others put it. */
export async function findChromium(): Promise<string | undefined> {
  const named = process.env['CHROMIUM'];
  for (const place of named === undefined || named === '' ? places : [named]) if (await access(place).then(() => true, () => false)) return place;
  return undefined;
}

/** A reader of the console: how wide, in which light. */
export interface Reader {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
  readonly scripts?: boolean;
}

/** A browser that notes every complaint a page makes: errors, refusals of its policy, what could not be loaded. */
export interface TestBrowser {
  readonly complaints: string[];
  open(reader: Reader): Promise<BrowserContext>;
  close(): Promise<void>;
}

export async function openBrowser(executablePath: string): Promise<TestBrowser> {
  // Containers run as root, where Chromium's own sandbox cannot start.
  const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  const complaints: string[] = [];
  const listen = (page: Page): void => {
    page.on('console', (message) => { if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`); });
    page.on('pageerror', (error) => { complaints.push(`${page.url()}: ${error.message}`); });
    page.on('dialog', (dialog) => { complaints.push(`${page.url()}: a dialog, ${dialog.message()}`); void dialog.dismiss(); });
  };
  return {
    complaints,
    async open({ width, scheme, scripts = true }) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, reducedMotion: 'reduce', javaScriptEnabled: scripts, locale: 'en' });
      context.on('page', listen);
      context.setDefaultTimeout(15_000);
      return context;
    },
    close: () => browser.close(),
  };
}
