import { expect, test } from 'vitest';
import fc from 'fast-check';
import { createLinks, type Links } from '../../activities/campaign/signed-link.ts';

const secret = 'a secret of the shop that nobody knows';
const links = createLinks({ publicUrl: 'https://mail.shop.example/in/', secret });
const key = '0123456789abcdef0123456789abcdef';
const target = 'https://shop.example/new?x=1&y=2#top';

const clickParts = (link: string): [string, string, string] => {
  const url = new URL(link);
  const [signature, found] = url.pathname.split('/').reverse();
  return [found!, signature!, url.searchParams.get('to')!];
};
const refused = (attempt: () => unknown): void => expect(attempt).toThrow(expect.objectContaining({ code: 'LINK_INVALID' }));

test('a click link leads to the target it was signed for, under the public path', () => {
  const link = links.click(key, target);
  expect(link.startsWith('https://mail.shop.example/in/c/')).toBe(true);
  expect(links.readClick(...clickParts(link))).toBe(target);
});

test('a signature has at least 128 bits', () => {
  expect(Buffer.from(clickParts(links.click(key, target))[1], 'base64url').length * 8).toBeGreaterThanOrEqual(128);
});

test('another target, another key and every altered character are refused', () => {
  const [found, signature, to] = clickParts(links.click(key, target));
  refused(() => links.readClick(found, signature, Buffer.from('https://evil.example/').toString('base64url')));
  refused(() => links.readClick(found.replace('0', 'f'), signature, to));
  fc.assert(fc.property(fc.nat(signature.length - 1), fc.constantFrom(...'ABCxyz019-_'), (at, character) => {
    const altered = signature.slice(0, at) + character + signature.slice(at + 1);
    fc.pre(altered !== signature);
    refused(() => links.readClick(found, altered, to));
  }));
  refused(() => links.readClick(found, '', to));
  refused(() => links.readClick(found, `${signature}=`, to));
  refused(() => links.readClick(found, signature, `${to}=`));
  refused(() => links.readClick(found, signature, ''));
});

test('a link of one purpose is refused for every other', () => {
  const [, unsubscribe] = clickParts(links.unsubscribe(key));
  const pixel = links.pixel(key).match(/([^/]+)\.gif$/)![1]!;
  links.readUnsubscribe(key, unsubscribe);
  links.readPixel(key, pixel);
  refused(() => links.readPixel(key, unsubscribe));
  refused(() => links.readUnsubscribe(key, pixel));
});

test('a link signed with another secret is refused', () => {
  const stranger: Links = createLinks({ publicUrl: 'https://mail.shop.example', secret: 'another secret that has enough characters' });
  refused(() => links.readClick(...clickParts(stranger.click(key, target))));
});

test.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example', '/relative', 'https://user:password@evil.example/'])('%s can be no target', (bad) => {
  refused(() => links.click(key, bad));
});

test.each(['', '../../etc', 'a b c d e f g h', 'someone@shop.example'])('%j can be no key', (bad) => {
  refused(() => links.unsubscribe(bad));
  refused(() => links.readUnsubscribe(bad, 'x'.repeat(32)));
});

test('an approval link gives back its workflow and hash until it expires', () => {
  const claim = { workflowId: 'cycle/demo/2026-W48', hash: 'abc123', expiresAt: '2026-11-26T00:00:00.000Z' };
  const token = new URL(links.approval(claim)).pathname.split('/').at(-1);
  expect(links.readApproval(token, new Date('2026-11-25T23:59:59Z'))).toEqual(claim);
  refused(() => links.readApproval(token, new Date('2026-11-26T00:00:00Z')));
  const forged = `${Buffer.from(JSON.stringify([claim.workflowId, 'another plan', claim.expiresAt])).toString('base64url')}.${token.split('.')[1]!}`;
  refused(() => links.readApproval(forged, new Date('2026-11-25T00:00:00Z')));
  refused(() => links.readApproval('nonsense', new Date('2026-11-25T00:00:00Z')));
});

test('a short secret or an address that is not http is refused at the start', () => {
  expect(() => createLinks({ publicUrl: 'https://mail.shop.example', secret: 'short' })).toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID' }));
  expect(() => createLinks({ publicUrl: 'mail.shop.example', secret })).toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID' }));
});
