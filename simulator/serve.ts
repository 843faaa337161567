import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { liveWeek } from './live-week.ts';
import { startSmtpSink } from './smtp-sink.ts';

/**
 * The living shop as a process of its own: `--folder` of the shop's data, `--outbox` of the mail sink. Says `{"smtpUrl": …}` on standard output,
 * then answers each line `{"liveWeek":{"from","to"}}` of standard input, in order, with `{"lived": summary}` or `{"error":{"message"}}`. Ends with
 * standard input or SIGTERM, after the answer it is at.
 */
const { values: { folder, outbox } } = parseArgs({ options: { folder: { type: 'string' }, outbox: { type: 'string' } } });
if (folder === undefined || outbox === undefined) {
  process.stderr.write('Usage: serve.ts --folder <data of the shop> --outbox <folder of the mail sink>\n');
  process.exit(2);
}

const say = (answer: unknown): void => { process.stdout.write(`${JSON.stringify(answer)}\n`); };
const sink = await startSmtpSink({ outbox });
const questions = createInterface({ input: process.stdin });
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => questions.close());
say({ smtpUrl: sink.url });

for await (const line of questions) {
  if (line.trim() === '') continue;
  try {
    say({ lived: await liveWeek({ folder, outbox, ...readQuestion(line) }) });
  } catch (error) {
    say({ error: { message: (error as Error).message } });
  }
}
await sink.stop();
process.exit(0);

function readQuestion(line: string): { readonly from: string; readonly to: string } {
  const question: unknown = JSON.parse(line);
  if (typeof question === 'object' && question !== null && 'liveWeek' in question) {
    const week = question.liveWeek as { readonly from?: unknown; readonly to?: unknown } | null;
    if (typeof week?.from === 'string' && typeof week.to === 'string') return { from: week.from, to: week.to };
  }
  throw new TypeError('A question is {"liveWeek":{"from":"2026-11-23","to":"2026-11-30"}}');
}
