import { resolve } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { cacheFolder } from '../../scripts/temporal-server/cache-folder.ts';
import { findTemporalServer, findTestServer, type ServerSearch } from '../../scripts/temporal-server/find-temporal-server.ts';
import './quiet-runtime.ts';

const root = resolve(import.meta.dirname, '../..');
const search: ServerSearch = { environment: { ...process.env, TEMPORAL_ADDRESS: '' }, cache: cacheFolder(root, process.env), say: () => undefined };

/** The time-skipping server: days pass while a test waits for a result. It has no schedules and no updates. */
export async function startTimeSkippingServer(): Promise<TestWorkflowEnvironment> {
  return TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path: await findTestServer(search) } } });
}

/** The dev server: everything a real server does, in real time. */
export async function startDevServer(): Promise<TestWorkflowEnvironment> {
  const server = await findTemporalServer(search);
  if (server.kind !== 'program') throw new TypeError('TEMPORAL_ADDRESS was taken out of the search');
  return TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'existing-path', path: server.path }, log: { format: 'pretty', level: 'error' } } });
}
