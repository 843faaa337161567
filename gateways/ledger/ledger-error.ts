import { ClienteleError } from '../errors.ts';

const networkCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH', 'EAI_AGAIN', '57P01', '57P02', '57P03', '53300']);

/** An error of PGlite or pg as the table's error where a person can act on it, else as it came. `address` names the ledger without a password. */
export function ledgerError(error: unknown, address: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code, detail } = error as Error & { code?: string; detail?: string };
  if (code === 'CL001' && detail !== undefined) {
    return new ClienteleError('SEND_TRANSITION_REFUSED', JSON.parse(detail) as Record<string, string>, { cause: error });
  }
  const lost = code === undefined && /Connection terminated|timeout exceeded when trying to connect/.test(error.message);
  if (lost || (code !== undefined && (networkCodes.has(code) || code.startsWith('08') || code.startsWith('28')))) {
    return new ClienteleError('LEDGER_UNREACHABLE', { address, problem: error.message || code || 'connection lost' }, { cause: error });
  }
  return error;
}
