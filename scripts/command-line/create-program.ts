import { Command } from 'commander';

/**
 * A command line that throws instead of ending the process, so that what was started is stopped.
 * @param name as in `npm run <name>`
 */
export function createProgram(name: string, description: string): Command {
  return new Command(`npm run ${name} --`)
    .description(description).exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'COMMAND_INVALID: ')) })
    .showHelpAfterError('(add --help to see what there is)')
    .allowExcessArguments(false);
}
