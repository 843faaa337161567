/** The console in Simplified Chinese, by the English text. test/web/texts.test.ts holds that no text of a page is missing here. */
export const chinese: Readonly<Record<string, string>> = {};
