import { basename } from 'node:path';
import { Command } from 'commander';
import { commands } from './commands.ts';

/**
 * A command line that throws instead of ending the process, so that what was started is stopped.
 * @param name as in `npm run <name>` and `clientele <name>`
 */
export function createProgram(name: string, description: string): Command {
  const call = basename(process.argv[1] ?? '') === 'clientele.ts' ? `clientele ${name}` : `npm run ${name} --`;
  const examples = commands.find((command) => command.name === name)?.examples ?? [];
  const program = new Command(call)
    .description(description).exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'COMMAND_INVALID: ')) })
    .showHelpAfterError('(add --help to see what there is)')
    .allowExcessArguments(false);
  if (examples.length === 0) return program;
  return program.addHelpText('after', `\nExamples:\n${examples.map(([words, does]) => `  ${`${call} ${words}`.trimEnd()}${does === '' ? '' : `    # ${does}`}`).join('\n')}`);
}
