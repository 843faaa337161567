import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { notesOf, wordsOf, type Finding } from './finding.ts';

const note = notesOf('lake');
const gigabyte = 1e9;

/** Bytes that this user may still write where a folder is. */
const freeBytesOf = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

/**
 * Whether the lake's folder, or its mirror where it is in an object store, can be written as the warehouse writes it, to a temporary name and renamed, and has room.
 * @param freeBytes tells the room; the file system's own word when absent
 */
export async function checkLake(lake: string, freeBytes: (folder: string) => Promise<number> = freeBytesOf): Promise<Finding[]> {
  const file = join(lake, `.doctor-${randomUUID()}`);
  try {
    await mkdir(lake, { recursive: true });
    await writeFile(`${file}.tmp`, 'x');
    await rename(`${file}.tmp`, file);
  } catch (error) {
    return [note.failed('place', `${lake} cannot be written: ${wordsOf(error)}`, 'Let this user write the folder, or set LAKE to another one.')];
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
    await rm(`${file}.tmp`, { force: true }).catch(() => undefined);
  }
  const free = await freeBytes(lake);
  const words = `${(free / gigabyte).toFixed(1)} GB free`;
  const mend = 'Free some, move old cycles away, or set LAKE to a larger disk.';
  const room = free < gigabyte / 2 ? note.failed('room', words, mend) : free < 5 * gigabyte ? note.warning('room', words, mend) : note.ok('room', words);
  return [note.ok('place', `${lake} can be written`), room];
}
