import { relative, resolve } from 'node:path';

/**
 * A folder or URL as typed, in the form that travels: URLs as they are, folders relative to the checkout, where the worker looks from.
 * @param typedIn folder that the person stood in
 */
export function dataFolder(typed: string, typedIn: string, root: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(typed)) return typed;
  return relative(root, resolve(typedIn, typed)) || '.';
}
