import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where fetched programs are kept between checkouts: `$XDG_CACHE_HOME/clientele` or `$HOME/.cache/clientele`,
 * and `var/cache` of this checkout where neither can be written. The folder exists when this returns.
 */
export function cacheFolder(root: string, environment: Readonly<NodeJS.ProcessEnv>): string {
  const home = environment['HOME'] || homedir();
  const base = environment['XDG_CACHE_HOME'] || join(home, '.cache');
  for (const folder of [join(base, 'clientele'), join(root, 'var', 'cache')]) {
    try {
      mkdirSync(folder, { recursive: true });
      accessSync(folder, constants.W_OK);
      return folder;
    } catch {
      // The next place is tried; the last one's failure is thrown below.
    }
  }
  throw new Error(`Neither ${join(base, 'clientele')} nor ${join(root, 'var', 'cache')} can be written.`);
}
