// A command like any of ours: starts a stack, says so, and works until it is told to stop.
import { join } from 'node:path';
import { runCommand } from '../../../scripts/command-line/run-command.ts';
import { startStack } from '../../../scripts/stack/start-stack.ts';

await runCommand(async ({ stops, say }) => {
  await startStack({
    root: process.env['FAKE_ROOT'] ?? '', environment: process.env, simulate: true, log: say, stops,
    scripts: { simulator: join(import.meta.dirname, 'simulator.ts'), worker: join(import.meta.dirname, 'worker.ts') },
  });
  process.stdout.write('working\n');
  await new Promise(() => undefined);
  return 0;
});
