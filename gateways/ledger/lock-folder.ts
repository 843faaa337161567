import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
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
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is such a process, of another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const current = await birthOf(pid);
  return birth === '' || current === '' || birth === current;
}

/**
 * Takes the folder for this process by a lock file that holds its pid; the lock of a dead process is taken over.
 * @returns gives the folder back
 * @throws ClienteleError LEDGER_LOCKED when a living process holds it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'lock');
  const mine = `${process.pid}\n${await birthOf('self')}\n${randomUUID()}\n`;
  for (;;) {
    try {
      const handle = await open(file, 'wx');
      await handle.writeFile(mine);
      await handle.close();
      return async () => {
        if (await readFile(file, 'utf8').catch(() => '') === mine) await unlink(file);
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const found = await readLock(file);
    if (found === undefined) continue;
    const [pid = '', birth = ''] = found.split('\n');
    if (found !== '' && await isAlive(Number(pid), birth)) throw new ClienteleError('LEDGER_LOCKED', { folder, pid });
    await removeStale(file, found, folder);
  }
}

/** The lock's text; undefined when it has just gone. A file that stays empty was left by a process that died while writing it. */
async function readLock(file: string): Promise<string | undefined> {
  for (let look = 0; look < 10; look += 1) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== '') return text;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return '';
}

/** Renaming first shows what was really taken: another process may have taken the stale lock over between the look and the hand. */
async function removeStale(file: string, expected: string, folder: string): Promise<void> {
  const aside = join(folder, `lock.${randomUUID()}`);
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const taken = await readFile(aside, 'utf8');
  if (taken !== expected) await link(aside, file).catch(() => undefined);
  await unlink(aside);
}
