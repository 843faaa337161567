import type { CommandEntry } from './commands.ts';

/** What `clientele --help` says. */
export function renderHelp(commands: readonly Pick<CommandEntry, 'name' | 'does'>[]): string {
  const list = [...commands, { name: 'completion', does: 'prints what bash or zsh needs to complete all this' }];
  const width = Math.max(...list.map(({ name }) => name.length));
  return [
    'Usage: clientele <command> [arguments]', '',
    'Learns who a shop\'s customers are, writes to them, measures what that did, and does it better next week.', '',
    'Commands:', ...list.map(({ name, does }) => `  ${name.padEnd(width)}  ${does}`), '',
    'clientele <command> --help says more, with examples. clientele --version', '',
    'Exit codes: 0 done, 1 failed, 2 wrong usage or setting, 3 the cycle waits for a person, 130 Ctrl-C, 143 ended by SIGTERM.', '',
    'Examples:',
    '  clientele quickstart                          # see it work',
    '  source <(clientele completion bash)           # complete commands, options, shops and cycles',
  ].join('\n');
}
