// Speaks the simulator's protocol: where mail goes, then an answer a line.
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const note = (word: string): void => { appendFileSync(process.env['FAKE_LOG'] ?? '', `${JSON.stringify({ who: 'simulator', word, pid: process.pid, args: process.argv.slice(2) })}\n`); };
note('start');
process.on('SIGTERM', () => {
  note('stop');
  process.exit(0);
});
process.stdout.write(`${JSON.stringify({ smtpUrl: 'smtp://127.0.0.1:2525' })}\n`);
createInterface({ input: process.stdin }).on('line', (line) => {
  const { liveWeek } = JSON.parse(line) as { liveWeek: { from: string; to: string } };
  const answer = liveWeek.from > liveWeek.to ? { error: { message: 'A week must end after it begins' } } : { lived: { from: liveWeek.from, to: liveWeek.to, orders: 7 } };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
