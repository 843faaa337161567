// node workers/hash-password.ts: reads a password from standard input and writes its argon2id hash for CONSOLE_USERS or CONSOLE_PASSWORD_HASH.
// node workers/hash-password.ts --token: makes a token for a program, and its SHA-256 for CONSOLE_USERS.
import { createHash, randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { hash } from '@node-rs/argon2';
import { ClienteleError } from '../gateways/errors.ts';
import { reportFailure } from './report-failure.ts';

/** NIST SP 800-63B asks for eight; a password that opens customers' addresses may have more. */
const shortest = 12;

try {
  const { values } = parseArgs({ options: { token: { type: 'boolean', default: false } } });
  if (values.token) {
    const token = randomBytes(32).toString('base64url');
    process.stdout.write(`token   ${token}\nsha256  ${createHash('sha256').update(token).digest('hex')}\n`);
  } else {
    if (process.stdin.isTTY) process.stderr.write('Password, then Enter and Ctrl-D: ');
    const password = (await text(process.stdin)).replace(/\r?\n$/, '');
    if (password.length < shortest) throw new ClienteleError('COMMAND_INVALID', { problem: `The password is shorter than ${shortest} characters`, remedy: 'Give a longer one on standard input.' });
    // OWASP's first choice for argon2id: 19 MB, two passes, one lane, which are the package's defaults too.
    process.stdout.write(`${await hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })}\n`);
  }
} catch (error) {
  reportFailure(error);
}
