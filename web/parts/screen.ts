import type { HtmlEscapedString } from 'hono/utils/html';
import type { Visitor } from '../access/guard.ts';
import type { ListedCycle } from '../list-cycles.ts';
import type { Mask } from '../reads/mask.ts';
import type { Language, Say } from './say.ts';

/** A piece of a page; what `html` prints into it was escaped. */
export type Content = HtmlEscapedString | Promise<HtmlEscapedString>;

/** What every page of the console knows about its reader and its place. */
export interface Screen {
  readonly visitor: Visitor;
  readonly mask: Mask;
  readonly t: Say;
  readonly language: Language;
  /** Path of PUBLIC_URL, so that links hold behind a proxy that adds one; empty at the root. */
  readonly root: string;
  readonly cycles: readonly ListedCycle[];
  /** The cycle that is looked at; undefined where the page belongs to none. */
  readonly at?: { readonly shop: string; readonly cycle: string };
  /** Name of the page in links: `segments`. */
  readonly section: string;
  /** Path and query of the page itself. */
  readonly here: string;
  /** Version of the static files, for their links. */
  readonly files: (name: string) => string;
}

/** Link to a page about a cycle. */
export const cyclePath = ({ root }: Pick<Screen, 'root'>, { shop, cycle }: { readonly shop: string; readonly cycle: string }, rest: string): string => `${root}/shops/${shop}/${cycle}/${rest}`;
