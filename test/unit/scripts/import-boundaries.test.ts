import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const project = resolve(import.meta.dirname, '../../..');
let root: string;

/** What stands in each planted file; every import but the `allowed` ones must be reported, on its own line. */
const planted: Readonly<Record<string, { readonly forbidden: readonly string[]; readonly allowed: readonly string[] }>> = {
  'workflows/planted.ts': {
    forbidden: [
      "import { readFile } from 'node:fs/promises';", "import { openLedger } from '../gateways/ledger/open-ledger.ts';", "import type { Ledger } from '../gateways/ledger/open-ledger.ts';",
      "import { createCollectActivities } from '../activities/collect/index.ts';", "import type { Inner } from '../activities/collect/stage-source.ts';", "import { contract } from '../activities/collect/contract.ts';",
      "import { kMeans } from '../algorithms/cluster/k-means.ts';", "import { worker } from '../workers/worker.ts';", "import { page } from '../web/page.ts';", "import { quickstart } from '../scripts/quickstart.ts';",
    ],
    allowed: ["import type { CollectActivities } from '../activities/collect/contract.ts';", "import type { CycleScope } from '../activities/contract.ts';", "import { proxyActivities } from '@temporalio/workflow';", "import { cycleId } from './ids.ts';"],
  },
  'activities/collect/planted.ts': {
    forbidden: ['workers/worker', 'scripts/quickstart', 'web/page', 'simulator/serve', 'workflows/ids', 'bench/bench'].map((file, index) => `import { x as x${index} } from '../../${file}.ts';`),
    allowed: ["import { readFile } from 'node:fs/promises';", "import { kMeans } from '../../algorithms/cluster/k-means.ts';", "import { openLedger } from '../../gateways/ledger/open-ledger.ts';", "import { other } from '../campaign/other.ts';"],
  },
  'algorithms/cluster/planted.ts': {
    forbidden: ['gateways/errors', 'activities/contract', 'workflows/ids', 'workers/worker', 'scripts/quickstart', 'web/page', 'simulator/serve'].map((file, index) => `import { x as x${index} } from '../../${file}.ts';`),
    allowed: ["import { mean } from '../statistics/mean.ts';"],
  },
  'gateways/mail/planted.ts': {
    forbidden: ['algorithms/cluster/k-means', 'activities/contract', 'workflows/ids', 'workers/worker', 'scripts/quickstart', 'web/page', 'simulator/serve'].map((file, index) => `import { x as x${index} } from '../../${file}.ts';`),
    allowed: ["import { ClienteleError } from '../errors.ts';"],
  },
  'simulator/planted.ts': {
    forbidden: ['algorithms/cluster/k-means', 'activities/contract', 'workflows/ids', 'workers/worker', 'scripts/quickstart', 'web/page'].map((file, index) => `import { x as x${index} } from '../${file}.ts';`),
    allowed: ["import { ClienteleError } from '../gateways/errors.ts';"],
  },
  'web/planted.ts': {
    forbidden: ['scripts/quickstart', 'simulator/serve', 'bench/bench'].map((file, index) => `import { x as x${index} } from '../${file}.ts';`),
    allowed: ["import { openLedger } from '../gateways/ledger/open-ledger.ts';"],
  },
  'workers/planted.ts': {
    forbidden: ['scripts/quickstart', 'simulator/serve', 'bench/bench'].map((file, index) => `import { x as x${index} } from '../${file}.ts';`),
    allowed: ["import { createApp } from '../web/create-app.ts';", "import { createCollectActivities } from '../activities/collect/index.ts';"],
  },
};

interface Report {
  readonly diagnostics: readonly { readonly code: string; readonly filename: string; readonly labels: readonly { readonly span: { readonly line: number } }[] }[];
}

let report: Report;

function put(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'boundaries-'));
  cpSync(join(project, '.oxlintrc.json'), join(root, '.oxlintrc.json'));
  cpSync(join(project, 'tsconfig.json'), join(root, 'tsconfig.json'));
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
  for (const [file, { forbidden, allowed }] of Object.entries(planted)) put(file, `${[...forbidden, ...allowed].join('\n')}\n`);
  put('activities/analyse/one.ts', "import { two } from './two.ts';\nexport const one = (): number => two();\n");
  put('activities/analyse/two.ts', "import { one } from './one.ts';\nexport const two = (): number => one();\n");
  put('activities/analyse/floats.ts', 'async function work(): Promise<void> {}\nexport function start(): void {\n  work();\n}\n');
  const { stdout, stderr } = spawnSync(process.execPath, [join(project, 'node_modules', 'oxlint', 'bin', 'oxlint'), '--format', 'json'], { cwd: root, encoding: 'utf8' });
  report = JSON.parse(stdout || JSON.stringify({ problem: stderr })) as Report;
}, 60_000);
afterAll(() => { rmSync(root, { recursive: true, force: true }); });

const linesOf = (rule: string, file: string): number[] => [...new Set(report.diagnostics.filter(({ code, filename }) => code.includes(rule) && filename === file).map(({ labels }) => labels[0]?.span.line ?? 0))].sort((one, other) => one - other);

describe('lint holds the way imports go', () => {
  test.each(Object.keys(planted))('in %s', (file) => {
    expect(linesOf('no-restricted-imports', file)).toEqual(planted[file]?.forbidden.map((_, index) => index + 1));
  });

  test('finds circles', () => {
    expect([...linesOf('no-cycle', 'activities/analyse/one.ts'), ...linesOf('no-cycle', 'activities/analyse/two.ts')]).not.toEqual([]);
  });

  test('and knows types: a promise that nobody waits for is reported', () => {
    expect(linesOf('no-floating-promises', 'activities/analyse/floats.ts')).toEqual([3]);
  });
});
