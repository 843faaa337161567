import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runTool } from '../../scripts/processes/run-tool.ts';

/**
 * The Python of the peers' own environment, made at the first call; when its list has changed, what it names is installed on top, so that a bench that runs keeps its packages.
 * @param list file beside this one that names the packages
 * @param folder where the environment is to stand; nothing outside it is touched
 * @returns path of its `python`
 * @throws Error with the last words of venv or pip
 */
export async function peerPython(folder: string, environment: Readonly<NodeJS.ProcessEnv>, say: (line: string) => void, list = 'requirements.txt'): Promise<string> {
  const python = join(folder, 'bin', 'python');
  const requirements = join(import.meta.dirname, list);
  const wanted = await readFile(requirements, 'utf8');
  const mark = join(folder, 'installed.txt');
  if (await readFile(mark, 'utf8').catch(() => '') === wanted) return python;
  say(`Installing the peers' Python packages in ${folder}.`);
  await mkdir(dirname(folder), { recursive: true });
  const steps: readonly (readonly [string, readonly string[]])[] = [
    ['python3', ['-m', 'venv', folder]],
    [python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]],
  ];
  for (const [command, parameters] of steps) {
    const { code, problem, output } = await runTool(command, parameters, { environment, timeoutSeconds: 1800 });
    if (code !== 0) throw new Error(`The peers' Python environment could not be made: ${problem ?? output.trim().split('\n').at(-1)}. It needs python3 (3.11 or newer) with venv and pip.`);
  }
  await writeFile(`${mark}.partial`, wanted);
  await rename(`${mark}.partial`, mark);
  return python;
}
