import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A relay in the test that keeps what it accepted. */
export interface MailSink {
  readonly url: string;
  readonly accepted: { readonly to: string; readonly messageId: string; readonly raw: string }[];
  sessions: number;
  stop(): Promise<void>;
}

const messageIdOf = (raw: string): string => /^message-id:\s*(<[^>]+>)/im.exec(raw)?.[1] ?? '';

/** Reply of the sink to a recipient: undefined accepts. */
export type RecipientRule = (address: string) => { readonly code: number; readonly words: string } | undefined;

/** Starts an SMTP server on a free port. `accept` is called before the answer to the final dot: an error it throws is the answer. */
export async function startMailSink(options: { readonly refuse?: RecipientRule; readonly accept?: (message: MailSink['accepted'][number]) => void | Promise<void>; readonly port?: number; readonly login?: { readonly user: string; readonly password: string } } = {}): Promise<MailSink> {
  const accepted: MailSink['accepted'] = [];
  const withCode = (code: number, words: string): Error => Object.assign(new Error(words), { responseCode: code });
  const sink: MailSink = { url: '', accepted, sessions: 0, stop: () => new Promise((resolve) => server.close(() => resolve())) };
  const server = new SMTPServer({
    disabledCommands: options.login === undefined ? ['AUTH', 'STARTTLS'] : ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) => username === options.login?.user && password === options.login?.password ? done(null, { user: username }) : done(withCode(535, 'wrong login')),
    closeTimeout: 50,
    onConnect: (_session, done) => { sink.sessions += 1; done(); },
    onRcptTo: ({ address }, _session, done) => {
      const refusal = options.refuse?.(address);
      done(refusal === undefined ? null : withCode(refusal.code, refusal.words));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8');
        const message = { to: session.envelope.rcptTo[0]?.address ?? '', messageId: messageIdOf(raw), raw };
        const take = async (): Promise<void> => {
          try {
            await options.accept?.(message);
            accepted.push(message);
          } catch (error) {
            return done(error as Error);
          }
          return done();
        };
        void take();
      });
    },
  });
  // A client that is killed in mid-session is what some tests are about.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return Object.assign(sink, { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}` });
}

/** Where a session is cut off. */
export type DropPoint = 'greeting' | 'mail' | 'data command' | 'mid data' | 'final dot';

/**
 * A relay that speaks just enough SMTP and drops the connection at one point for as many sessions as `drops` says; afterwards it accepts.
 * A message counts as arrived once its final dot was read, answered or not.
 */
export async function startDroppingSink(point: DropPoint, drops: number): Promise<MailSink> {
  const accepted: MailSink['accepted'] = [];
  let left = drops;
  const sink: MailSink = { url: '', accepted, sessions: 0, stop: () => new Promise((resolve) => { for (const socket of sockets) socket.destroy(); server.close(() => resolve()); }) };
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    sink.sessions += 1;
    let text = '';
    let to = '';
    let inData = false;
    const drop = (here: DropPoint): boolean => {
      if (here !== point || left === 0) return false;
      left -= 1;
      socket.destroy();
      return true;
    };
    if (drop('greeting')) return;
    socket.write('220 sink\r\n');
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (;;) {
        if (inData) {
          const end = text.indexOf('\r\n.\r\n');
          if (text.length > 0 && drop('mid data')) return;
          if (end < 0) return;
          const raw = text.slice(0, end);
          text = text.slice(end + 5);
          inData = false;
          accepted.push({ to, messageId: messageIdOf(raw), raw });
          if (drop('final dot')) return;
          socket.write('250 2.0.0 taken\r\n');
          continue;
        }
        const end = text.indexOf('\r\n');
        if (end < 0) return;
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        const verb = line.slice(0, 4).toUpperCase();
        if (verb === 'MAIL' && drop('mail')) return;
        if (verb === 'DATA' && drop('data command')) return;
        if (verb === 'RCPT') to = /<([^>]*)>/.exec(line)?.[1] ?? '';
        if (verb === 'DATA') inData = true;
        if (verb === 'QUIT') return void socket.end('221 bye\r\n');
        socket.write(verb === 'DATA' ? '354 go on\r\n' : '250 ok\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(sink, { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
