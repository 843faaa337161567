import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger, LogLevel, LogMetadata } from '@temporalio/worker';
import { pino, type Logger as Pino } from 'pino';
import { scrub } from './scrub.ts';

/** Fields of Temporal's own metadata that say where a line comes from; nothing else of it is written, inputs and results least of all. */
const places = ['activityType', 'attempt', 'taskQueue', 'trace_id', 'workflowType', 'step', 'code', 'rows', 'seconds'] as const;

/** The log of a process: JSON lines in `<home>/log/clientele.jsonl` with shop, cycle and step, and no personal data. */
export function openLog({ home, logLevel }: { readonly home: string; readonly logLevel: string }): Pino {
  const folder = join(home, 'log');
  mkdirSync(folder, { recursive: true });
  return pino({ level: logLevel, base: { pid: process.pid } }, pino.destination({ dest: join(folder, 'clientele.jsonl'), append: true, sync: true }));
}

/** What a line of Temporal's logger says, as fields: an error by its code only. */
export function logFields(metadata: LogMetadata = {}): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const place of places) if (metadata[place] !== undefined) fields[place] = metadata[place];
  const [, shop, cycle] = /^(?:cycle|send|outcomes)\/([^/]+)\/([^/]+)/.exec(String(metadata['workflowId'] ?? '')) ?? [];
  if (shop !== undefined) Object.assign(fields, { shop, cycle });
  const error = metadata['error'];
  if (error !== undefined) fields['code'] = codeOf(error);
  return fields;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  return 'type' in error && typeof error.type === 'string' ? error.type : 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** The log as Temporal's workers and workflows write to it. */
export function temporalLogger(log: Pino): Logger {
  const write = (level: LogLevel, message: string, metadata?: LogMetadata): void => {
    log[level.toLowerCase() as Lowercase<LogLevel>](logFields(metadata), scrub(message));
  };
  return {
    log: write,
    trace: (message, metadata) => write('TRACE', message, metadata),
    debug: (message, metadata) => write('DEBUG', message, metadata),
    info: (message, metadata) => write('INFO', message, metadata),
    warn: (message, metadata) => write('WARN', message, metadata),
    error: (message, metadata) => write('ERROR', message, metadata),
  };
}
