import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { segmentTraits } from '../../activities/analyse/segment-name.ts';
import { sendStates } from '../../gateways/ledger/send-state.ts';
import { roles } from '../../web/access/role.ts';
import { chinese } from '../../web/parts/chinese.ts';
import { languageOf, sayIn } from '../../web/parts/say.ts';
import { sections } from '../../web/parts/sections.ts';

const web = join(import.meta.dirname, '../../web');

test('every text of a page has its Chinese', async () => {
  const files = (await readdir(web, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const keys = new Set<string>();
  for (const file of files) for (const [, key] of (await readFile(join(web, file), 'utf8')).matchAll(/\bt\('((?:[^'\\]|\\.)+)'/g)) keys.add(key!.replaceAll("\\'", "'"));
  expect(keys.size).toBeGreaterThan(300);
  expect([...keys].filter((key) => chinese[key] === undefined)).toEqual([]);
});

test('so has every word that comes from data', () => {
  const traits = segmentTraits({ recency: 1.2, frequency: 1.15, monetary: 1, averageOrderValue: 2, tenure: 1, discountShare: 2 });
  expect(traits.length).toBeGreaterThan(3);
  for (const word of [...sendStates, ...traits, ...roles, ...sections.map(([, title]) => title)]) expect(chinese[word.replaceAll('_', ' ')], word).toBeDefined();
});

test('a translation names the same values as its text', () => {
  const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();
  for (const [english, translated] of Object.entries(chinese)) expect(names(translated), english).toEqual(names(english));
});

test('the reader’s own choice comes first, then what the browser asks for first', () => {
  expect([languageOf('en', 'zh-CN'), languageOf(undefined, 'zh-CN,zh;q=0.9,en;q=0.8'), languageOf(undefined, 'de,zh;q=0.5'), languageOf('fr', undefined)]).toEqual(['en', 'zh-CN', 'en', 'en']);
  expect(sayIn('zh-CN')('{days} days ago', { days: 3 })).toBe('3 天前');
  expect(sayIn('zh-CN')('a text that nobody translated')).toBe('a text that nobody translated');
});
