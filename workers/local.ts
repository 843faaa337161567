// The whole of Clientele in one process: all four task queues, the embedded ledger, and the web pages.
import { reportFailure } from './report-failure.ts';

// libuv makes its threads at first use, which is after this line and before the imports below end.
process.env['UV_THREADPOOL_SIZE'] ??= '16';
const { runProcess } = await import('./run-process.ts');
await runProcess({ queues: ['orchestrate', 'warehouse', 'learn', 'mail'], web: true, variables: process.env }).catch(reportFailure);
