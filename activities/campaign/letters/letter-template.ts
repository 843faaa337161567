import { ClienteleError } from '../../../gateways/errors.ts';
import { bodyText, FixedText, type BodyText } from '../../../gateways/mail/body-text.ts';
import { decodeEntities } from './html-entities.ts';

/** What a variable may hold; null counts as absent. */
export type VariableValue = string | number | boolean | Date | null | undefined;

/** How a value becomes text: `money`, `number` and `date` in the letter's locale. */
export type Format = 'money' | 'number' | 'date';

/** What fills one letter. */
export interface Filling {
  readonly values: Readonly<Record<string, VariableValue>>;
  /** Formats a value without or with a named format. */
  readonly format: (value: NonNullable<VariableValue>, format: Format | undefined) => string;
  /** Makes the counted link to a target. */
  readonly link: (target: string) => string;
  /** Makes text safe for where it goes: HTML, plain text or a header. */
  readonly escape: (text: string) => string;
  /** Called for a variable that is absent and has no default; must throw. */
  readonly missing: (variable: string) => never;
}

/** A letter's text with its places for variables, read once and filled for every recipient. */
export interface LetterTemplate {
  /** Every variable the letter prints, in order of first use. */
  readonly variables: readonly string[];
  fill(filling: Filling): string;
  /** The filled letter in pieces; those that all recipients share are the same objects every time. */
  fillPieces(filling: Filling): BodyText;
}

type Part =
  | { readonly kind: 'text'; readonly text: FixedText }
  | { readonly kind: 'variable'; readonly name: string; readonly format: Format | undefined; readonly fallback: string | undefined }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'if'; readonly name: string; readonly parts: Part[] };

const tag = /\{\{((?:(?!\{[{%]).)*?)\}\}|\{%((?:(?!\{[{%]).)*?)%\}/gs;
const link = /^link\s+(["'])(.*)\1$/s;
const variable = /^([a-z][a-z0-9_]*)((?:\s*\|\s*(?:money|number|date|default\s*:\s*(?:"[^"]*"|'[^']*')))*)$/;
const filter = /\|\s*(?:(money|number|date)|default\s*:\s*(?:"([^"]*)"|'([^']*)'))/g;
const opening = /^if\s+([a-z][a-z0-9_]*)$/;

// Own properties only: a letter that asks for {{ constructor }} must not be answered by Object.prototype.
const valueOf = (name: string, { values }: Filling): VariableValue => (Object.hasOwn(values, name) ? values[name] : undefined);

const isAbsent = (value: VariableValue): value is null | undefined | '' => value === null || value === undefined || value === '';

/**
 * Reads a template: a strict subset of Liquid, so that a slip is an error before anything is sent.
 * `{{ name }}`, `{{ name | default: "text" }}`, `{{ amount | money }}`, `{{ n | number }}`, `{{ day | date }}`,
 * `{% if name %} … {% endif %}` (shown where the variable has a value), and `{{ link "https://…" }}` for a counted link.
 * @param letter name used in errors
 * @throws ClienteleError LETTER_INVALID
 */
export function readTemplate(letter: string, source: string): LetterTemplate {
  const root: Part[] = [];
  const open: { readonly name: string; readonly parts: Part[] }[] = [];
  const variables = new Set<string>();
  const refuse = (problem: string): never => { throw new ClienteleError('LETTER_INVALID', { letter, problem }); };
  const current = (): Part[] => open.at(-1)?.parts ?? root;

  const readPlace = (body: string): void => {
    const target = link.exec(body)?.[2];
    if (target !== undefined) {
      current().push({ kind: 'link', target });
      return;
    }
    const found = variable.exec(body);
    if (found === null) return refuse(`{{ ${body} }} is no variable. Write {{ name }} or {{ name | default: "text" }}.`);
    let format: Format | undefined;
    let fallback: string | undefined;
    for (const [, named, double, single] of found[2]!.matchAll(filter)) {
      if (named === undefined) fallback = double ?? single;
      else format = named as Format;
    }
    variables.add(found[1]!);
    current().push({ kind: 'variable', name: found[1]!, format, fallback });
  };

  const readStatement = (body: string): void => {
    if (body === 'endif') {
      if (open.pop() === undefined) refuse('{% endif %} has no {% if … %} before it.');
      return;
    }
    const name = opening.exec(body)?.[1];
    if (name === undefined) return refuse(`{% ${body} %} is not known. Only {% if name %} and {% endif %} are.`);
    const parts: Part[] = [];
    current().push({ kind: 'if', name, parts });
    open.push({ name, parts });
  };

  const addText = (text: string): void => {
    if (/\{\{|\}\}|\{%|%\}/.test(text)) refuse(`a place for a variable is not closed near "${text.trim().slice(0, 60)}".`);
    if (text !== '') current().push({ kind: 'text', text: new FixedText(text) });
  };

  let position = 0;
  for (const match of source.matchAll(tag)) {
    addText(source.slice(position, match.index));
    position = match.index + match[0].length;
    // MJML and hand-written HTML may hold the quotes of a default as character references.
    const body = decodeEntities(match[1] ?? match[2] ?? '').trim();
    if (match[1] === undefined) readStatement(body);
    else readPlace(body);
  }
  addText(source.slice(position));
  if (open.length > 0) refuse(`{% if ${open[0]!.name} %} has no {% endif %}.`);

  const fillPieces = (filling: Filling): BodyText => {
    const pieces: (string | FixedText)[] = [];
    fillParts(root, filling, pieces);
    return pieces;
  };
  return { variables: [...variables], fillPieces, fill: (filling) => bodyText(fillPieces(filling)) };
}

const isShown = (value: VariableValue): boolean => !isAbsent(value) && value !== false;

function fillParts(parts: readonly Part[], filling: Filling, pieces: (string | FixedText)[]): void {
  for (const part of parts) {
    if (part.kind === 'text') pieces.push(part.text);
    else if (part.kind === 'link') pieces.push(filling.escape(filling.link(part.target)));
    else if (part.kind === 'variable') pieces.push(filling.escape(textOf(part, filling)));
    else if (isShown(valueOf(part.name, filling))) fillParts(part.parts, filling, pieces);
  }
}

function textOf(part: Extract<Part, { kind: 'variable' }>, filling: Filling): string {
  const value = valueOf(part.name, filling);
  if (isAbsent(value)) return part.fallback ?? filling.missing(part.name);
  return filling.format(value, part.format);
}
