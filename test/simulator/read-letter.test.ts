import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readLetter, type LetterRead } from '../../simulator/read-letter.ts';
import { writeMail } from './write-mail.ts';

const outbox = mkdtempSync(join(tmpdir(), 'letters-'));
afterAll(() => rmSync(outbox, { recursive: true }));

const web = 'http://127.0.0.1:8080';

async function read(mail: { readonly offer?: string; readonly codeLine?: string; readonly web?: string }): Promise<LetterRead> {
  writeMail({ outbox, number: 1, to: '"Zoë" <zoe.1@mail.example>', web, ...mail });
  return (await readLetter(readFileSync(join(outbox, '000001.eml'))))!;
}

test('a letter is read as its recipient reads it, whatever its transfer encoding', async () => {
  expect(await read({})).toEqual({
    messageId: '<1@demo.example>',
    recipient: 'zoe.1@mail.example',
    offer: { kind: 'percentage', value: 20 },
    couponCode: 'CODE-AAAB',
    links: [`${web}/c/key00000001/signature?to=aHR0cHM&x=1`],
    pixel: `${web}/o/key00000001/signature.gif`,
    unsubscribe: `${web}/u/key00000001/signature`,
  });
});

test.each([
  ['10 % off, and free shipping', { kind: 'percentage', value: 10 }],
  ['12.5% off your next order', { kind: 'percentage', value: 12.5 }],
  ['€10 off your next order', { kind: 'amount', value: 10 }],
  ['€7.50 off your next order', { kind: 'amount', value: 7.5 }],
  ['10.00 off your next order', { kind: 'amount', value: 10 }],
  ['Free shipping on your next order, worth 4.90', { kind: 'free_shipping', value: 0 }],
  ['下一单立减 15 %', { kind: 'percentage', value: 15 }],
  ['下一单免运费', { kind: 'free_shipping', value: 0 }],
  ['We have missed you', undefined],
])('%s is the offer that comes first', async (offer, expected) => {
  expect((await read({ offer })).offer).toEqual(expected);
});

test.each([
  ['您的优惠码：ABCD-2345', 'ABCD-2345'],
  ['Your code: W48-ABCD-2345', 'W48-ABCD-2345'],
  ['The code ABCD-2345 is old', undefined],
])('the code is the one on its own line: %s', async (codeLine, code) => {
  expect((await read({ codeLine })).couponCode).toBe(code);
});

test('the public endpoints may stand below a path', async () => {
  const letter = await read({ web: 'https://shop.example/mail' });
  expect([letter.links.length, letter.pixel, letter.unsubscribe]).toEqual([1, 'https://shop.example/mail/o/key00000001/signature.gif', 'https://shop.example/mail/u/key00000001/signature']);
});

test('a message to nobody is no letter', async () => {
  expect(await readLetter(Buffer.from('Subject: lost\r\n\r\nHello\r\n'))).toBeUndefined();
});
