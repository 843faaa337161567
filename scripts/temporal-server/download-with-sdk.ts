// Run as a process of its own: the SDK's native code gives no way to end a download that hangs.
//   node download-with-sdk.ts <dev-server | time-skipping> <folder>
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [kind, folder] = process.argv.slice(2);
if (folder === undefined) throw new TypeError('Say which server and the folder to put it in.');
const server = { executable: { type: 'cached-download', downloadDir: folder } } as const;
try {
  const environment = kind === 'time-skipping' ? await TestWorkflowEnvironment.createTimeSkipping({ server }) : await TestWorkflowEnvironment.createLocal({ server });
  await environment.teardown();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
