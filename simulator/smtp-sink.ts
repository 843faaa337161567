import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, writeFileSync, writeSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

/**
 * What happens to one delivery instead of its acceptance: an SMTP answer at RCPT TO; `drop` cuts the connection before the message is kept,
 * `drop-after` when it is kept and logged but not answered yet.
 */
export type Fault = { readonly code: number; readonly text: string } | 'drop' | 'drop-after';

export interface SmtpSinkOptions {
  /** Folder of `<n>.eml` files and `relay.log.jsonl`; an earlier sink's numbering goes on. */
  readonly outbox: string;
  readonly port?: number;
  readonly host?: string;
  /** Asked at RCPT TO; `nth` counts the attempts to that recipient from 1. */
  readonly faults?: (recipient: string, nth: number) => Fault | undefined;
}

export interface SmtpSink {
  readonly port: number;
  /** `smtp://host:port` */
  readonly url: string;
  /** Messages accepted since the start, one for each recipient. */
  received(): number;
  stop(): Promise<void>;
}

/**
 * Starts an SMTP server that delivers nowhere. Each message becomes `<n>.eml` and, one for each recipient, a line of `relay.log.jsonl`
 * (`messageId`, `recipient`, `at`, `file`), both written before 250 is answered: what the log lacks was never accepted.
 */
export async function startSmtpSink({ outbox, port = 0, host = '127.0.0.1', faults = () => undefined }: SmtpSinkOptions): Promise<SmtpSink> {
  mkdirSync(outbox, { recursive: true });
  const log = openLog(join(outbox, 'relay.log.jsonl'));
  let last = Math.max(0, ...readdirSync(outbox).map((name) => Number(/^(\d+)\.eml$/.exec(name)?.[1] ?? 0)));
  let received = 0;
  const attempts = new Map<string, number>();
  /** Connections that get no answer to their next message. */
  const doomed = new Map<string, Fault>();

  const sockets = new Map<number, Socket>();

  const cut = (session: SMTPServerSession): void => {
    doomed.delete(session.id);
    sockets.get(session.remotePort)?.destroy();
  };

  const keep = (message: Buffer, recipients: readonly string[]): void => {
    last += 1;
    const file = `${String(last).padStart(6, '0')}.eml`;
    writeFileSync(join(outbox, file), message);
    const messageId = /^message-id:\s*(<[^>]*>)/im.exec(headerOf(message))?.[1] ?? '';
    const at = new Date().toISOString();
    writeSync(log, recipients.map((recipient) => `${JSON.stringify({ messageId, recipient, at, file })}\n`).join(''));
    received += recipients.length;
  };

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    size: 25 * 1024 * 1024,
    onRcptTo(address, session, callback) {
      const nth = (attempts.get(address.address) ?? 0) + 1;
      attempts.set(address.address, nth);
      const fault = faults(address.address, nth);
      if (fault === 'drop' || fault === 'drop-after') doomed.set(session.id, fault);
      else if (fault !== undefined) return callback(Object.assign(new Error(fault.text), { responseCode: fault.code }));
      return callback();
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (stream.sizeExceeded) return callback(Object.assign(new Error('Message too large'), { responseCode: 552 }));
        const fault = doomed.get(session.id);
        if (fault === 'drop') return cut(session);
        try {
          keep(Buffer.concat(chunks), session.envelope.rcptTo.map(({ address }) => address));
        } catch (error) {
          return callback(Object.assign(new Error(`Not kept: ${(error as Error).message}`), { responseCode: 451 }));
        }
        return fault === 'drop-after' ? cut(session) : callback();
      });
    },
    onClose(session) {
      doomed.delete(session.id);
    },
  });
  server.server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    if (remotePort === undefined) return;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  // A client that hangs up in the middle is its own affair.
  server.on('error', () => undefined);

  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.server.address() as AddressInfo;
  return {
    port: address.port,
    url: `smtp://${host}:${address.port}`,
    received: () => received,
    stop: () => new Promise((resolve) => {
      // Idle connections of a sender's pool would hold the server open.
      server.close(() => {
        closeSync(log);
        resolve();
      });
      for (const socket of sockets.values()) socket.destroy();
    }),
  };
}

/** Opens the log to append; a last line that a killed sink left half written is ended first. */
function openLog(path: string): number {
  const isNew = !existsSync(path);
  const log = openSync(path, 'a+');
  const { size } = fstatSync(log);
  if (isNew || size === 0) return log;
  const end = Buffer.alloc(1);
  readSync(log, end, 0, 1, size - 1);
  if (end[0] !== 0x0a) writeSync(log, '\n');
  return log;
}

const headerOf = (message: Buffer): string => {
  const end = message.indexOf('\r\n\r\n');
  return message.subarray(0, end < 0 ? message.length : end).toString('latin1');
};
