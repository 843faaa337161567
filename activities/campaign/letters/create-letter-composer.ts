import { ClienteleError } from '../../../gateways/errors.ts';
import { bodyText } from '../../../gateways/mail/body-text.ts';
import type { ShopFolder } from '../../../gateways/shop-folder/open-shop-folder.ts';
import type { ComposedLetter, LetterPress, LetterSend } from '../letter-composer.ts';
import type { Links } from '../signed-link.ts';
import { compileLetter, type CompiledLetter } from './compile-letter.ts';
import { escapeHtml } from './html-entities.ts';
import { readTemplate, type Filling, type LetterTemplate, type VariableValue } from './letter-template.ts';
import { letterVariant, type LetterVariant } from './letter-variant.ts';
import { letterWords, type Offer } from './letter-words.ts';
import { singleLine } from './single-line.ts';
import { valueFormat } from './value-format.ts';

/** The links a letter carries; `proofLinks` gives harmless ones. */
export type LetterLinks = Pick<Links, 'click' | 'pixel' | 'unsubscribe' | 'survey'>;

const offerKinds = ['percentage', 'amount', 'free_shipping'] as const;

/** The plan's own words decide what was approved; shop.yaml is asked only where the plan carries no kind and value. */
function offerOf(letter: string, send: LetterSend, shop: ShopFolder): Offer | undefined {
  const kind = offerKinds.find((known) => known === send.variables['offer_kind']);
  const value = send.variables['offer_value'];
  if (kind !== undefined && typeof value === 'number') return { kind, value };
  if (send.offer === '') return undefined;
  const offer = shop.settings.campaign.offers.find(({ name }) => name === send.offer);
  if (offer === undefined) throw new ClienteleError('LETTER_INVALID', { letter, problem: `offer ${send.offer} is neither in the plan nor in shop.yaml.` });
  return { kind: offer.kind, value: offer.value };
}

