// Makes a fresh clone able to run: dependencies, Node 24, the Temporal server. It uses nothing that is not in Node 20 itself.
//   node scripts/bootstrap.mjs [--temporal] [--test-server] <script.ts | tool> [arguments]
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeSync, closeSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const windows = process.platform === 'win32';
const nodeOfPackage = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');

// Standard output belongs to the command (`--json`), so everything said here goes to standard error.
const say = (line) => process.stderr.write(`${line}\n`);

function fail(code, message, status = 1) {
  say(`${code}: ${message}`);
  process.exit(status);
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether node_modules holds exactly the locked versions: npm writes its own lock there as the last act of an installation. */
function installed() {
  const locked = readJson(join(root, 'package-lock.json'))?.packages;
  const present = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (locked === undefined) fail('DEPENDENCIES_MISSING', 'package-lock.json is missing or broken. Restore it from version control.');
  if (present === undefined) return false;
  return Object.entries(locked).every(([path, entry]) => path === '' || entry.link || (present[path] === undefined ? entry.optional === true : present[path].version === entry.version));
}

function npm(args, folder, stdio = ['ignore', 2, 2]) {
  const cli = process.env.npm_execpath;
  const [command, first] = cli !== undefined && /npm-cli\.c?js$/.test(cli) && existsSync(cli) ? [process.execPath, [cli]] : [windows ? 'npm.cmd' : 'npm', []];
  return spawnSync(command, [...first, ...args], { cwd: folder, stdio, encoding: 'utf8', shell: windows && first.length === 0 });
}

function processLives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Runs `work` while no other bootstrap of this checkout installs: two `npm ci` at once leave a broken folder. */
async function alone(work) {
  const lock = join(root, 'var', 'install.lock');
  mkdirSync(dirname(lock), { recursive: true });
  for (let told = false; ;) {
    try {
      const file = openSync(lock, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = Number(readFileSync(lock, 'utf8').trim() || NaN);
      // An owner that has not written its number yet is given a moment before the lock counts as left behind.
      if (Number.isNaN(owner) ? told : !processLives(owner)) rmSync(lock, { force: true });
      else if (!told) say(`Waiting for process ${owner}, which is installing …`);
      told = true;
      await new Promise((done) => setTimeout(done, 500));
    }
  }
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    return work();
  } finally {
    release();
    process.off('exit', release);
  }
}

function installDependencies() {
  if (installed()) return;
  const started = Date.now();
  say('Installing dependencies (npm ci), once …');
  // Development dependencies too: checks and tests run from the same installation, whatever NODE_ENV says.
  const options = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const clean = npm(['ci', ...options], root, ['ignore', 'pipe', 'pipe']);
  if (clean.error !== undefined) fail('DEPENDENCIES_MISSING', `npm could not be started: ${clean.error.message}. Install Node 20 or newer with npm.`);
  // npm ci refuses a whole lock over an optional package of another platform that the registry lacks; npm install takes the same lock and leaves that one out.
  if (clean.status !== 0 && npm(['install', '--no-save', ...options], root).status !== 0) {
    fail('DEPENDENCIES_MISSING', `npm failed: ${clean.stderr.trim().split('\n').slice(0, 3).join(' ')}. Its own words are above. Check the network or the registry setting, then start again.`);
  }
  say(`Dependencies installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

const isNode24 = (node) => existsSync(node) && (spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? '').startsWith('v24.');

/** The Node 24 to run with. The package `node` fetches it in an install script, which npm may have been told to block. */
function findNode24() {
  if (isNode24(nodeOfPackage)) return nodeOfPackage;
  const { version } = readJson(join(root, 'node_modules', 'node', 'package.json')) ?? {};
  if (version === undefined) fail('NODE_MISSING', 'The npm package `node` is not installed. Remove node_modules and start again.');
  const name = `${process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'}-${windows ? 'win' : process.platform}-${process.arch}`;
  say(`Installing Node ${version} (npm package ${name}), once …`);
  const folder = mkdtempSync(join(tmpdir(), 'clientele-node-'));
  try {
    npm(['install', '--prefix', folder, '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`], folder);
    const binary = join(folder, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
    if (existsSync(binary)) {
      mkdirSync(dirname(nodeOfPackage), { recursive: true });
      rmSync(nodeOfPackage, { force: true });
      copyFileSync(binary, nodeOfPackage);
      chmodSync(nodeOfPackage, 0o755);
      const link = join(root, 'node_modules', '.bin', 'node');
      if (!windows && !existsSync(link)) {
        rmSync(link, { force: true });
        symlinkSync('../node/bin/node', link);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (isNode24(nodeOfPackage)) return nodeOfPackage;
  if (process.versions.node.startsWith('24.')) return process.execPath;
  return fail('NODE_MISSING', `Node 24 could not be installed for ${process.platform} ${process.arch}. Install Node 24 yourself and run the command with it.`);
}

/** What Node is to run for a word of the command line: a file of ours, or the tool of that name in node_modules. */
function entryOf(word) {
  if (/\.m?[jt]s$/.test(word)) return resolve(root, word);
  const folder = [word, word === 'tsc' ? 'typescript' : undefined].map((name) => name && join(root, 'node_modules', name)).find((path) => path && existsSync(path));
  const bin = folder && readJson(join(folder, 'package.json'))?.bin;
  const file = typeof bin === 'string' ? bin : bin?.[word];
  return file === undefined ? fail('COMMAND_INVALID', `There is no tool ${word} in node_modules.`, 2) : join(folder, file);
}

/** Runs a command to its end; signals are passed on, so that it can put away what it started. */
function run(node, args, environment) {
  return new Promise((done) => {
    const child = spawn(node, args, { cwd: process.cwd(), stdio: 'inherit', env: environment });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => fail('COMMAND_FAILED', `${node} could not be started: ${error.message}`));
    child.on('exit', (code, signal) => done(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

const words = process.argv.slice(2);
const needs = [];
while (words[0] === '--temporal' || words[0] === '--test-server') needs.push(words.shift());
if (words.length === 0) fail('COMMAND_INVALID', 'Say what to run: node scripts/bootstrap.mjs [--temporal] [--test-server] <script.ts | tool> [arguments]', 2);

const ready = installed() && isNode24(nodeOfPackage);
const node = ready ? nodeOfPackage : await alone(() => {
  installDependencies();
  return findNode24();
});
// So that `node` means Node 24 for whatever the command starts itself.
const environment = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${windows ? ';' : ':'}${process.env.PATH ?? ''}` };
if (needs.length > 0) {
  const status = await run(node, [join(root, 'scripts', 'temporal-server', 'ensure-temporal-server.ts'), ...needs], environment);
  if (status !== 0) process.exit(status);
}
const [word, ...rest] = words;
process.exitCode = await run(node, [entryOf(word), ...rest], environment);
