// Fetches the Temporal server, and with --test-server the time-skipping one, before a command that needs them starts.
import { resolve } from 'node:path';
import { runCommand } from '../command-line/run-command.ts';
import { cacheFolder } from './cache-folder.ts';
import { findTemporalServer, findTestServer } from './find-temporal-server.ts';

await runCommand(async ({ say }) => {
  const root = resolve(import.meta.dirname, '../..');
  const search = { environment: process.env, cache: cacheFolder(root, process.env), say };
  if (process.argv.includes('--temporal')) await findTemporalServer(search);
  if (process.argv.includes('--test-server')) await findTestServer(search);
  return 0;
});
