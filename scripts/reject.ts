// npm run reject -- [shop/]2026-W48
import { createProgram } from './command-line/create-program.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand } from './command-line/run-command.ts';
import { continueCycle } from './cycle/continue-cycle.ts';
import { currentUser, decidePlan } from './cycle/decide-plan.ts';

await runCommand(async (context) => {
  const program = createProgram('reject', 'Rejects the plan that a cycle waits with, and follows the cycle.')
    .argument('<cycle>', 'shop/2026-W48; the week alone means the demo shop')
    .option('--by <name>', 'who decides', currentUser())
    .option('--comment <text>', 'why', '')
    .option('--json', 'print the result as JSON on standard output', false)
    .parse();
  const { by, comment, json } = program.opts<{ by: string; comment: string; json: boolean }>();
  return continueCycle({ context, root, name: program.args[0] ?? '', json, act: (handle, progress) => decidePlan(handle, progress, 'rejectPlan', { by, comment }) });
});
