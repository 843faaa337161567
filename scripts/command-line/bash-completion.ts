import type { CommandEntry, Word } from './commands.ts';
import { shellWord } from './shell-word.ts';

/** Where shops and their finished cycles are, unless SHOPS and LAKE say otherwise when a word is completed. */
export interface CompletionPlaces {
  readonly shops: string;
  readonly lake: string;
}

/** The line that fills COMPREPLY for one word. */
function reply(word: Word): string {
  if (typeof word !== 'string') return `COMPREPLY=($(compgen -W ${shellWord(word.join(' '))} -- "$cur"))`;
  return {
    shop: 'COMPREPLY=($(compgen -W "$(_clientele_shops)" -- "$cur"))',
    cycle: 'COMPREPLY=($(compgen -W "$(_clientele_cycles)" -- "$cur"))',
    file: 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))',
    folder: 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur"))',
    text: 'COMPREPLY=()',
  }[word];
}

/** A bash script that completes commands, options, their values, shops and cycles; it starts no process but its own subshells. */
export function bashCompletion(commands: readonly CommandEntry[], { shops, lake }: CompletionPlaces): string {
  const names = [...commands.map(({ name }) => name), 'completion', 'help'];
  const values = commands.flatMap(({ name, options }) => Object.entries(options).flatMap(([option, word]) => (word === null ? [] : [`    ${name}:${option}) ${reply(word)}; return ;;`])));
  const switches = commands.map(({ name, options }) => `    ${name}) ${reply([...Object.keys(options), '--help'])} ;;`);
  const places = commands.flatMap(({ name, words }) => words.map((word, index) => `    ${name}:${index}) ${reply(word)} ;;`));
  const withValue = commands.flatMap(({ name, options }) => Object.entries(options).flatMap(([option, word]) => (word === null ? [] : [`${name}:${option}`])));
  return `# bash completion of clientele
_clientele_shops() {
  local entry shops=\${SHOPS:-}
  [[ -n $shops ]] || shops=${shellWord(shops)}
  for entry in "$shops"/*/shop.yaml; do
    [[ -e $entry ]] || continue
    entry=\${entry%/shop.yaml}
    printf '%s\\n' "\${entry##*/}"
  done
}
_clientele_cycles() {
  local entry shop lake=\${LAKE:-}
  [[ -n $lake ]] || lake=${shellWord(lake)}
  for entry in "$lake"/*/[0-9][0-9][0-9][0-9]-W[0-9][0-9]; do
    [[ -d $entry ]] || continue
    shop=\${entry%/*}
    printf '%s\\n' "\${shop##*/}/\${entry##*/}"
  done
}
_clientele() {
  local cur=\${COMP_WORDS[COMP_CWORD]} command=\${COMP_WORDS[1]:-} before=\${COMP_WORDS[COMP_CWORD-1]:-} index position=0
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    ${reply(names)}
    return
  fi
  case $command:$before in
${values.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case $command in
${switches.join('\n')}
    esac
    return
  fi
  for ((index = 2; index < COMP_CWORD; index++)); do
    case $command:\${COMP_WORDS[index]} in
      ${withValue.join('|')}) ((index++)) ;;
      *:-*) ;;
      *) ((position++)) ;;
    esac
  done
  case $command:$position in
${places.join('\n')}
    completion:0) ${reply(['bash', 'zsh'])} ;;
    help:0) ${reply(names)} ;;
  esac
}
complete -F _clientele clientele
`;
}
