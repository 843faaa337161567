import { Hono } from 'hono';
import { html } from 'hono/html';
import { ClienteleError } from '../../gateways/errors.ts';
import { findSend } from '../../gateways/ledger/find-send.ts';
import { unsubscribe } from '../../gateways/ledger/unsubscribe.ts';
import type { AppParts } from '../app-parts.ts';
import { notice, page } from '../page.ts';

const english = {
  language: 'en', ask: 'Unsubscribe?', explain: (shop: string) => `${shop} will send no more letters to the address this one came to.`, confirm: 'Unsubscribe', done: 'You are unsubscribed',
  thanks: (shop: string) => `${shop} will not write to you again.`, proofTitle: 'This was a proof', proof: 'In a customer’s letter this link opens the page where they unsubscribe. Nothing was changed.',
};
type Words = typeof english;
const chinese: Words = {
  language: 'zh-CN', ask: '确认退订？', explain: (shop) => `${shop} 将不再向收到此邮件的地址发送邮件。`, confirm: '退订', done: '您已退订',
  thanks: (shop) => `${shop} 不会再给您发邮件。`, proofTitle: '这是一封样稿', proof: '在顾客收到的邮件中，此链接会打开退订页面。没有任何更改。',
};

const wordsFor = (acceptLanguage: string | undefined): Words => (/^\s*zh\b/i.test(acceptLanguage ?? '') ? chinese : english);

/**
 * `/u/<key>/<signature>`: GET and HEAD only ask, because scanners follow links; POST unsubscribes, by the one click of RFC 8058 or by the form. A repeat changes nothing.
 */
export function unsubscribePage({ ledger, links, shops, clock }: AppParts): Hono {
  const routes = new Hono();
  const shopTitle = async (key: string): Promise<string> => {
    const send = await findSend(ledger, key);
    if (send === undefined) throw new ClienteleError('LINK_INVALID');
    return (await shops(send.shop)).settings.name;
  };

  routes.get('/u/proof', (context) => {
    const words = wordsFor(context.req.header('accept-language'));
    return context.html(notice(words.proofTitle, words.proof, words.language));
  });

  routes.get('/u/:key/:signature', async (context) => {
    const { key, signature } = context.req.param();
    links.readUnsubscribe(key, signature);
    const words = wordsFor(context.req.header('accept-language'));
    const shop = await shopTitle(key);
    return context.html(page(words.ask, html`<div class="card"><h1>${words.ask}</h1><p>${words.explain(shop)}</p><form method="post"><input type="hidden" name="confirm" value="yes"><button>${words.confirm}</button></form></div>`, { narrow: true, language: words.language }));
  });

  routes.post('/u/:key/:signature', async (context) => {
    const { key, signature } = context.req.param();
    links.readUnsubscribe(key, signature);
    const words = wordsFor(context.req.header('accept-language'));
    const body = await context.req.parseBody().catch((): Record<string, unknown> => ({}));
    const oneClick = body['List-Unsubscribe'] === 'One-Click';
    if (!oneClick && body['confirm'] !== 'yes') return context.html(notice(words.ask, words.explain(await shopTitle(key)), words.language), 400);
    if (!(await unsubscribe(ledger, { key, source: oneClick ? 'one-click' : 'form', at: clock() }))) throw new ClienteleError('LINK_INVALID');
    return context.html(notice(words.done, words.thanks(await shopTitle(key)), words.language));
  });

  return routes;
}
