import { ClienteleError } from '../../gateways/errors.ts';
import { exitCodes } from './exit-codes.ts';

export interface DescribedError {
  readonly code: string;
  readonly message: string;
  readonly exitCode: number;
}

/** Codes that a person mends in what they typed or set. */
const usageCodes: ReadonlySet<string> = new Set(['SHOP_NOT_FOUND', 'SETTING_INVALID', 'ENVIRONMENT_INVALID', 'SOURCE_MISSING', 'COMMAND_INVALID']);

/** One line for any error: what lies at the bottom of Temporal's chain of causes, with the table's code where it has one. */
export function describeError(error: unknown): DescribedError {
  const root = rootOf(error);
  const code = codeOf(root);
  const message = (root instanceof Error ? root.message : String(root)).replace(/\s*\n\s*/g, ' ').trim() || 'no more is known';
  return { code, message, exitCode: usageCodes.has(code) ? exitCodes.usage : exitCodes.failed };
}

function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error && !(root instanceof ClienteleError)) root = root.cause;
  return root;
}

function codeOf(error: unknown): string {
  if (error instanceof ClienteleError) return error.code;
  const type = (error as { type?: unknown } | null)?.type;
  if (typeof type === 'string' && /^[A-Z][A-Z_]+$/.test(type)) return type;
  return error instanceof Error && error.name !== 'Error' ? error.name : 'FAILED';
}
