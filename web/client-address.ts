import type { Context } from 'hono';
import { getConnInfo } from '@hono/node-server/conninfo';

/** Address at the other end of the connection, for limits. Behind a proxy it is the proxy's: headers that name another one can be made up. */
export function clientAddress(context: Context): string {
  try {
    return getConnInfo(context).remote.address ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
