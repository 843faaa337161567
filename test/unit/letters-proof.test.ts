import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import { describe, expect, test } from 'vitest';
import type { CampaignPlan } from '../../activities/campaign/contract.ts';
import { compileLetter } from '../../activities/campaign/letters/compile-letter.ts';
import { composeProof, type ProofInput } from '../../activities/campaign/letters/compose-proof.ts';
import { createLetterComposer } from '../../activities/campaign/letters/create-letter-composer.ts';
import { proofLinks } from '../../activities/campaign/letters/proof-links.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';

const shops = join(import.meta.dirname, '../../shops');
const folders = readdirSync(shops, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
const letters = folders.flatMap((shop) => readdirSync(join(shops, shop, 'letters')).map((file) => [shop, file] as const));

test.each(letters)('the letter of shop %s, %s, compiles', async (shop, file) => {
  await expect(compileLetter(file, readFileSync(join(shops, shop, 'letters', file), 'utf8'), 'en')).resolves.toBeDefined();
});

test.each(folders)('every arm of shop %s gives a letter to somebody of whom little is known', async (name) => {
  const shop = await openShopFolder(shops, name);
  const composer = createLetterComposer({ shops: async () => shop, links: proofLinks('http://127.0.0.1:8080') });
  for (const arm of shop.settings.campaign.arms) for (const offer of shop.settings.campaign.offers) {
    const made = await composer.compose({ shop: name, send: { key: '0'.repeat(32), customerId: 'c1', address: 'a@example.org', locale: shop.settings.locale, arm: arm.name, segment: 's1', offer: offer.name, variables: {}, couponCode: 'ABCD-2345' } });
    expect(made.text.split('\n')).toContain('Your code: ABCD-2345');
    expect(made.text).toContain(shop.settings.sender.postal_address);
    expect(made.subject).not.toBe('');
  }
});

describe('the proof', () => {
  const plan: CampaignPlan = {
    campaign: 'demo/2026-W48/weekly', relations: {}, toSend: 3408, holdout: 379, hash: '9f2c4b71aa03de55', budget: 6000, expectedCost: 4712.5,
    offers: [{ segment: 'Loyal <b>regulars</b>', offer: 'Free shipping', customers: 902, cost: 1240 }], leftOut: [{ reason: 'no consent to marketing mail', customers: 611 }, { reason: 'over budget', customers: 0 }],
  };
  const approvalLink = 'http://127.0.0.1:8080/a/token.signature';
  const proof = async (more: Partial<ProofInput> = {}) => {
    const shop = await openShopFolder(shops, 'demo');
    const letter = await createLetterComposer({ shops: async () => shop, links: proofLinks('http://127.0.0.1:8080') }).compose({
      shop: 'demo', send: { key: '0'.repeat(32), customerId: 'customer-17', address: 'ada@example.org', locale: 'en', arm: 'A', segment: 's1', offer: shop.settings.campaign.offers[0]!.name, variables: { given_name: 'Ada' }, couponCode: 'XXXX-XXXX' },
    });
    return { letter, made: composeProof({ shop, cycle: '2026-W48', plan, letter, letterSegment: 'Loyal regulars', approvalLink, expected: [{ label: 'expected orders', value: 312.44 }], reminder: false, ...more }) };
  };

  test('shows audience, cost, offers, reasons, hash and the approval link, in both parts', async () => {
    const { made } = await proof();
    for (const words of ['3,408', '379', '€4,712.50 of €6,000.00', '312.44', 'Free shipping', '902, €1,240.00', 'no consent to marketing mail', '611', '9f2c4b71aa03de55', approvalLink]) {
      expect(made.html).toContain(words);
      expect(made.text).toContain(words);
    }
    expect(made.html).not.toContain('over budget');
    expect(made.html).toContain('Loyal &lt;b&gt;regulars&lt;/b&gt;');
  });

  test('holds the real letter whole, after the plan and in one document', async () => {
    const { letter, made } = await proof();
    expect(made.html.match(/<body/g)).toHaveLength(1);
    expect(made.html.endsWith(letter.html.slice(letter.html.indexOf('<body') + 200))).toBe(true);
    expect(made.html.indexOf(approvalLink)).toBeLessThan(made.html.indexOf('Hello Ada'));
    expect(made.text.endsWith(letter.text)).toBe(true);
    expect(Buffer.byteLength(made.html)).toBeLessThan(100_000);
  });

  test('can do nothing on the recipient’s behalf', async () => {
    const { made } = await proof();
    expect(made.html).not.toMatch(/\/c\/|\/o\/|\/u\/0/);
    expect(made.html).toContain('/u/proof');
    expect(Object.keys(made.headers).join()).not.toMatch(/list-/i);
    expect(made.html).not.toContain('ada@example.org');
  });

  test('has a subject that says what is asked, and is read back as such', async () => {
    const { made } = await proof({ reminder: true });
    const parsed = await simpleParser(await new MailComposer({ from: made.from, to: 'mara@linden.example', subject: made.subject, html: made.html, text: made.text, headers: { ...made.headers } }).compile().build());
    expect(parsed.subject).toBe('Reminder: please approve Elm and Harbour 2026-W48: 3,408 mails, €4,712.50');
    expect(parsed.headers.get('auto-submitted')).toBe('auto-generated');
  });
});
