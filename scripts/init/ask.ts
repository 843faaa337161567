import { createInterface } from 'node:readline/promises';
import { ClienteleError } from '../../gateways/errors.ts';

export interface Question<Key extends string> {
  readonly key: Key;
  readonly words: string;
  /** Taken for an empty answer. */
  readonly proposal: string;
}

/**
 * Asks what was not given, one question a line; a proposal stands for an empty answer.
 * @throws ClienteleError COMMAND_INVALID when the input ends before the last answer
 */
export async function ask<Key extends string>(questions: readonly Question<Key>[], given: Readonly<Partial<Record<Key, string>>>, { input, output }: { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream }): Promise<Record<Key, string>> {
  const lines = createInterface({ input, output });
  const ended = new Promise<never>((_, reject) => {
    lines.once('close', () => reject(new ClienteleError('COMMAND_INVALID', { problem: 'The answers ended before the questions', remedy: 'Answer all, or take the proposals with --yes.' })));
  });
  // Nobody waits for it once every question is answered.
  ended.catch(() => undefined);
  const answers: Partial<Record<Key, string>> = {};
  try {
    for (const { key, words, proposal } of questions) {
      const known = given[key];
      answers[key] = known ?? ((await Promise.race([lines.question(`${words} [${proposal}] `), ended])).trim() || proposal);
    }
    return answers as Record<Key, string>;
  } finally {
    lines.close();
  }
}
