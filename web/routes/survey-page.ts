import { Hono } from 'hono';
import { html } from 'hono/html';
import { ClienteleError } from '../../gateways/errors.ts';
import { findSend } from '../../gateways/ledger/find-send.ts';
import { recordSurveyAnswer } from '../../gateways/ledger/survey-answers.ts';
import type { AppParts } from '../app-parts.ts';
import { notice, page } from '../page.ts';

const english = {
  language: 'en', ask: 'How satisfied are you?', explain: (shop: string) => `1 is not at all, 5 is fully. ${shop} reads what you write, and answers it with nothing but better letters.`, comment: 'What should be better? (may be empty)', send: 'Send',
  done: 'Thank you', thanks: (shop: string) => `${shop} has your answer. Open the link again to change it.`, wrong: 'Choose a number from 1 to 5.',
  proofTitle: 'This was a proof', proof: 'In a customer’s letter this link opens the page where they answer. Nothing was recorded.',
};
const chinese: typeof english = {
  language: 'zh-CN', ask: '您满意吗？', explain: (shop) => `1 表示非常不满意，5 表示非常满意。${shop} 会阅读您的意见。`, comment: '哪些地方可以改进？（可留空）', send: '提交',
  done: '谢谢', thanks: (shop) => `${shop} 已收到您的回答。再次打开链接可以修改。`, wrong: '请选择 1 到 5。',
  proofTitle: '这是一封样稿', proof: '在顾客收到的邮件中，此链接会打开满意度页面。没有任何记录。',
};

const wordsFor = (acceptLanguage: string | undefined): typeof english => (/^\s*zh\b/i.test(acceptLanguage ?? '') ? chinese : english);
const longestComment = 2000;
const scores = ['1', '2', '3', '4', '5'] as const;

/**
 * `/s/<key>/<signature>?score=`: the letter's one click opens the form with the score chosen. GET records nothing, because scanners follow links; POST records score and comment,
 * and an answer again changes it.
 */
export function surveyPage({ ledger, links, shops, clock }: AppParts): Hono {
  const routes = new Hono();
  const shopTitle = async (key: string): Promise<string> => {
    const send = await findSend(ledger, key);
    if (send === undefined) throw new ClienteleError('LINK_INVALID');
    return (await shops(send.shop)).settings.name;
  };

  routes.get('/s/proof', (context) => {
    const words = wordsFor(context.req.header('accept-language'));
    return context.html(notice(words.proofTitle, words.proof, words.language));
  });

  routes.get('/s/:key/:signature', async (context) => {
    const { key, signature } = context.req.param();
    links.readSurvey(key, signature);
    const words = wordsFor(context.req.header('accept-language'));
    const chosen = context.req.query('score');
    const shop = await shopTitle(key);
    const options = scores.map((score) => html`<option value="${score}" ${score === chosen ? 'selected' : ''}>${score}</option>`);
    return context.html(page(words.ask, html`<div class="card"><h1>${words.ask}</h1><p>${words.explain(shop)}</p><form method="post"><label for="score">${words.ask}</label><select id="score" name="score" required>${options}</select><label for="comment">${words.comment}</label><textarea id="comment" name="comment" rows="4" maxlength="${longestComment}"></textarea><button>${words.send}</button></form></div>`, { narrow: true, language: words.language }));
  });

  routes.post('/s/:key/:signature', async (context) => {
    const { key, signature } = context.req.param();
    links.readSurvey(key, signature);
    const words = wordsFor(context.req.header('accept-language'));
    const { score, comment } = await context.req.parseBody().catch((): Record<string, unknown> => ({}));
    if (typeof score !== 'string' || !(scores as readonly string[]).includes(score)) return context.html(notice(words.ask, words.wrong, words.language), 400);
    const told = typeof comment === 'string' ? comment.trim().slice(0, longestComment) : '';
    if (!(await recordSurveyAnswer(ledger, { key, score: Number(score), comment: told, at: clock() }))) throw new ClienteleError('LINK_INVALID');
    return context.html(notice(words.done, words.thanks(await shopTitle(key)), words.language));
  });

  return routes;
}
