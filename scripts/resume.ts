// npm run resume -- [shop/]2026-W48
import { createProgram } from './command-line/create-program.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand } from './command-line/run-command.ts';
import { continueCycle } from './cycle/continue-cycle.ts';

await runCommand(async (context) => {
  const program = createProgram('resume', 'Goes on with a cycle: after a repair when it is held, or where a stopped command left it.')
    .argument('<cycle>', 'shop/2026-W48; the week alone means the demo shop')
    .option('--json', 'print the result as JSON on standard output', false)
    .parse();
  return continueCycle({
    context, root, name: program.args[0] ?? '', json: program.opts<{ json: boolean }>().json,
    async act(handle, progress) {
      // A cycle that only lost its worker goes on by itself now that there is one.
      if (progress.waitsFor === 'repair') await handle.executeUpdate('resume');
    },
  });
});
