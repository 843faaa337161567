import { connect, isIP, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { RelayAddress } from './relay-address.ts';
import { createReplyReader, type SmtpReply } from './smtp-replies.ts';

/** Milliseconds. */
export interface RelayTimeouts {
  readonly connect: number;
  /** Silence of the relay after which the connection is given up. */
  readonly silence: number;
}

/** A session that has greeted, with TLS and login as the address says, before its first letter. */
export interface SmtpSocket {
  readonly socket: Socket;
  /** Keywords of EHLO (RFC 5321 4.1.1.1) in capitals, each with its parameters. */
  readonly extensions: ReadonlyMap<string, string>;
}

/** Why no session could be had; `code` where the relay said so itself. */
class SmtpRefusal extends Error {
  readonly code: number | undefined;

  constructor(message: string, code?: number) {
    super(message);
    this.name = 'SmtpRefusal';
    this.code = code;
  }
}

function ownName(): string {
  const name = hostname();
  return /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/.test(name) ? name : '[127.0.0.1]';
}

/** Opens a session. Rejects with an error when there is none to be had. */
export async function openSmtpSocket(address: RelayAddress, timeouts: RelayTimeouts, name: string = ownName()): Promise<SmtpSocket> {
  const { host, port, secure, startTls, user, password } = address;
  const servername = isIP(host) === 0 ? host : undefined;
  let talk = openTalk(secure ? connectTls({ host, port, servername }) : connect({ host, port }), timeouts.connect);
  try {
    await talk.next(220);
    let extensions = await greet(talk, name);
    if (!secure && startTls !== 'never' && (startTls === 'required' || extensions.has('STARTTLS'))) {
      await talk.say('STARTTLS', 220);
      // Whatever came before TLS was said by nobody knows whom: the reader of the plain session is left behind.
      talk = openTalk(connectTls({ socket: talk.leave(), host, servername }), timeouts.connect);
      extensions = await greet(talk, name);
    }
    if (user !== undefined) await login(talk, extensions.get('AUTH') ?? '', user, password ?? '');
    return { socket: talk.leave(), extensions };
  } catch (error) {
    talk.end();
    throw error;
  }
}

interface Talk {
  next(...codes: readonly number[]): Promise<SmtpReply>;
  say(command: string, ...codes: readonly number[]): Promise<SmtpReply>;
  /** Hands the socket on to another reader. */
  leave(): Socket;
  end(): void;
}

/** Command and answer in turn, which is all that a session needs before its first letter. */
function openTalk(socket: Socket, silence: number): Talk {
  const reader = createReplyReader();
  const replies: SmtpReply[] = [];
  let failure: Error | undefined;
  let wake = (): void => undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    wake();
  };
  const read = (chunk: Buffer): void => {
    try {
      replies.push(...reader(chunk.toString('utf8')));
      wake();
    } catch (error) {
      fail(error as Error);
    }
  };
  const onTimeout = (): void => fail(new SmtpRefusal('the relay is silent'));
  const onClose = (): void => fail(new SmtpRefusal('the relay ended the connection'));
  socket.setNoDelay(true).setTimeout(silence).on('data', read).on('error', fail).on('timeout', onTimeout).on('close', onClose);

  const next = async (...codes: readonly number[]): Promise<SmtpReply> => {
    while (replies.length === 0) {
      if (failure !== undefined) throw failure;
      await new Promise<void>((resolve) => { wake = resolve; });
    }
    const reply = replies.shift()!;
    if (!codes.includes(reply.code)) throw new SmtpRefusal(reply.text, reply.code);
    return reply;
  };
  return {
    next,
    say: (command, ...codes) => {
      socket.write(`${command}\r\n`);
      return next(...codes);
    },
    leave: () => {
      if (replies.length > 0) throw new SmtpRefusal('the relay spoke out of turn');
      socket.off('data', read).off('error', fail).off('timeout', onTimeout).off('close', onClose).setTimeout(0);
      // An error between two readers would end the process.
      socket.on('error', () => undefined);
      return socket;
    },
    end: () => { socket.destroy(); },
  };
}

async function greet(talk: Talk, name: string): Promise<Map<string, string>> {
  const reply = await talk.say(`EHLO ${name}`, 250).catch((error: unknown) => {
    if (!(error instanceof SmtpRefusal) || error.code === undefined || error.code < 500) throw error;
    return undefined;
  });
  if (reply === undefined) {
    await talk.say(`HELO ${name}`, 250);
    return new Map();
  }
  return new Map(reply.lines.slice(1).map((line) => {
    const space = line.search(/[ =]/);
    return space < 0 ? [line.toUpperCase(), ''] : [line.slice(0, space).toUpperCase(), line.slice(space + 1).toUpperCase()];
  }));
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

async function login(talk: Talk, methods: string, user: string, password: string): Promise<void> {
  if (/\bPLAIN\b/.test(methods) || !/\bLOGIN\b/.test(methods)) {
    await talk.say(`AUTH PLAIN ${base64(`\0${user}\0${password}`)}`, 235);
    return;
  }
  await talk.say('AUTH LOGIN', 334);
  await talk.say(base64(user), 334);
  await talk.say(base64(password), 235);
}
