import mjml2html from 'mjml';
import { ClienteleError } from '../../../gateways/errors.ts';
import { decodeEntities } from './html-entities.ts';
import { readTemplate, type LetterTemplate } from './letter-template.ts';
import { plainText } from './plain-text.ts';

/** A letter ready to be filled for any number of recipients. */
export interface CompiledLetter {
  readonly html: LetterTemplate;
  readonly text: LetterTemplate;
  /** Text of `mj-title`, the letter's own subject. */
  readonly title: string | undefined;
}

const place = /\{\{|\{%/;
const attributes = /([a-z:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;

/**
 * Compiles MJML and checks what must hold for every letter: valid MJML, a preheader (`mj-preview`), a foot with `{{ postal_address }}` and
 * `{{ unsubscribe_link }}`, links that are literal web addresses (they become counted links), and variables only where escaping makes them safe.
 * @param letter name used in errors
 * @param source MJML
 * @param language BCP 47 tag for `lang`, where the letter does not give its own
 * @throws ClienteleError LETTER_INVALID
 */
export async function compileLetter(letter: string, source: string, language: string): Promise<CompiledLetter> {
  const refuse = (problem: string): never => { throw new ClienteleError('LETTER_INVALID', { letter, problem }); };
  if (!/<mj-preview>\s*\S/.test(source)) refuse('it has no mj-preview, the line that mailboxes show beside the subject.');
  // The title is the subject's template: MJML would put its quotes into an attribute.
  const titlePattern = /<mj-title>([\s\S]*?)<\/mj-title>/;
  const title = titlePattern.exec(source)?.[1]?.trim();
  const linked = countLinks(source.replace(titlePattern, ''), refuse);
  // MJML would fetch its default fonts from a stranger's server whenever the letter is opened.
  const rendered = await mjml2html(linked, { validationLevel: 'soft', keepComments: false, fonts: {} }).catch((error: unknown) => refuse(`it is not readable as MJML, ${(error as Error).message}`));
  const [problem] = rendered.errors;
  if (problem !== undefined) refuse(`line ${problem.line}, ${problem.tagName}: ${problem.message}`);
  if (/<script/i.test(rendered.html)) refuse('it holds a script, which no mailbox runs.');
  checkPlaces(rendered.html, refuse);

  const html = readTemplate(letter, rendered.html
    .replaceAll('lang="und"', `lang="${language.replace(/[^A-Za-z0-9-]/g, '')}"`)
    .replace('<title></title>', '<title>{{ subject }}</title>')
    .replace(/<\/body>(?![\s\S]*<\/body>)/, '<img src="{{ open_pixel }}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0" /></body>')
    .replace(/^[ \t]+|[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n'));
  for (const wanted of ['postal_address', 'unsubscribe_link']) {
    if (!html.variables.includes(wanted)) refuse(`it does not show {{ ${wanted} }}, which every letter must.`);
  }
  return { html, text: readTemplate(letter, plainText(linked)), title: title === undefined ? undefined : decodeEntities(title) };
}

/** Web addresses become places for counted links; an address put together from variables could leak what it is made of. */
function countLinks(source: string, refuse: (problem: string) => never): string {
  return source.replace(/\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/gi, (_, double: string | undefined, single: string | undefined) => {
    const target = decodeEntities(double ?? single ?? '').trim();
    const own = /^\{\{\s*(unsubscribe_link|survey_link_[1-5])\s*\}\}$/.exec(target)?.[1];
    if (own !== undefined) return `href="{{ ${own} }}"`;
    if (place.test(target)) refuse(`a link may be a web address, {{ unsubscribe_link }} or {{ survey_link_1 }} to {{ survey_link_5 }}, not ${target}, so that nothing about a customer gets into an address.`);
    if (/^(?:mailto:|tel:|#)/i.test(target)) return `href="${target.replaceAll('"', '%22')}"`;
    const url = URL.parse(target);
    if (url === null || !['http:', 'https:'].includes(url.protocol)) return refuse(`${target || 'an empty link'} is no web address.`);
    return `href="{{ link '${target.replaceAll("'", '%27').replaceAll('"', '%22').replaceAll('&', '&amp;')}' }}"`;
  });
}

/** HTML escaping is enough in text and in quoted attributes that hold text, and nowhere else. */
function checkPlaces(html: string, refuse: (problem: string) => never): void {
  for (const [token] of html.matchAll(/<!--.*?-->|<style[\s\S]*?<\/style>|<[a-z/][^>]*>/gis)) {
    if (!place.test(token)) continue;
    if (/^<(?:!--|style)/i.test(token)) refuse('a variable stands in a style or a comment. Put it in a text.');
    const left = token.replace(attributes, (whole, name: string, double: string | undefined, single: string | undefined) => {
      const value = double ?? single ?? '';
      const attribute = name.toLowerCase();
      if (attribute === 'alt' || attribute === 'title') return '';
      if (attribute === 'href' && /^\{\{ (?:unsubscribe_link|survey_link_[1-5]|link '[^']*') \}\}$/.test(value)) return '';
      return whole;
    });
    if (place.test(left)) refuse(`a variable stands in ${token.slice(0, 80)}. Only the text of a letter, alt and title may hold one.`);
  }
}
