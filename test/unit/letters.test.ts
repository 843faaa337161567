import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ComposedLetter, LetterSend } from '../../activities/campaign/letter-composer.ts';
import { createLetterComposer } from '../../activities/campaign/letters/create-letter-composer.ts';
import { letterVariant } from '../../activities/campaign/letters/letter-variant.ts';
import { createLinks } from '../../activities/campaign/signed-link.ts';
import { shopSettingsSchema, type ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';

const links = createLinks({ publicUrl: 'https://mail.linden.example', secret: 'a secret of the shop that nobody knows' });
const demoLetters = join(import.meta.dirname, '../../shops/demo/letters');
let demo: Record<string, string> = {};

beforeAll(async () => {
  const files = await readdir(demoLetters);
  demo = Object.fromEntries(await Promise.all(files.map(async (file) => [file.replace(/\.mjml$/, ''), await readFile(join(demoLetters, file), 'utf8')] as const)));
});

const settings = (subject: string): ShopSettings => shopSettingsSchema.parse({
  name: 'Linden & Co', time_zone: 'Europe/Berlin', currency: 'EUR', locale: 'en', data: 'var', marketers: ['mara@linden.example'],
  sender: { name: 'Mara at Linden', address: 'mara@linden.example', postal_address: 'Linden & Co, Hofstraße 3, 10115 Berlin' },
  preprocess: { feature_sets: [['recency_days', 'orders']] },
  campaign: {
    budget: 100,
    offers: [{ name: 'ten-percent', kind: 'percentage', value: 10, expected_cost: 2 }, { name: 'five-off', kind: 'amount', value: 5.5, expected_cost: 3 }, { name: 'free-shipping', kind: 'free_shipping', value: 4, expected_cost: 4 }],
    arms: [{ name: 'A', letter: 'offer-a', subject }, { name: 'B', letter: 'offer-b', subject: 'We kept these for you' }],
  },
});

const send: LetterSend = {
  key: '0123456789abcdef0123456789abcdef', customerId: 'customer-17', address: 'ada@example.org', locale: 'en', arm: 'A', segment: 'Loyal regulars', offer: 'ten-percent', couponCode: 'ABCD-2345',
  variables: { given_name: 'Ada', favourite_category: 'Kitchen', product_1: 'Iron casserole', product_2: 'Linen towel', product_3: null },
};

const compose = (change: Partial<LetterSend> = {}, letters: Record<string, string> = demo, subject = '{{ offer_phrase }} for {{ given_name | default: "you" }}'): Promise<ComposedLetter> =>
  createLetterComposer({ links, shops: async (name) => ({ name, path: '', settings: settings(subject), sources: {}, letters }) }).compose({ shop: 'demo', send: { ...send, ...change } });

const foot = '<mj-text>{{ postal_address }} <a href="{{ unsubscribe_link }}">Unsubscribe</a></mj-text>';
const letter = (body: string, ending = foot): Record<string, string> => ({ 'offer-a': `<mjml><mj-head><mj-preview>hello</mj-preview></mj-head><mj-body><mj-section><mj-column>${body}${ending}</mj-column></mj-section></mj-body></mjml>` });
const text = (body: string): Record<string, string> => letter(`<mj-text>${body}</mj-text>`);
const invalid = (problem: RegExp) => expect.objectContaining({ code: 'LETTER_INVALID', message: expect.stringMatching(problem) as string });

describe('the demo letters', () => {
  test.each(['A', 'B'].flatMap((arm) => ['en', 'zh-CN'].map((locale) => [arm, locale] as const)))('arm %s in %s is small, and its text part has code, links and address', async (arm, locale) => {
    const made = await compose({ arm, locale });
    expect(Buffer.byteLength(made.html)).toBeLessThan(100_000);
    expect(made.html).toContain(locale === 'en' ? 'lang="en"' : 'lang="zh-CN"');
    expect(made.text.split('\n')).toContain(locale === 'en' ? 'Your code: ABCD-2345' : '您的优惠码：ABCD-2345');
    expect(made.text).toMatch(/https:\/\/mail\.linden\.example\/c\//);
    expect(made.text).toContain(links.unsubscribe(send.key));
    expect(made.text).toContain('Linden & Co, Hofstraße 3, 10115 Berlin');
    expect(made.html).toContain('Linden &amp; Co, Hofstraße 3, 10115 Berlin');
    expect(made.html).toContain(links.pixel(send.key));
    expect(made.html).not.toMatch(/\{\{|\{%|<script|fonts\.googleapis/);
  });

  test('every counted link is one that the web process accepts', async () => {
    const made = await compose();
    const found = [...made.html.matchAll(/https:\/\/mail\.linden\.example\/c\/([^/]+)\/([^?"]+)\?to=([^"]+)"/g)];
    expect(found.length).toBeGreaterThan(0);
    for (const [, key, signature, to] of found) expect(links.readClick(key!, signature!, to!)).toMatch(/^https:\/\/shop\.example\//);
  });

  test('no link carries an address or a customer id', async () => {
    const made = await compose();
    for (const [link] of made.html.matchAll(/https?:[^"\s<]+/g)) {
      expect(decodeURIComponent(link)).not.toMatch(/ada|customer-17/i);
      const to = new URL(link).searchParams.get('to') ?? '';
      expect(Buffer.from(to, 'base64url').toString()).not.toMatch(/ada@|customer-17/i);
    }
  });

  test('without a name, favourites and products the letter still reads well', async () => {
    const made = await compose({ variables: {} });
    expect(made.text).toContain('Hello there,');
    expect(made.text).not.toMatch(/Picked for you|\n{3}|null|undefined/);
  });

  test('the Chinese letter has its own subject', async () => {
    expect((await compose({ locale: 'zh-CN' })).subject).toBe('Ada，下一单立减 10 %');
    expect((await compose()).subject).toBe('10 % off your next order for Ada');
  });
});

describe('an offer', () => {
  test.each([
    ['ten-percent', 'en', '10 %'], ['five-off', 'en', '€5.50'], ['five-off', 'de', '€5.50'], ['five-off', 'en-IE', '€5.50'], ['free-shipping', 'en', 'free shipping'],
    ['ten-percent', 'zh-CN', '10 %'], ['free-shipping', 'zh-CN', '免运费'],
  ])('%s in %s reads %s', async (offer, locale, words) => {
    const made = await compose({ offer, locale }, { ...text('{{ offer }}'), 'offer-a.zh-CN': text('{{ offer }}')['offer-a']! }, 'news');
    expect(made.text.split('\n')[0]).toBe(words);
  });

  test('takes kind and value from the approved plan before shop.yaml', async () => {
    expect((await compose({ variables: { offer_kind: 'percentage', offer_value: 25 } }, text('{{ offer }}'), 'news')).text).toContain('25 %');
  });

  test('that nobody knows is refused', async () => {
    await expect(compose({ offer: 'unheard-of' })).rejects.toThrow(invalid(/unheard-of/));
  });
});

describe('variables', () => {
  test('that are missing stop the letter, naming letter, variable and customer', async () => {
    for (const variables of [{}, { size: null }, { size: '' }] as LetterSend['variables'][]) {
      await expect(compose({ variables }, text('{{ size }}'), 'news')).rejects.toThrow(expect.objectContaining({ code: 'LETTER_VARIABLE_MISSING', message: expect.stringMatching(/offer-a.*size.*customer-17/) as string }));
    }
  });

  test('that nobody gave are missing, also where every object has one of that name', async () => {
    await expect(compose({}, text('{{ constructor }}'), 'news')).rejects.toThrow(expect.objectContaining({ code: 'LETTER_VARIABLE_MISSING' }));
    await expect(compose({}, demo, '{{ nickname }}')).rejects.toThrow(expect.objectContaining({ code: 'LETTER_VARIABLE_MISSING', message: expect.stringMatching(/subject|nickname/) as string }));
  });

  test('take their default, with entities and either quotes', async () => {
    expect((await compose({}, text('{{ size | default: "a &amp; b" }} / {{ colour | default: \'red\' }}'), 'news')).text).toContain('a & b / red');
    expect((await compose({}, text('{{ size | default: "a &amp; b" }}'), 'news')).html).toContain('a &amp; b');
  });

  test('are formatted by locale: money, numbers and dates', async () => {
    const variables = { spent: 1234.5, points: 12_345, day: '2026-11-23', moment: '2026-11-22T23:30:00Z' };
    const body = text('{{ spent | money }}; {{ points }}; {{ day | date }}; {{ moment | date }}');
    expect((await compose({ variables }, body, 'news')).text).toContain('€1,234.50; 12,345; November 23, 2026; November 23, 2026');
    expect((await compose({ variables, locale: 'zh-CN' }, { ...body, 'offer-a.zh-CN': body['offer-a']! }, 'news')).text).toContain('€1,234.50; 12,345; 2026年11月23日; 2026年11月23日');
  });

  test('with markup stay text in every place', async () => {
    const hostile = '<img src=x onerror="alert(1)">\'{{ coupon_code }}';
    const made = await compose({ variables: { given_name: hostile, product_1: '<script>alert(1)</script>', favourite_category: '"><svg onload=alert(1)>' } });
    expect(made.html).not.toMatch(/<img src=x|<script|<svg/);
    expect(made.html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;{{ coupon_code }}');
    expect(made.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(made.text).toContain('<script>alert(1)</script>');
  });

  test('of any text never open a tag or a header line', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.constantFrom('\r\n', '\n', '\u2028', '\u0000', ''), async (name, line) => {
      const made = await compose({ variables: { product_1: `${name}<x-evil>${line}Bcc: victim@example.org` } }, demo, 'news {{ product_1 }}');
      expect(made.html).not.toContain('<x-evil>');
      expect(made.subject).not.toMatch(/\p{Cc}|[\u2028\u2029]/u);
      expect(made.text.split('\n').filter((found) => found.startsWith('Bcc:'))).toEqual([]);
    }), { numRuns: 50 });
  });

  test('given as a name but holding a web address are not printed', async () => {
    for (const given_name of ['Win at https://evil.example', 'www.evil.example', 'evil.example/x', 'a'.repeat(61)]) {
      expect((await compose({ variables: { given_name } })).text).toContain('Hello there,');
    }
  });
});

describe('headers', () => {
  test('are read back by a mail parser as they were meant', async () => {
    const made = await compose({ variables: { given_name: 'Zoë\r\nBcc: victim@example.org' } });
    const message = await new MailComposer({ from: made.from, to: send.address, subject: made.subject, text: made.text, html: made.html, headers: { ...made.headers } }).compile().build();
    const parsed = await simpleParser(message);
    expect(parsed.subject).toBe('10 % off your next order for Zoë Bcc: victim@example.org');
    expect(parsed.bcc).toBeUndefined();
    expect(parsed.from?.value).toEqual([{ name: 'Mara at Linden', address: 'mara@linden.example' }]);
    const raw = Object.fromEntries(parsed.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).replace(/\r?\n\s*/g, ' ').trim()]));
    expect(raw['list-unsubscribe']).toBe(`<${links.unsubscribe(send.key)}>`);
    expect(raw['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click');
    expect(raw['list-id']).toBe('<weekly.demo.linden.example>');
    expect(raw['feedback-id']).toBe('a:loyal-regulars:weekly:demo');
    expect(parsed.text).toContain('Your code: ABCD-2345');
    expect(parsed.html).toContain('ABCD-2345');
  });
});

describe('a survey', () => {
  test('is one click in the letter: each score has its signed link, which is no counted click', async () => {
    const scores = [1, 2, 3, 4, 5].map((score) => `<a href="{{ survey_link_${score} }}">${score}</a>`).join(' ');
    const { html, text: plain } = await compose({}, text(`How was it? ${scores}`));
    const found = [...html.matchAll(/href="https:\/\/mail\.linden\.example\/s\/([^/]+)\/([^?"]+)\?score=(\d)"/g)];
    expect(found.map(([, , , score]) => score)).toEqual(['1', '2', '3', '4', '5']);
    for (const [, key, signature] of found) links.readSurvey(key!, signature!);
    expect(html).not.toContain('/c/');
    expect(plain).toContain(links.survey(send.key, 5));
    expect(plain).not.toContain(send.address);
  });
});

describe('a letter is refused before anything is sent', () => {
  test.each([
    ['without a postal address', letter('<mj-text>x</mj-text>', '<mj-text><a href="{{ unsubscribe_link }}">out</a></mj-text>'), /postal_address/],
    ['without an unsubscribe link', letter('<mj-text>x</mj-text>', '<mj-text>{{ postal_address }}</mj-text>'), /unsubscribe_link/],
    ['without a preheader', { 'offer-a': '<mjml><mj-body></mj-body></mjml>' }, /mj-preview/],
    ['with an unknown tag', letter('<mj-txt>x</mj-txt>'), /mj-txt/],
    ['with a variable in a link', letter('<mj-button href="https://shop.example/{{ given_name }}">x</mj-button>'), /web address/],
    ['with a script address', letter('<mj-button href="javascript:alert(1)">x</mj-button>'), /no web address/],
    ['with a script', letter('<mj-raw><script>alert(1)</script></mj-raw>'), /script/],
    ['with a variable in a style', letter('<mj-text color="{{ given_name }}">x</mj-text>'), /variable stands in|color/],
    ['with an unclosed place', text('{{ given_name'), /not closed/],
    ['with a filter nobody knows', text('{{ given_name | upcase }}'), /no variable/],
    ['with an if that never ends', text('{% if given_name %}x'), /endif/],
    ['with an endif too many', text('x{% endif %}'), /endif/],
    ['with a statement nobody knows', text('{% for x in y %}'), /not known/],
    ['that is not there', {}, /no file/],
  ] as const)('%s', async (_, letters, problem) => {
    await expect(compose({}, letters, 'news')).rejects.toThrow(invalid(problem));
  });
});

test('the code gets its line in the text part even where the letter forgets it', async () => {
  expect((await compose({}, text('Hello'), 'news')).text).toMatch(/^Hello\n\nYour code: ABCD-2345\n\nLinden & Co, .*Unsubscribe: https/);
});

test('a letter that was mended is compiled anew by the same composer', async () => {
  let letters = text('before');
  const composer = createLetterComposer({ links, shops: async (name) => ({ name, path: '', settings: settings('news'), sources: {}, letters }) });
  expect((await composer.compose({ shop: 'demo', send })).text).toContain('before');
  letters = text('after');
  expect((await composer.compose({ shop: 'demo', send })).text).toContain('after');
});

test('the same recipient gets the same letter, byte for byte', async () => {
  expect(await compose()).toEqual(await compose());
});

describe('the closest letter', () => {
  const names = ['offer-a', 'offer-a.zh-CN', 'offer-a.fr'];
  test.each([
    ['zh-CN', 'offer-a.zh-CN', 'zh-CN'], ['zh_cn', 'offer-a.zh-CN', 'zh-CN'], ['zh', 'offer-a.zh-CN', 'zh'], ['fr-CA', 'offer-a.fr', 'fr-CA'],
    ['en-GB', 'offer-a', 'en-GB'], ['en', 'offer-a', 'en'], ['pt-BR', 'offer-a', 'en'], ['', 'offer-a', 'en'], ['../../etc', 'offer-a', 'en'],
  ])('to %j is %s, formatted as %s', (wanted, name, locale) => {
    expect(letterVariant(names, 'offer-a', wanted, 'en')).toMatchObject({ name, locale });
  });
});
