// Speaks the worker's protocol and does no work: `ready`, then what the test's environment asks for.
import { appendFileSync } from 'node:fs';

const { FAKE_LOG = '', FAKE_FAILS, TEMPORAL_ADDRESS, SMTP_URL, SMTP_LOG, CLIENTELE_HOME, PUBLIC_PORT } = process.env;
const note = (word: string): void => { appendFileSync(FAKE_LOG, `${JSON.stringify({ who: 'worker', word, pid: process.pid, TEMPORAL_ADDRESS, SMTP_URL, SMTP_LOG, CLIENTELE_HOME, PUBLIC_PORT })}\n`); };
note('start');
if (FAKE_FAILS === 'worker') {
  process.stderr.write('LEDGER_LOCKED: The ledger in var/ledger is open in process 1.\n');
  process.exit(1);
}
process.on('SIGTERM', () => {
  note('stop');
  process.exit(0);
});
setInterval(() => undefined, 1000);
process.stdout.write(`not JSON\n${JSON.stringify({ ready: true, webUrl: `http://127.0.0.1:${PUBLIC_PORT}` })}\n`);
