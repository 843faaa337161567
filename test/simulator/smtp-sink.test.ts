import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSmtpSink, type SmtpSink, type SmtpSinkOptions } from '../../simulator/smtp-sink.ts';

let outbox: string;
let sink: SmtpSink;

const start = async (options: Omit<SmtpSinkOptions, 'outbox'> = {}): Promise<SmtpSink> => (sink = await startSmtpSink({ outbox, ...options }));
const logged = (): string[] => readFileSync(join(outbox, 'relay.log.jsonl'), 'utf8').split('\n');

beforeEach(() => { outbox = mkdtempSync(join(tmpdir(), 'sink-')); });
afterEach(async () => {
  await sink.stop();
  rmSync(outbox, { recursive: true });
});

/** Speaks SMTP line by line, so that what is on disk can be looked at the moment an answer arrives. */
function speak(port: number): { readonly answer: () => Promise<string>; readonly say: (line: string) => Promise<string>; readonly socket: Socket } {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('utf8');
  let text = '';
  let ended = false;
  let wake = (): void => undefined;
  socket.on('data', (chunk: string) => { text += chunk; wake(); });
  socket.on('error', () => undefined);
  socket.on('close', () => { ended = true; wake(); });
  const answer = async (): Promise<string> => {
    for (;;) {
      const match = /^(?:\d{3}-.*\r\n)*(\d{3}) .*\r\n/.exec(text);
      if (match !== null) {
        text = text.slice(match[0].length);
        return match[1]!;
      }
      if (ended) return 'closed';
      await new Promise<void>((resolve) => { wake = resolve; });
    }
  };
  return { answer, say: async (line) => { socket.write(`${line}\r\n`); return answer(); }, socket };
}

async function deliver(to: readonly string[], id = 'one@demo.example'): Promise<string[]> {
  const { answer, say, socket } = speak(sink.port);
  await answer();
  await say('EHLO test.example');
  await say('MAIL FROM:<hello@demo.example>');
  const answers: string[] = [];
  for (const address of to) answers.push(await say(`RCPT TO:<${address}>`));
  if (answers.includes('250')) {
    await say('DATA');
    answers.push(await say(`Message-ID:\r\n <${id}>\r\nTo: ${to.join(', ')}\r\n\r\n..hello\r\n.`));
  }
  socket.destroy();
  return answers;
}

test('a message is in the log and in its file before 250 is answered', async () => {
  await start();
  const { answer, say, socket } = speak(sink.port);
  await answer();
  await say('EHLO test.example');
  await say('MAIL FROM:<hello@demo.example>');
  await say('RCPT TO:<zoe@mail.example>');
  await say('DATA');
  expect(await say('Message-ID: <one@demo.example>\r\n\r\nhello\r\n.')).toBe('250');
  const [line] = logged();
  socket.destroy();
  expect(JSON.parse(line!)).toEqual({ messageId: '<one@demo.example>', recipient: 'zoe@mail.example', at: expect.stringMatching(/^\d{4}-.*Z$/), file: '000001.eml' });
  expect(readFileSync(join(outbox, '000001.eml'), 'utf8')).toContain('hello');
  expect(sink.received()).toBe(1);
});

test('a message to two is one file and two lines', async () => {
  await start();
  expect(await deliver(['a@mail.example', 'b@mail.example'])).toEqual(['250', '250', '250']);
  expect(logged().slice(0, 2).map((line) => JSON.parse(line) as { recipient: string; file: string; messageId: string }))
    .toMatchObject([{ recipient: 'a@mail.example', file: '000001.eml', messageId: '<one@demo.example>' }, { recipient: 'b@mail.example', file: '000001.eml' }]);
  expect(sink.received()).toBe(2);
});

test('the numbering goes on where an earlier sink stopped, also after a half-written line', async () => {
  await start();
  await deliver(['a@mail.example']);
  await sink.stop();
  writeFileSync(join(outbox, 'relay.log.jsonl'), '{"messageId":"<half', { flag: 'a' });
  await start();
  await deliver(['b@mail.example'], 'two@demo.example');
  expect(readdirSync(outbox).sort()).toEqual(['000001.eml', '000002.eml', 'relay.log.jsonl']);
  expect(JSON.parse(logged()[2]!)).toMatchObject({ messageId: '<two@demo.example>', file: '000002.eml' });
  expect(sink.received()).toBe(1);
});

test('a fault answers the recipient it is for, on the attempts it is for', async () => {
  await start({ faults: (recipient, nth) => (recipient === 'gone@mail.example' ? { code: 550, text: 'No such user' } : recipient === 'full@mail.example' && nth === 1 ? { code: 452, text: 'Mailbox full' } : undefined) });
  expect(await deliver(['gone@mail.example'])).toEqual(['550']);
  expect(await deliver(['full@mail.example'])).toEqual(['452']);
  expect(await deliver(['full@mail.example'])).toEqual(['250', '250']);
  expect(sink.received()).toBe(1);
});

test('a dropped connection leaves nothing; one dropped after acceptance leaves the message in the log and no answer', async () => {
  await start({ faults: (recipient) => (recipient === 'early@mail.example' ? 'drop' : 'drop-after') });
  expect(await deliver(['early@mail.example'])).toEqual(['250', 'closed']);
  expect(logged()).toEqual(['']);
  expect(await deliver(['late@mail.example'])).toEqual(['250', 'closed']);
  expect(logged()[0]).toContain('late@mail.example');
});
