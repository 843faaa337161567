import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const project = resolve(import.meta.dirname, '../../..');

test('a test run ends with one plain line that counts every test, and a file that does not load as failed', () => {
  const folder = mkdtempSync(join(project, 'node_modules', '.closing-line-'));
  try {
    writeFileSync(join(folder, 'some.test.ts'), "import { expect, test } from 'vitest';\ntest('a', () => {});\ntest('b', () => { expect(1).toBe(2); });\ntest.skip('c', () => {});\n");
    writeFileSync(join(folder, 'broken.test.ts'), "import './not-there.ts';\n");
    writeFileSync(join(folder, 'vitest.config.ts'), `export default { test: { root: ${JSON.stringify(folder)}, include: ['**/*.test.ts'], exclude: [], reporters: ['default', ${JSON.stringify(join(project, 'scripts/test-run/closing-line-reporter.ts'))}] } };\n`);
    const { stdout, status } = spawnSync(process.execPath, [join(project, 'node_modules/vitest/vitest.mjs'), 'run', '--config', join(folder, 'vitest.config.ts')], { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] } });
    expect(stdout.trim().split('\n').at(-1)).toBe('1 passed, 2 failed, 1 skipped');
    expect(status).toBe(1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
