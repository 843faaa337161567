import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClienteleError } from '../errors.ts';

/** What tells a process from a later one with the same pid; empty where the system does not say. */
async function birthOf(pid: number | 'self'): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  // The command's name may hold spaces and parentheses; the fields after it are plain. Field 22 is the start time.
  const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return start === undefined || boot === '' ? '' : `${boot.trim()} ${start}`;
}

async function isAlive(pid: number, birth: string): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is such a process, of another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const current = await birthOf(pid);
  return birth === '' || current === '' || birth === current;
}

/** Takes a lock file, or says which living process has it. */
async function tryLock(file: string): Promise<{ readonly release: () => Promise<void> } | { readonly heldBy: string }> {
  const mine = `${process.pid}\n${await birthOf('self')}\n${randomUUID()}\n`;
  for (;;) {
    if (await createWhole(file, mine)) {
      return { release: async () => { if (await readFile(file, 'utf8').catch(() => '') === mine) await unlink(file); } };
    }
    const found = await readFile(file, 'utf8').catch(() => undefined);
    if (found === undefined) continue;
    const [pid = '', birth = ''] = found.split('\n');
    if (await isAlive(Number(pid), birth)) return { heldBy: pid };
    // Only who holds the lock named after this very stale lock may remove it: a late comer cannot remove the lock of who was faster.
    const removal = await tryLock(`${file}.${createHash('sha256').update(found).digest('hex').slice(0, 16)}`);
    if ('heldBy' in removal) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      continue;
    }
    try {
      if (await readFile(file, 'utf8').catch(() => '') === found) await unlink(file);
    } finally {
      await removal.release();
    }
  }
}

/** Creates a file with its text at once, so that nobody sees it empty; false when it is there already. */
async function createWhole(file: string, text: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, text);
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    await unlink(draft);
  }
}

/**
 * Takes the folder for this process by a lock file that holds its pid; the lock of a dead process is taken over.
 * @returns gives the folder back
 * @throws ClienteleError LEDGER_LOCKED when a living process holds it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const lock = await tryLock(join(folder, 'lock'));
  if ('heldBy' in lock) throw new ClienteleError('LEDGER_LOCKED', { folder, pid: lock.heldBy });
  return lock.release;
}
