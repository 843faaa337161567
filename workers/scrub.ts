/** Addresses, and the values that DuckDB and Postgres repeat in their messages. */
const personal: readonly (readonly [RegExp, string])[] = [
  [/[^\s<>"'(),;:=]+@[^\s<>"'(),;:]*[^\s<>"'(),;:.]/g, '<address>'],
  [/((?:convert|cast|parse)\s+(?:string|value)\s+)(?:"[^"]*"|'[^']*')/gi, '$1<value>'],
  [/^(\s*Original Line:).*$/gim, '$1 <line>'],
  [/(Key \([^)]*\)=)\([^)]*\)/g, '$1(<value>)'],
];

/** A message without what it says of a person: it will stay in a history or a log for as long as they are kept. */
export function scrub(message: string): string {
  return personal.reduce((text, [pattern, instead]) => text.replace(pattern, instead), message);
}