/** A name with a web address in it is how strangers make a shop send advertisements for them. */
const plausibleName = (name: VariableValue): VariableValue => (typeof name === 'string' && (name.length > 60 || /:\/\/|www\.|\.\w{2,}\//i.test(name)) ? null : name);

/** The code's line must be in the text part whatever the letter's author wrote; it goes before the foot. */
function withCouponLine(text: string, line: string, foot: string): string {
  if (text.split('\n').includes(line)) return text;
  const at = text.lastIndexOf(foot);
  const before = at < 0 ? text.length : text.lastIndexOf('\n', at) + 1;
  return `${text.slice(0, before).trimEnd()}\n\n${line}\n\n${text.slice(before)}`;
}

const tidy = (text: string): string => `${text.replace(/[ \t]+\n/g, '\n').replace(/\n{3,}/g, '\n\n').trim()}\n`;

const headerToken = (text: string): string => text.toLowerCase().replace(/[^a-z0-9-]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40) || 'none';

/**
 * Makes letters from a shop's `letters/<letter>[.<locale>].mjml`, each compiled once.
 *
 * A letter may print every column of the plan (`given_name`, `favourite_category`, `product_1` …) and: `offer` (`10 %`), `offer_phrase`, `coupon_code`,
 * `coupon_line`, `shop_name`, `sender_name`, `postal_address`, `unsubscribe_link`, `survey_link_1` to `survey_link_5` (how satisfied, in one click), `subject`.
 * The subject is the letter's `mj-title` in a locale variant, else the arm's `subject`; both may print variables.
 * Headers: List-Unsubscribe and List-Unsubscribe-Post (RFC 8058), List-ID (RFC 2919), Feedback-ID, Content-Language.
 * @param dependencies `shops` opens a shop's folder by name
 */
export function createLetterComposer({ shops, links }: { readonly shops: (name: string) => Promise<ShopFolder>; readonly links: LetterLinks }): LetterPress {
  const compiled = new Map<string, Promise<CompiledLetter>>();

  const compile = (name: string, language: string, source: string): Promise<CompiledLetter> => {
    // The source is part of the key: a letter that was mended is compiled anew without a restart.
    const id = `${name}\n${language}\n${source}`;
    const known = compiled.get(id);
    if (known !== undefined) return known;
    const fresh = compileLetter(name, source, language);
    compiled.set(id, fresh);
    return fresh;
  };

  const surveyLinks = (key: string): Record<string, string> => Object.fromEntries([1, 2, 3, 4, 5].map((score) => [`survey_link_${score}`, links.survey(key, score)]));

  const open = async (shopName: string): Promise<(send: LetterSend) => Promise<ComposedLetter>> => {
    const shop = await shops(shopName);
    const { settings } = shop;
    const names = Object.keys(shop.letters);
    const base = { shop, variables: {
      shop_name: settings.name,
      sender_name: settings.sender.name,
      postal_address: settings.sender.postal_address,
    } };
    const variants = new Map<string, LetterVariant>();
    const variantOf = (letter: string, locale: string): LetterVariant => {
      const id = `${letter}\n${locale}`;
      const known = variants.get(id);
      if (known !== undefined) return known;
      const fresh = letterVariant(names, letter, locale, settings.locale);
      // Locales come from customers' data: there may be any number of them.
      if (variants.size < 1000) variants.set(id, fresh);
      return fresh;
    };
    const subjects = new Map<string, LetterTemplate>();
    const subjectOf = (name: string, source: string): LetterTemplate => {
      const id = `${name}\n${source}`;
      const known = subjects.get(id) ?? readTemplate(`${name}, its subject`, source);
      subjects.set(id, known);
      return known;
    };
    return (send) => compose(base, variantOf, subjectOf, send);
  };

  const compose = async (
    { shop, variables }: { readonly shop: ShopFolder; readonly variables: Readonly<Record<string, string>> },
    variantOf: (letter: string, locale: string) => LetterVariant, subjectOf: (name: string, source: string) => LetterTemplate, send: LetterSend,
  ): Promise<ComposedLetter> => {
    const { settings, name: shopName } = shop;
    const arm = settings.campaign.arms.find(({ name }) => name === send.arm);
    if (arm === undefined) throw new ClienteleError('LETTER_INVALID', { letter: `of arm ${send.arm}`, problem: `shop.yaml of ${shopName} has no such arm.` });
    const variant = variantOf(arm.letter, send.locale);
    const source = shop.letters[variant.name];
    if (source === undefined) throw new ClienteleError('LETTER_INVALID', { letter: arm.letter, problem: `there is no file letters/${arm.letter}.mjml in shop ${shopName}.` });
    const letter = await compile(variant.name, variant.language, source);

    const words = letterWords(variant.language);
    const format = valueFormat({ locale: variant.locale, currency: settings.currency, timeZone: settings.time_zone });
    const money = (value: number): string => format(value, 'money');
    const offer = offerOf(variant.name, send, shop);
    const unsubscribe = links.unsubscribe(send.key);
    const given = {
      ...send.variables,
      ...variables,
      given_name: plausibleName(send.variables['given_name']),
      offer: offer === undefined ? null : words.offer(offer, money),
      offer_phrase: offer === undefined ? null : words.offerPhrase(offer, money),
      coupon_code: send.couponCode,
      coupon_line: send.couponCode === '' ? null : words.couponLine(send.couponCode),
      unsubscribe_link: unsubscribe,
      ...surveyLinks(send.key),
      open_pixel: links.pixel(send.key),
    };
    const filling = (values: Filling['values'], escape: Filling['escape']): Filling => ({
      values,
      escape,
      format: (value, name) => singleLine(format(value, name)),
      link: (target) => links.click(send.key, target),
      missing: (variable) => { throw new ClienteleError('LETTER_VARIABLE_MISSING', { letter: variant.name, variable, customer: send.customerId }); },
    });
    const plain = (text: string): string => text;

    const subjectSource = variant.name === arm.letter ? arm.subject : letter.title ?? arm.subject;
    const subject = singleLine(subjectOf(variant.name, subjectSource).fill(filling(given, plain)));
    const values = { ...given, subject };
    const text = tidy(letter.text.fill(filling(values, plain)));
    const pieces = letter.html.fillPieces(filling(values, escapeHtml));
    return {
      subject,
      pieces,
      // Only people who look at a letter need it in one.
      get html() { return bodyText(pieces); },
      text: given.coupon_line === null ? text : withCouponLine(text, given.coupon_line, settings.sender.postal_address),
      headers: {
        'List-Unsubscribe': `<${unsubscribe}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        'List-ID': `<weekly.${headerToken(shopName)}.${settings.sender.address.split('@')[1]!}>`,
        'Feedback-ID': `${headerToken(send.arm)}:${headerToken(send.segment)}:weekly:${headerToken(shopName)}`,
        'Content-Language': variant.language,
      },
      from: { name: singleLine(settings.sender.name), address: settings.sender.address },
    };
  };

  return { open, compose: async ({ shop, send }) => (await open(shop))(send) };
}
