import { readFile } from 'node:fs/promises';

/** A process of ours ended or said it cannot go on. `type` is the code it gave itself, for the error line. */
export class ProcessFailure extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.name = 'ProcessFailure';
    this.type = type;
  }
}

/**
 * Why a process ended, from the last line of its log: either `CODE: message` or a pino record.
 * @param name what people call the process
 */
export async function processFailure(name: string, log: string): Promise<ProcessFailure> {
  const text = await readFile(log, 'utf8').catch(() => '');
  const lines = text.trim().split('\n').slice(-200).reverse();
  for (const line of lines) {
    const coded = codedLine(line);
    if (coded !== undefined) return new ProcessFailure(coded.code, `${coded.message} (${name}; log: ${log})`);
  }
  return new ProcessFailure('PROCESS_ENDED', `The ${name} ended unexpectedly: ${lines[0]?.slice(0, 300) || 'it said nothing'} (log: ${log})`);
}

function codedLine(line: string): { readonly code: string; readonly message: string } | undefined {
  const plain = /^([A-Z][A-Z_]{2,}): (.+)$/.exec(line);
  if (plain?.[1] !== undefined && plain[2] !== undefined) return { code: plain[1], message: plain[2] };
  if (!line.startsWith('{')) return undefined;
  try {
    const record = JSON.parse(line) as { level?: number; msg?: string; code?: unknown; err?: { message?: string; code?: unknown } };
    if ((record.level ?? 0) < 50) return undefined;
    const code = record.err?.code ?? record.code;
    return { code: typeof code === 'string' ? code : 'PROCESS_ENDED', message: record.err?.message ?? record.msg ?? line };
  } catch {
    return undefined;
  }
}
