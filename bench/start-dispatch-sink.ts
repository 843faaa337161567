import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { SinkCounts, SinkSettings } from './dispatch-sink.ts';

/** The next message of a process. Rejects when it ends without one. */
export const messageOf = <Message>(child: ChildProcess, what: string): Promise<Message> => new Promise((resolve, reject) => {
  const onExit = (code: number | null): void => reject(new Error(`${what} ended with ${code} before it said anything.`));
  child.once('exit', onExit).once('message', (message) => {
    child.off('exit', onExit);
    resolve(message as Message);
  });
});

/** A counting sink in a process of its own. One question at a time. */
export interface DispatchSink {
  readonly url: string;
  counts(): Promise<SinkCounts>;
  letters(): Promise<number>;
  /** Everybody who has a letter. */
  addresses(): Promise<string[]>;
  stop(): Promise<void>;
}

export async function startDispatchSink(settings: SinkSettings): Promise<DispatchSink> {
  const child = fork(join(import.meta.dirname, 'dispatch-sink.ts'), [JSON.stringify(settings)]);
  const { port } = await messageOf<{ port: number }>(child, 'The sink');
  const ask = <Answer>(question: string): Promise<Answer> => {
    const answer = messageOf<Answer>(child, 'The sink');
    child.send(question);
    return answer;
  };
  return {
    url: `smtp://127.0.0.1:${port}?tls=never`,
    counts: () => ask('counts'),
    letters: () => ask('letters'),
    addresses: () => ask('addresses'),
    stop: () => new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.send('stop');
    }),
  };
}
