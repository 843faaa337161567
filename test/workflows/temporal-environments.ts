import { resolve } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { cacheFolder } from '../../scripts/temporal-server/cache-folder.ts';
import { findTemporalServer, findTestServer, type ServerSearch } from '../../scripts/temporal-server/find-temporal-server.ts';

const root = resolve(import.meta.dirname, '../..');
const search: ServerSearch = { environment: { ...process.env, TEMPORAL_ADDRESS: '' }, cache: cacheFolder(root, process.env), say: () => undefined };

// Held cycles, refused updates and cancelled activities are what these tests are about: their warnings would hide real ones.
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'off', forward: {} } } });

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
