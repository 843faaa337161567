import type { Links } from '../signed-link.ts';

/** The key of the send whose List-Unsubscribe link this is; undefined unless the link was signed here, since only whoever has the letter has the link. */
export function unsubscribeKey(links: Pick<Links, 'readUnsubscribe'>, link: string): string | undefined {
  const [, key, signature] = /\/u\/([^/?#]+)\/([^/?#]+)$/.exec(link) ?? [];
  if (key === undefined || signature === undefined) return undefined;
  try {
    links.readUnsubscribe(key, signature);
    return key;
  } catch {
    return undefined;
  }
}
