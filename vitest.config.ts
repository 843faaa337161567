import { defineConfig } from 'vitest/config';

// Files may start servers and processes, so each runs in a process of its own; two at a time, as small machines have two cores.
const shared = { pool: 'forks', isolate: true } as const;

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default', './scripts/test-run/closing-line-reporter.ts'],
    projects: [
      { test: { ...shared, name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000 } },
      { test: { ...shared, name: 'data', include: ['test/{gateways,sql,simulator,web}/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 } },
      { test: { ...shared, name: 'workflows', include: ['test/{workflows,replay}/**/*.test.ts'], globalSetup: 'test/global-setup.ts', testTimeout: 120_000, hookTimeout: 120_000 } },
      { test: { ...shared, name: 'browser', include: ['test/browser/**/*.test.ts'], fileParallelism: false, testTimeout: 120_000, hookTimeout: 300_000 } },
      // Whole stacks need the machine to themselves.
      { test: { ...shared, name: 'whole', include: ['test/{end-to-end,chaos}/**/*.test.ts'], globalSetup: 'test/global-setup.ts', fileParallelism: false, testTimeout: 900_000, hookTimeout: 300_000 } },
    ],
  },
});
