import { createServer, type AddressInfo, type Server } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { openRelay, type Letter, type Relay } from '../../gateways/mail/relay.ts';

const letter: Letter = { from: { name: 'The Shop', address: 'post@shop.example' }, to: 'ann@example.com', envelopeFrom: 'post@shop.example', messageId: '<k@shop.example>', headers: {}, subject: 'Hi', html: '<p>Hi</p>', text: 'Hi' };
const ends: (() => Promise<unknown>)[] = [];
let trusting = false;

afterEach(async () => {
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  trusting = false;
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(options: SMTPServerOptions): Promise<{ readonly port: number; readonly letters: { secure: boolean; user: string | undefined }[] }> {
  const letters: { secure: boolean; user: string | undefined }[] = [];
  const server = new SMTPServer({
    authOptional: true, closeTimeout: 50,
    onAuth: ({ username, password }, _session, done) => (username === 'shop' && password === 'p@ss' ? done(null, { user: username }) : done(Object.assign(new Error('wrong login'), { responseCode: 535 }))),
    onData: (stream, session, done) => {
      stream.resume();
      stream.on('end', () => {
        letters.push({ secure: session.secure, user: session.user });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  ends.push(() => new Promise<void>((resolve) => { server.close(() => resolve()); }));
  return { port: (server.server.address() as AddressInfo).port, letters };
}

function deliverTo(url: string): ReturnType<Relay['deliver']> {
  if (trusting) process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  const relay = openRelay({ url, connectTimeoutSeconds: 2, silenceTimeoutSeconds: 2 });
  ends.push(() => relay.close());
  return relay.deliver(letter);
}

describe('a relay with TLS', () => {
  it('gets letters after STARTTLS where it offers it, in the clear where the URL says never', async () => {
    trusting = true;
    const { port, letters } = await start({});
    expect((await deliverTo(`smtp://127.0.0.1:${port}`)).outcome).toBe('accepted');
    expect((await deliverTo(`smtp://127.0.0.1:${port}?tls=never`)).outcome).toBe('accepted');
    expect(letters.map(({ secure }) => secure)).toEqual([true, false]);
  });

  it('gets letters by smtps from the first byte', async () => {
    trusting = true;
    const { port, letters } = await start({ secure: true });
    expect((await deliverTo(`smtps://localhost:${port}`)).outcome).toBe('accepted');
    expect(letters.map(({ secure }) => secure)).toEqual([true]);
  });

  it('gets none without TLS where the URL requires it, and none with a certificate that nobody vouches for', async () => {
    const plain = await start({ disabledCommands: ['STARTTLS'] });
    expect((await deliverTo(`smtp://127.0.0.1:${plain.port}?tls=required`)).outcome).toBe('unreachable');
    const own = await start({});
    expect((await deliverTo(`smtp://127.0.0.1:${own.port}?tls=required`)).outcome).toBe('unreachable');
    expect([...plain.letters, ...own.letters]).toEqual([]);
  });

  it.each(['PLAIN', 'LOGIN'])('logs in by %s, inside TLS', async (method) => {
    trusting = true;
    const { port, letters } = await start({ authMethods: [method], authOptional: false });
    expect((await deliverTo(`smtp://shop:p%40ss@127.0.0.1:${port}`)).outcome).toBe('accepted');
    expect(await deliverTo(`smtp://shop:wrong@127.0.0.1:${port}`)).toMatchObject({ outcome: 'unreachable', code: 535 });
    expect(letters).toEqual([{ secure: true, user: 'shop' }]);
  });

  it('that says more in the clear than was asked, before TLS begins, is believed nothing', async () => {
    const greedy: Server = createServer((socket) => {
      socket.on('error', () => undefined).write('220 sink\r\n');
      socket.on('data', (chunk: Buffer) => { socket.write(chunk.toString().startsWith('EHLO') ? '250-sink\r\n250 STARTTLS\r\n' : '220 go\r\n250 injected\r\n'); });
    });
    await new Promise<void>((resolve) => { greedy.listen(0, '127.0.0.1', resolve); });
    ends.push(() => new Promise<void>((resolve) => { greedy.close(() => resolve()); }));
    expect(await deliverTo(`smtp://127.0.0.1:${(greedy.address() as AddressInfo).port}`)).toMatchObject({ outcome: 'unreachable', text: expect.stringContaining('out of turn') as string });
  });

  it.each(['HTTP/1.1 400 Bad Request\r\n\r\n', `220${'-x'.repeat(50_000)}`, '220-a\r\n'.repeat(2000), '999 hello\r\n'])('that is none is unreachable', async (words) => {
    const other: Server = createServer((socket) => { socket.on('error', () => undefined).write(words); });
    await new Promise<void>((resolve) => { other.listen(0, '127.0.0.1', resolve); });
    ends.push(() => new Promise<void>((resolve) => { other.close(() => resolve()); }));
    expect((await deliverTo(`smtp://127.0.0.1:${(other.address() as AddressInfo).port}`)).outcome).toBe('unreachable');
  });
});
