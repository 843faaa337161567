import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheFolder } from '../../../scripts/temporal-server/cache-folder.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cache-folder-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

test('the cache is under XDG_CACHE_HOME, else under HOME, and is made', () => {
  expect(cacheFolder(folder, { XDG_CACHE_HOME: join(folder, 'xdg'), HOME: join(folder, 'home') })).toBe(join(folder, 'xdg', 'clientele'));
  const atHome = cacheFolder(folder, { HOME: join(folder, 'home') });
  expect(atHome).toBe(join(folder, 'home', '.cache', 'clientele'));
  expect(statSync(atHome).isDirectory()).toBe(true);
});

test('where that cannot be written it is under var/ of the checkout', () => {
  // A file in the way stops root too, which no permission does.
  writeFileSync(join(folder, 'home'), '');
  expect(cacheFolder(folder, { HOME: join(folder, 'home') })).toBe(join(folder, 'var', 'cache'));
});
