import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { freePort } from './free-port.ts';

/**
 * Free ports by name, the same as the last time where they still are free: links that were printed or mailed then stay good.
 * @param file JSON file that remembers them
 */
export async function keptPorts<Name extends string>(file: string, names: readonly Name[]): Promise<Record<Name, number>> {
  const before = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Partial<Record<Name, number>>;
  const ports: Partial<Record<Name, number>> = {};
  for (const name of names) ports[name] = await freePort(before[name]);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ ...before, ...ports })}\n`);
  return ports as Record<Name, number>;
}
