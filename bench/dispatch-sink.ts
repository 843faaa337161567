// A relay of its own process that only counts: node dispatch-sink.ts '<settings as JSON>'. Its port and its counts go to the parent by messages.
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** How often the sink misbehaves, each a share of first offers from 0 to 1; the address and the seed decide, so that a run can be repeated. */
export interface SinkFaults {
  readonly refuseForNow?: number;
  readonly refuseForGood?: number;
  /** Cuts the connection in the middle of DATA. */
  readonly dropMidData?: number;
  /** Takes the letter and answers only after `lateMs`. */
  readonly late?: number;
  /** Takes the letter and cuts the connection before 250. */
  readonly takeAndDrop?: number;
  /** Answers 421 to MAIL and ends the session. */
  readonly closing?: number;
}

export interface SinkSettings {
  readonly port?: number;
  readonly seed?: number;
  readonly faults?: SinkFaults;
  readonly lateMs?: number;
  /** The relay's log: a JSON line a letter, written before 250. */
  readonly log?: string;
  readonly pipelining?: boolean;
}

/** What came to the sink. */
export interface SinkCounts {
  readonly letters: number;
  readonly addresses: number;
  /** Addresses that have more than one letter. */
  readonly twice: readonly string[];
  readonly bytes: number;
  readonly sessions: number;
}

type Fault = keyof SinkFaults;
const order: readonly Fault[] = ['refuseForGood', 'refuseForNow', 'dropMidData', 'late', 'takeAndDrop', 'closing'];
const endOfData = Buffer.from('\r\n.\r\n');

const settings = JSON.parse(process.argv[2] ?? '{}') as SinkSettings;
const { seed = 1, faults = {}, lateMs = 2000, pipelining = true } = settings;
const log = settings.log === undefined ? undefined : openSync(settings.log, 'a');
const lettersOf = new Map<string, number>();
const offersOf = new Map<string, number>();
const tally = { letters: 0, bytes: 0, sessions: 0 };
const anyFault = order.some((fault) => (faults[fault] ?? 0) > 0);

/** Refusals for good hold always, every other fault meets only the first offer. */
function faultOf(address: string): Fault | undefined {
  if (!anyFault) return undefined;
  const nth = (offersOf.get(address) ?? 0) + 1;
  offersOf.set(address, nth);
  let draw = createHash('sha256').update(`${seed}\n${address}`).digest().readUInt32BE() / 2 ** 32;
  for (const fault of order) {
    const share = faults[fault] ?? 0;
    if (draw < share) return nth === 1 || fault === 'refuseForGood' ? fault : undefined;
    draw -= share;
  }
  return undefined;
}

function keep(address: string, data: Buffer): void {
  tally.letters += 1;
  tally.bytes += data.length;
  lettersOf.set(address, (lettersOf.get(address) ?? 0) + 1);
  if (log === undefined) return;
  const messageId = /^message-id: *(<[^>]*>)/im.exec(data.subarray(0, 4096).toString('latin1'))?.[1] ?? '';
  writeSync(log, `${JSON.stringify({ messageId, recipient: address, at: new Date().toISOString() })}\n`);
}

function serve(socket: Socket): void {
  tally.sessions += 1;
  let buffered: Buffer = Buffer.alloc(0);
  let inData = false;
  let waiting = false;
  let address = '';
  let refused = false;
  let fault: Fault | undefined;

  const takeLetter = (end: number): boolean => {
    const data = buffered.subarray(0, end);
    buffered = buffered.subarray(end + endOfData.length);
    inData = false;
    keep(address, data);
    if (fault === 'takeAndDrop') {
      socket.destroy();
      return false;
    }
    if (fault !== 'late') return socket.write('250 2.0.0 taken\r\n');
    waiting = true;
    setTimeout(() => {
      waiting = false;
      if (socket.destroyed) return;
      socket.write('250 2.0.0 taken late\r\n');
      read();
    }, lateMs);
    return false;
  };

  const answer = (line: string): boolean => {
    const verb = line.slice(0, 4).toUpperCase();
    switch (verb) {
      case 'EHLO': return socket.write(pipelining ? '250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 30000000\r\n' : '250 sink\r\n');
      case 'RCPT': {
        address = /<([^>]*)>/.exec(line)?.[1]?.toLowerCase() ?? '';
        fault = faultOf(address);
        refused = fault === 'refuseForGood' || fault === 'refuseForNow' || fault === 'closing';
        if (fault === 'closing') {
          socket.end('421 4.3.2 closing\r\n');
          return false;
        }
        return socket.write(fault === 'refuseForGood' ? '550 5.1.1 no such user\r\n' : fault === 'refuseForNow' ? '451 4.7.1 try later\r\n' : '250 2.1.5 ok\r\n');
      }
      case 'DATA':
        if (refused) return socket.write('554 5.5.1 no valid recipients\r\n');
        inData = true;
        return socket.write('354 go on\r\n');
      case 'QUIT':
        socket.end('221 bye\r\n');
        return false;
      default: return socket.write('250 2.0.0 ok\r\n');
    }
  };

  function read(): void {
    while (!waiting) {
      if (inData) {
        if (fault === 'dropMidData' && buffered.length > 0) return void socket.destroy();
        const end = buffered.indexOf(endOfData);
        if (end < 0) return;
        takeLetter(end);
        if (socket.destroyed) return;
        continue;
      }
      const end = buffered.indexOf('\r\n');
      if (end < 0) return;
      const line = buffered.subarray(0, end).toString('latin1');
      buffered = buffered.subarray(end + 2);
      answer(line);
      if (socket.destroyed || socket.writableEnded) return;
    }
  }

  socket.setNoDelay(true).on('error', () => undefined).on('data', (chunk: Buffer) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    read();
  });
  socket.write('220 sink\r\n');
}

const server = createServer(serve);
server.listen(settings.port ?? 0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', (message) => {
  if (message === 'counts') process.send?.({ ...tally, addresses: lettersOf.size, twice: [...lettersOf].filter(([, letters]) => letters > 1).map(([one]) => one) } satisfies SinkCounts);
  if (message === 'letters') process.send?.(tally.letters);
  if (message === 'addresses') process.send?.([...lettersOf.keys()]);
  if (message !== 'stop') return;
  if (log !== undefined) closeSync(log);
  process.exit(0);
});
process.on('disconnect', () => process.exit(0));
