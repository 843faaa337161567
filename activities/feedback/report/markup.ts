import { escapeHtml } from '../../campaign/letters/html-entities.ts';

/** HTML that is safe to print: everything put into it was escaped. */
export interface Markup {
  readonly markup: string;
}

type Content = Markup | string | number | null | false | readonly Content[];

const print = (content: Content): string => {
  if (content === null || content === false) return '';
  if (typeof content === 'string') return escapeHtml(content);
  if (typeof content === 'number') return String(content);
  return 'markup' in content ? content.markup : content.map(print).join('');
};

/** Template tag: values are escaped unless they are markup themselves; lists are joined, null and false print nothing. */
export const markup = (strings: TemplateStringsArray, ...values: readonly Content[]): Markup => ({
  markup: strings.reduce((text, string, at) => text + print(values[at - 1] ?? null) + string),
});
