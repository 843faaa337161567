import { resolve } from 'node:path';
import { cacheFolder } from '../scripts/temporal-server/cache-folder.ts';
import { findTemporalServer, findTestServer } from '../scripts/temporal-server/find-temporal-server.ts';

/** Fetches both Temporal servers before the first test that starts one, so that no test's time-out pays for the download. */
export default async function setup(): Promise<void> {
  const root = resolve(import.meta.dirname, '..');
  const search = { environment: { ...process.env, TEMPORAL_ADDRESS: '' }, cache: cacheFolder(root, process.env), say: (line: string) => { process.stderr.write(`${line}\n`); } };
  await findTemporalServer(search);
  await findTestServer(search);
}
