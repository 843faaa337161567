/** A letter in the language closest to the recipient's. */
export interface LetterVariant {
  /** Name in the shop's `letters` folder without its ending: `offer-a` or `offer-a.zh-CN`. */
  readonly name: string;
  /** BCP 47 tag of the letter's own words. */
  readonly language: string;
  /** BCP 47 tag that dates and money are formatted by: the recipient's where it is of the letter's language. */
  readonly locale: string;
}

const canonical = (locale: string): string => {
  try {
    return Intl.getCanonicalLocales(locale.replaceAll('_', '-'))[0] ?? '';
  } catch {
    return '';
  }
};

const languageOf = (locale: string): string => locale.split('-')[0]!;

/**
 * `offer-a.zh-CN` for zh-CN; else a variant of the same language; else the shop's own letter `offer-a`, in the shop's locale.
 * @param letters names in the shop's `letters` folder
 * @param letter name of the shop's own letter
 * @param wanted the recipient's locale, however it was written
 * @param shopLocale locale of the letter without a tag
 */
export function letterVariant(letters: readonly string[], letter: string, wanted: string, shopLocale: string): LetterVariant {
  const locale = canonical(wanted);
  const language = canonical(shopLocale) || 'en';
  const own: LetterVariant = { name: letter, language, locale: language };
  if (locale === '' || locale === language) return own;
  const variants = letters.filter((name) => name.startsWith(`${letter}.`)).sort().map((name) => ({ name, language: canonical(name.slice(letter.length + 1)), locale }));
  const exact = variants.find((variant) => variant.language === locale);
  if (exact !== undefined) return exact;
  // en-GB belongs with a shop letter in en, before any other English variant.
  if (languageOf(locale) === languageOf(language)) return { ...own, locale };
  return variants.find((variant) => variant.language !== '' && languageOf(variant.language) === languageOf(locale)) ?? own;
}
