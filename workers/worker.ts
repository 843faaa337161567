// One task queue in one process, for production: `node workers/worker.ts --queue <orchestrate|warehouse|learn|mail>`, and `--web` for the pages.
import { parseArgs } from 'node:util';
import { ClienteleError } from '../gateways/errors.ts';
import { reportFailure } from './report-failure.ts';

// libuv makes its threads at first use, which is after this line and before the imports below end.
process.env['UV_THREADPOOL_SIZE'] ??= '16';
const { taskQueues } = await import('../workflows/activity-options.ts');
const { runProcess } = await import('./run-process.ts');

const names = Object.keys(taskQueues) as (keyof typeof taskQueues)[];
try {
  const { values } = parseArgs({ options: { queue: { type: 'string', multiple: true }, web: { type: 'boolean', default: false } } });
  const queues = names.filter((name) => values.queue?.includes(name));
  if (queues.length === 0 || queues.length !== values.queue?.length) throw new ClienteleError('COMMAND_INVALID', { problem: 'No task queue, or one that is not known, was given', remedy: `Use --queue with one of ${names.join(', ')}; more than once for several.` });
  await runProcess({ queues, web: values.web, variables: process.env });
} catch (error) {
  reportFailure(error);
}
