/** What a word of a command line names, which is what completion offers there. */
export type Word = 'shop' | 'cycle' | 'file' | 'folder' | 'text' | readonly string[];

/** One thing that `clientele` does; the script of the same name does it. */
export interface CommandEntry {
  readonly name: string;
  readonly does: string;
  /** Whether it may start a Temporal server, which is fetched first where there is none. */
  readonly temporal?: true;
  /** Arguments in their order. */
  readonly words: readonly Word[];
  /** Options, each with what stands behind it; null for a switch. */
  readonly options: Readonly<Record<string, Word | null>>;
  /** Arguments of a call, and what it does. */
  readonly examples: readonly (readonly [words: string, does: string])[];
}

const json = { '--json': null } as const;
const decides = { '--by': 'text', '--comment': 'text', ...json } as const;

/** Every command, in the order that help lists them: first steps, a cycle's life, looking, keeping. */
export const commands: readonly CommandEntry[] = [
  { name: 'quickstart', does: "runs the demo shop's next cycle in front of your eyes", temporal: true, words: [], options: { '--hold-open': null, ...json }, examples: [['', 'the next week of the demo shop'], ['--hold-open', 'and everything stays up afterwards']] },
  { name: 'init', does: 'makes a new shop: settings, sources for its files, letters', words: ['text'], options: { '--data': 'folder', '--title': 'text', '--time-zone': 'text', '--currency': 'text', '--sender': 'text', '--postal-address': 'text', '--marketer': 'text', '--budget': 'text', '--yes': null, ...json }, examples: [['corner', 'asks what it needs'], ['corner --data ../exports --currency EUR --yes', 'asks nothing, and drafts sources for the files there']] },
  { name: 'start', does: 'keeps Temporal, worker, console and mail sink running', temporal: true, words: [], options: { '--shop': 'shop' }, examples: [['', 'until Ctrl-C; other commands join it']] },
  { name: 'cycle', does: 'runs one cycle of a shop', temporal: true, words: [], options: { '--shop': 'shop', '--data': 'folder', '--as-of': 'text', '--approval': ['required', 'automatic'], '--reproduce': 'cycle', ...json }, examples: [['--shop cdnow --data var/datasets', 'this week of a shop whose files are there'], ['--shop demo --reproduce 2026-W48', 'computes a finished cycle again and compares every byte']] },
  { name: 'resume', does: 'goes on with a cycle after a repair or a stop', temporal: true, words: ['cycle'], options: json, examples: [['cdnow/1998-W27', 'the data are mended'], ['demo/2026-W48 --json', 'and the result is for a program']] },
  { name: 'approve', does: 'approves the plan that a cycle waits with', temporal: true, words: ['cycle'], options: decides, examples: [['demo/2026-W48 --comment "proof read"', 'the letters are sent']] },
  { name: 'reject', does: 'rejects the plan that a cycle waits with', temporal: true, words: ['cycle'], options: decides, examples: [['demo/2026-W48 --comment "wrong coupon"', 'nobody is written to']] },
  { name: 'schedule', does: "keeps a shop's weekly cycle in Temporal", temporal: true, words: ['shop', ['create', 'describe', 'pause', 'unpause', 'trigger', 'delete']], options: { '--data': 'folder', ...json }, examples: [['cdnow create', 'every week from now on'], ['cdnow describe --json', 'when next, and what ran']] },
  { name: 'watch', does: 'shows a running cycle step by step until it ends', words: ['cycle'], options: { '--once': null, ...json }, examples: [['demo/2026-W48', 'leaves the cycle alone'], ['demo/2026-W48 --once', 'exit code 3 when it needs a person']] },
  { name: 'show', does: "shows a shop's cycles, or what came of one", words: ['cycle'], options: json, examples: [['demo', 'its cycles'], ['demo/2026-W48', 'segments, campaign, lift, decisions'], ['demo/2026-W48 --json', 'for a program']] },
  { name: 'decisions', does: 'lists what feedback and people changed; takes a decision back', words: ['shop'], options: { '--undo': 'text', ...decides }, examples: [['demo', 'the newest first'], ['demo --undo 12 --comment "sale ended"', 'the next cycle follows']] },
  { name: 'identities', does: 'joins customer records of one person, and their channels', words: ['cycle'], options: { '--same': 'text', '--different': 'text', '--export': 'folder', '--schedule': ['create', 'describe', 'delete'], ...decides }, examples: [['demo', 'people, review list, attribution of the latest cycle'], ['demo --same C0000050,C0000051', 'says that two records are one person'], ['demo/2026-W48 --export offers', 'and writes the offers for the app and the till']] },
  { name: 'explain', does: 'says why a customer is where it is', words: ['cycle', 'text'], options: { '--show-address': null, ...json }, examples: [['demo/2026-W48 c00042', 'segment and reasons, scores, lineage']] },
  { name: 'forecast', does: 'says what will be asked for, what to order and what to clear', temporal: true, words: ['cycle'], options: { '--product': 'text', '--schedule': ['create', 'describe', 'delete'], ...json }, examples: [['demo', 'of the latest cycle'], ['demo/2026-W48 --product P0001', 'and the days ahead of one product'], ['demo --schedule create', 'every day from now on']] },
  { name: 'journeys', does: 'says where visits are lost, what that costs, and whose carts were left', temporal: true, words: ['cycle'], options: { '--schedule': ['create', 'describe', 'delete'], ...json }, examples: [['demo', 'of the latest cycle'], ['demo/2026-W48 --json', 'for a program']] },
  { name: 'recommend', does: 'says what each customer should like next, and how well each method foretells it', temporal: true, words: ['cycle'], options: { '--customer': 'text', '--schedule': ['create', 'describe', 'delete'], ...json }, examples: [['demo', 'of the latest cycle'], ['demo --customer C0000001', 'and the list of one customer with its reasons'], ['demo --schedule create', 'every day from now on']] },
  { name: 'risk', does: 'scores payments, lists those to look at, and takes a verdict', temporal: true, words: ['cycle'], options: { '--schedule': ['create', 'describe', 'delete'], '--list': null, '--fraud': 'text', '--genuine': 'text', '--by': 'text', '--comment': 'text', ...json }, examples: [['demo', 'of the latest cycle'], ['demo --list', 'what waits for a look'], ['demo --fraud Y0000570-1 --comment "card reported stolen"', 'a label that later scores learn from']] },
  { name: 'export', does: 'writes a relation of a cycle to a file', words: ['cycle'], options: { '--out': 'file', '--relation': 'text', '--format': ['parquet', 'arrow', 'csv'], ...json }, examples: [['demo/2026-W48 --out profiles.parquet', 'all that is known of every customer'], ['demo/2026-W48 --relation segments.memberships --format csv --out segments.csv', 'for a spreadsheet']] },
  { name: 'preview', does: 'writes the very message that a customer of a plan gets', words: ['cycle', 'text'], options: { '--out': 'file', '--send-to': 'text', ...json }, examples: [['demo/2026-W48 c00042', 'as a file'], ['demo/2026-W48 c00042 --send-to me@shop.example', 'and to a mailbox of yours']] },
  { name: 'suppressions', does: 'takes the list of addresses not to be written to out or in', words: ['shop'], options: { '--export': 'file', '--import': 'file', '--reason': 'text', ...json }, examples: [['demo --export suppressed.csv', ''], ['cdnow --import old-list.csv --reason "list of the former tool"', '']] },
  { name: 'erase', does: 'takes a person out of the ledger and the finished cycles', words: ['shop', 'text'], options: { '--yes': null, ...json }, examples: [['demo c00042', 'only says where it is'], ['demo c00042 --yes', 'nothing brings it back']] },
  { name: 'doctor', does: 'looks at everything a cycle needs, and says how to mend each', words: ['shop'], options: json, examples: [['', 'this machine and its settings'], ['cdnow', "and a shop's settings, files and sender's domain"], ['cdnow --json', 'for a monitor; exit code 1 when something fails']] },
  { name: 'simulate', does: 'proves the loop on shops whose true effects are known', temporal: true, words: [], options: { '--weeks': 'text', '--seeds': 'text', '--first-seed': 'text', '--customers': 'text', '--letters': 'text', '--idle-seeds': 'text', '--results': 'file', ...json }, examples: [['--weeks 12 --seeds 20', 'an hour or so'], ['--weeks 3 --seeds 1 --idle-seeds 0', 'a look at it']] },
  { name: 'fetch-data', does: 'fetches a public data set for an example shop', words: [['cdnow', 'complete-journey']], options: { '--to': 'folder', ...json }, examples: [['cdnow', 'then: clientele cycle --shop cdnow']] },
];
