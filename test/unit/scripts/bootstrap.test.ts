import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const project = resolve(import.meta.dirname, '../../..');
let root: string;

/** Stands in for npm: notes how it was called and installs what the lock names, with the running Node as the package `node`. */
const fakeNpm = `
const { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync, existsSync } = require('node:fs');
const { join } = require('node:path');
appendFileSync(process.env.NPM_CALLS, process.argv.slice(2).join(' ') + '\\n');
if (process.env.NPM_FAILS === process.argv[2] || process.env.NPM_FAILS === 'all') { console.error('npm error no network'); process.exit(1); }
setTimeout(() => {
  const bin = join('node_modules', 'node', 'bin');
  mkdirSync(bin, { recursive: true });
  if (!existsSync(join(bin, 'node'))) symlinkSync(process.execPath, join(bin, 'node'));
  writeFileSync(join('node_modules', '.package-lock.json'), readFileSync('package-lock.json'));
}, 200);
`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  mkdirSync(join(root, 'scripts'));
  mkdirSync(join(root, 'npm'));
  cpSync(join(project, 'scripts', 'bootstrap.mjs'), join(root, 'scripts', 'bootstrap.mjs'));
  writeFileSync(join(root, 'npm', 'npm-cli.js'), fakeNpm);
  writeFileSync(join(root, 'npm', 'package.json'), '{"type":"commonjs"}');
  lock('1.0.0');
  writeFileSync(join(root, 'command.ts'), "const words: readonly string[] = process.argv.slice(2);\nconsole.log(words.join(' '), process.env.PATH?.split(':')[0]);\nprocess.exitCode = Number(words[0] ?? 0);\n");
});
afterEach(() => { rmSync(root, { recursive: true, force: true }); });

function lock(version: string): void {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, 'node_modules/a': { version }, 'node_modules/of-another-platform': { version: '1.0.0', optional: true } } }));
}

const environment = (change: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], npm_execpath: join(root, 'npm', 'npm-cli.js'), NPM_CALLS: join(root, 'calls'), ...change });

function bootstrap(args: readonly string[], change: NodeJS.ProcessEnv = {}): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, [join(root, 'scripts', 'bootstrap.mjs'), ...args], { cwd: root, env: environment(change), encoding: 'utf8' });
}

const npmCalls = (): string[] => (existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8').trim().split('\n').map((call) => call.split(' ')[0] ?? '') : []);

describe('a fresh clone', () => {
  test('is installed once, then the command runs with its arguments, its exit code, and our tools first on PATH', () => {
    const first = bootstrap(['command.ts', '3', '--json']);
    expect(first).toMatchObject({ status: 3, stdout: `3 --json ${join(root, 'node_modules', '.bin')}\n` });
    expect(first.stderr).toContain('Installing dependencies (npm ci), once …');
    expect(bootstrap(['command.ts', '0'])).toMatchObject({ status: 0, stderr: '' });
    expect(npmCalls()).toEqual(['ci']);
  });

  test('is installed again when the lock asks for other versions, not when only its file is newer', () => {
    bootstrap(['command.ts']);
    lock('1.0.0');
    bootstrap(['command.ts']);
    expect(npmCalls()).toEqual(['ci']);
    lock('1.0.1');
    bootstrap(['command.ts']);
    expect(npmCalls()).toEqual(['ci', 'ci']);
  });

  test('is installed by npm install where npm ci refuses the lock', () => {
    expect(bootstrap(['command.ts', '0'], { NPM_FAILS: 'ci' }).status).toBe(0);
    expect(npmCalls()).toEqual(['ci', 'install']);
  });

  test('says what failed where nothing can be installed', () => {
    const { status, stderr } = bootstrap(['command.ts'], { NPM_FAILS: 'all' });
    expect(status).toBe(1);
    expect(stderr).toContain('DEPENDENCIES_MISSING: npm failed: npm error no network');
  });

  test('is installed once by two commands that start together', async () => {
    const both = [1, 2].map(() => spawn(process.execPath, [join(root, 'scripts', 'bootstrap.mjs'), 'command.ts', '0'], { cwd: root, env: environment(), stdio: 'ignore' }));
    expect(await Promise.all(both.map((one) => once(one, 'exit')))).toEqual([[0, null], [0, null]]);
    expect(npmCalls()).toEqual(['ci']);
    expect(existsSync(join(root, 'var', 'install.lock'))).toBe(false);
  });

  test('is not held up by the lock of a process that died', () => {
    mkdirSync(join(root, 'var'));
    writeFileSync(join(root, 'var', 'install.lock'), String(spawnSync(process.execPath, ['-e', '0']).pid));
    expect(bootstrap(['command.ts', '0']).status).toBe(0);
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s reaches the command, which ends as it likes', async (signal) => {
  bootstrap(['command.ts']);
  writeFileSync(join(root, 'waits.ts'), `process.on('${signal}', () => process.exit(42));\nsetInterval(() => {}, 1000);\nconsole.log('waiting');\n`);
  const child = spawn(process.execPath, [join(root, 'scripts', 'bootstrap.mjs'), 'waits.ts'], { cwd: root, env: environment(), stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([42, null]);
});

test('a tool that is not there, or no command at all, is wrong usage', () => {
  expect(bootstrap(['nonesuch'])).toMatchObject({ status: 2, stdout: '' });
  expect(bootstrap([])).toMatchObject({ status: 2 });
});
