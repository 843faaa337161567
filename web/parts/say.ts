import { chinese } from './chinese.ts';

export type Language = 'en' | 'zh-CN';

/** A text of the console in the reader's language: the English text is its own key, `{name}` is filled in. What has no translation stays English. */
export type Say = (text: string, values?: Readonly<Record<string, string | number>>) => string;

/** Texts of a language. */
export function sayIn(language: Language): Say {
  return (text, values = {}) => (language === 'zh-CN' ? chinese[text] ?? text : text).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** What the reader chose, else what the browser asks for first. */
export function languageOf(chosen: string | undefined, acceptLanguage: string | undefined): Language {
  if (chosen === 'en' || chosen === 'zh-CN') return chosen;
  return /^\s*zh\b/i.test(acceptLanguage ?? '') ? 'zh-CN' : 'en';
}
