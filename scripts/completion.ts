// clientele completion bash | zsh
import { join } from 'node:path';
import { Argument } from 'commander';
import { bashCompletion } from './command-line/bash-completion.ts';
import { commands } from './command-line/commands.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand } from './command-line/run-command.ts';
import { zshCompletion } from './command-line/zsh-completion.ts';

await runCommand(async () => {
  const program = createProgram('completion', 'Prints what a shell needs to complete clientele: source <(clientele completion bash), or the same with zsh.')
    .addArgument(new Argument('<shell>', 'whose').choices(['bash', 'zsh']))
    .parse();
  const places = { shops: join(root, 'shops'), lake: join(root, 'var', 'lake') };
  process.stdout.write(program.args[0] === 'zsh' ? zshCompletion(commands, places) : bashCompletion(commands, places));
  return exitCodes.ok;
});
