import { spawn } from 'node:child_process';

/** How a tool ended: `code` is null when it was killed or could not be started at all. */
export interface ToolResult {
  readonly code: number | null;
  /** The last lines that it wrote, standard output and standard error together. */
  readonly output: string;
  /** Why it has no code: not found, killed, took longer than allowed. */
  readonly problem?: string;
}

const kept = 4000;

/**
 * Runs a foreign tool to its end, or to `timeoutSeconds`, when it is killed. Never throws.
 */
export function runTool(command: string, args: readonly string[], options: { readonly environment: Readonly<NodeJS.ProcessEnv>; readonly timeoutSeconds: number; readonly folder?: string }): Promise<ToolResult> {
  return new Promise((resolve) => {
    let output = '';
    let timedOut = false;
    const child = spawn(command, args, { env: options.environment, cwd: options.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk: Buffer): void => { output = (output + chunk.toString()).slice(-kept); };
    const timer = setTimeout(() => { timedOut = true; child.kill('SIGKILL'); }, options.timeoutSeconds * 1000);
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: null, output, problem: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not there' : error.message });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (timedOut) return resolve({ code: null, output, problem: `no end after ${options.timeoutSeconds} s` });
      resolve(code === null ? { code, output, problem: `killed by ${signal}` } : { code, output });
    });
  });
}
