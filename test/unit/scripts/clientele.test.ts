import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bashCompletion } from '../../../scripts/command-line/bash-completion.ts';
import { commands } from '../../../scripts/command-line/commands.ts';
import { nearestCommand } from '../../../scripts/command-line/nearest-command.ts';
import { zshCompletion } from '../../../scripts/command-line/zsh-completion.ts';

const root = resolve(import.meta.dirname, '../../..');
const call = (words: readonly string[], cwd = root): { status: number | null; stdout: string; stderr: string } => spawnSync(process.execPath, [join(root, 'scripts/clientele.mjs'), ...words], { cwd, encoding: 'utf8' });

describe('the command clientele', () => {
  test('lists every command, and says its version, wherever it is called from', () => {
    const help = call(['--help'], tmpdir());
    expect(help.status).toBe(0);
    for (const { name, does } of commands) expect(help.stdout).toContain(`${name.padEnd(12)}  ${does}`);
    expect(call(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(call([]).stdout).toBe(help.stdout);
  });

  test('refuses what there is not with exit code 2 and what may be meant', () => {
    expect(call(['aprove'])).toMatchObject({ status: 2, stdout: '', stderr: 'COMMAND_INVALID: There is no command aprove. Is clientele approve meant? clientele --help lists all.\n' });
    expect(nearestCommand('frobnicate', ['cycle', 'start'])).toBe('clientele --help lists all.');
    expect(call(['explain'])).toMatchObject({ status: 2, stdout: '' });
  });

  test('hands what its command says and ends with to the caller', () => {
    expect(call(['suppressions', 'nowhere', '--export', 'x.csv'])).toMatchObject({ status: 2, stderr: expect.stringMatching(/^SHOP_NOT_FOUND: /) });
  });

  test.each(commands.map((command) => [command.name, command] as const))('%s has the options, words and examples that its script has', (name, command) => {
    const { status, stdout } = call(['help', name]);
    expect(status).toBe(0);
    const [usage = '', ...lines] = stdout.split('\n');
    expect(usage.match(/[<[][\w-]+[>\]]/g)?.filter((word) => word !== '[options]').length ?? 0).toBe(command.words.length);
    expect(usage).toMatch(new RegExp(`^Usage: clientele ${name} `));
    const options = Object.fromEntries(lines.flatMap((line) => {
      const [, option, value] = /^ {2}(?:-\w, )?(--[\w-]+)( <)?/.exec(line) ?? [];
      return option === undefined || option === '--help' ? [] : [[option, value === undefined ? null : expect.anything()]];
    }));
    expect(command.options).toEqual(options);
    expect(command.examples.length).toBeGreaterThan(0);
    for (const [words] of command.examples) {
      expect(stdout).toContain(`clientele ${name} ${words}`.trimEnd());
      for (const option of words.match(/--[\w-]+/g) ?? []) expect(Object.keys(command.options)).toContain(option);
    }
  });
});

describe('completion', () => {
  let places: { shops: string; lake: string };
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "it's a place "));
    places = { shops: join(folder, 'shops'), lake: join(folder, 'lake') };
    for (const shop of ['demo', 'cdnow']) {
      mkdirSync(join(places.shops, shop), { recursive: true });
      writeFileSync(join(places.shops, shop, 'shop.yaml'), '');
    }
    mkdirSync(join(places.shops, 'notes'));
    for (const cycle of ['demo/2026-W48', 'demo/2026-W49', 'demo/.scratch', 'cdnow/1998-W27']) mkdirSync(join(places.lake, cycle), { recursive: true });
    mkdirSync(join(folder, 'orders'));
    writeFileSync(join(folder, 'out.csv'), '');
  });
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

  /** What bash offers for the last of the words. */
  function offered(...words: string[]): string[] {
    const script = `${bashCompletion(commands, places)}\nCOMP_WORDS=(clientele "$@"); COMP_CWORD=$#; _clientele; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-uc', script, 'bash', ...words], { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] } });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    return stdout.split('\n').filter((line) => line !== '').sort();
  }

  test('offers commands', () => {
    expect(offered('')).toEqual([...commands.map(({ name }) => name), 'completion', 'help'].sort());
    expect(offered('ex')).toEqual(['explain', 'export']);
    expect(offered('help', 'app')).toEqual(['approve']);
    expect(offered('completion', '')).toEqual(['bash', 'zsh']);
  });
  test('offers options of the command and values of an option', () => {
    expect(offered('cycle', '--a')).toEqual(['--approval', '--as-of']);
    expect(offered('cycle', '--approval', '')).toEqual(['automatic', 'required']);
    expect(offered('cycle', '--data', 'o')).toEqual(['orders']);
    expect(offered('suppressions', 'demo', '--import', 'o')).toEqual(['orders', 'out.csv']);
    expect(offered('approve', '--by', '')).toEqual([]);
  });
  test('offers shops and cycles that there are, past options and their values', () => {
    expect(offered('schedule', '')).toEqual(['cdnow', 'demo']);
    expect(offered('schedule', '--data', 'x', '--json', 'demo', 'p')).toEqual(['pause']);
    expect(offered('approve', 'demo/')).toEqual(['demo/2026-W48', 'demo/2026-W49']);
    expect(offered('export', '--format', 'csv', 'c')).toEqual(['cdnow/1998-W27']);
    expect(offered('nothing', '')).toEqual([]);
  });
  test('is what the command prints, and what zsh can read where it is', ({ skip }) => {
    expect(call(['completion', 'bash']).stdout).toBe(bashCompletion(commands, { shops: join(root, 'shops'), lake: join(root, 'var/lake') }));
    const { stdout: script, status } = call(['completion', 'zsh']);
    expect(status).toBe(0);
    expect(script).toBe(zshCompletion(commands, { shops: join(root, 'shops'), lake: join(root, 'var/lake') }));
    for (const { name, options } of commands) for (const option of Object.keys(options)) expect(script).toMatch(new RegExp(`^ +${name}\\) compadd -- .*'${option}'`, 'm'));
    const read = spawnSync('zsh', ['-n', '-c', script], { encoding: 'utf8' });
    if (read.error !== undefined) skip('zsh is not on this machine');
    expect(read).toMatchObject({ status: 0, stderr: '' });
  });
});
