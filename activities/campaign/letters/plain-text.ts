import { decodeEntities } from './html-entities.ts';

const silent = new Set(['mj-head', 'mj-style', 'style', 'script', 'mj-preview', 'title', 'mj-title']);
const paragraph = new Set(['mj-text', 'mj-button', 'mj-section', 'mj-table', 'mj-divider', 'mj-hero', 'mj-wrapper', 'p', 'h1', 'h2', 'h3', 'ul', 'ol', 'table']);
const line = new Set(['tr', 'li', 'div', 'mj-social-element', 'mj-navbar-link']);

const attribute = (tag: string, name: string): string | undefined => new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(tag)?.slice(1).find((value) => value !== undefined);

/**
 * The plain-text part of a letter, from its MJML: paragraphs and lists as lines, links as `label: address`, images by their alternative text.
 * Places for variables stay as they are, so that a recipient's values are put in afterwards and never read as markup.
 * @param mjml source of the letter
 */
export function plainText(mjml: string): string {
  let text = '';
  let hidden = 0;
  const targets: (string | undefined)[] = [];
  for (const [token] of mjml.replace(/<!--.*?-->/gs, '').matchAll(/<[^>]+>|[^<]+/g)) {
    if (!token.startsWith('<')) {
      // mj-raw carries only template statements between components; its own whitespace means nothing.
      if (hidden === 0) text += decodeEntities(token.replace(/\s+/g, ' '));
      continue;
    }
    const closing = token.startsWith('</');
    const name = /^<\/?\s*([a-z0-9-]+)/i.exec(token)?.[1]?.toLowerCase() ?? '';
    const selfClosing = token.endsWith('/>');
    if (silent.has(name)) {
      if (closing) hidden -= 1;
      else if (!selfClosing) hidden += 1;
      continue;
    }
    if (hidden > 0) continue;
    if (paragraph.has(name)) text += '\n\n';
    if (line.has(name) && !closing) text += '\n';
    if (name === 'br') text += '\n';
    if (name === 'li' && !closing) text += '- ';
    if (name === 'mj-image') text += attribute(token, 'alt') === undefined ? '' : `\n\n${decodeEntities(attribute(token, 'alt')!)}\n\n`;
    if (name === 'a' || name === 'mj-button' || name === 'mj-navbar-link') {
      if (!closing) targets.push(attribute(token, 'href'));
      else text = withTarget(text, targets.pop());
    }
  }
  return tidy(text);
}

function withTarget(text: string, target: string | undefined): string {
  if (target === undefined || target === '') return text;
  const end = text.trimEnd();
  return `${end}: ${decodeEntities(target)}${text.slice(end.length)}`;
}

const tidy = (text: string): string => text
  .replace(/[ \t]+\n/g, '\n')
  .replace(/\n[ \t]+/g, '\n')
  .replace(/\n{3,}/g, '\n\n')
  .trim();
