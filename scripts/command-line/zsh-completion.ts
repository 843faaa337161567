import type { CompletionPlaces } from './bash-completion.ts';
import type { CommandEntry, Word } from './commands.ts';
import { shellWord } from './shell-word.ts';

/** A command of zsh that offers what may stand for one word. */
function offer(word: Word): string {
  if (typeof word !== 'string') return `compadd -- ${word.map(shellWord).join(' ')}`;
  return { shop: '_clientele_shops', cycle: '_clientele_cycles', file: '_files', folder: '_files -/', text: ':' }[word];
}

/** A zsh script that completes what the one of bash does, with a word about each command. */
export function zshCompletion(commands: readonly CommandEntry[], { shops, lake }: CompletionPlaces): string {
  const list = [...commands.map(({ name, does }) => `${name}:${does.replaceAll(':', '\\:')}`), 'completion:prints what a shell needs', 'help:says what there is'];
  const withValue = commands.flatMap(({ name, options }) => Object.entries(options).flatMap(([option, word]) => (word === null ? [] : [{ key: `${name}:${option}`, word }])));
  return `#compdef clientele
_clientele_shops() {
  local shops=\${SHOPS:-}
  [[ -n $shops ]] || shops=${shellWord(shops)}
  local -a found=( $shops/*/shop.yaml(N:h:t) )
  compadd -a found
}
_clientele_cycles() {
  local lake=\${LAKE:-}
  [[ -n $lake ]] || lake=${shellWord(lake)}
  local -a found=( $lake/*/[0-9][0-9][0-9][0-9]-W[0-9][0-9](N/) )
  found=( \${found#$lake/} )
  compadd -a found
}
_clientele() {
  local -a commands=( ${list.map(shellWord).join(' ')} )
  local command=\${words[2]} before=\${words[CURRENT-1]} position=0 index
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case $command:$before in
${withValue.map(({ key, word }) => `    ${key}) ${offer(word)}; return ;;`).join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then
    case $command in
${commands.map(({ name, options }) => `      ${name}) ${offer([...Object.keys(options), '--help'])} ;;`).join('\n')}
    esac
    return
  fi
  for (( index = 3; index < CURRENT; index++ )); do
    case $command:\${words[index]} in
      ${withValue.map(({ key }) => key).join('|')}) (( index++ )) ;;
      *:-*) ;;
      *) (( position++ )) ;;
    esac
  done
  case $command:$position in
${commands.flatMap(({ name, words }) => words.map((word, index) => `    ${name}:${index}) ${offer(word)} ;;`)).join('\n')}
    completion:0) ${offer(['bash', 'zsh'])} ;;
  esac
}
compdef _clientele clientele
`;
}
