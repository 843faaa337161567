/** Control characters, line breaks among them, become spaces and marks that turn the reading direction are dropped: safe in a header and in one line of text. */
export const singleLine = (text: string): string => text
  .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
  .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
  .trim();
