import type { Reporter, TestModule } from 'vitest/node';

/** How many tests ended how. A file that could not be loaded counts as one failed test: its tests were never seen. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** @returns `12 passed, 0 failed, 1 skipped` */
export const closingLine = ({ passed, failed, skipped }: Tally): string => `${passed} passed, ${failed} failed, ${skipped} skipped`;

function tallyOf(modules: readonly TestModule[], errors: number): Tally {
  const tally = { passed: 0, failed: errors, skipped: 0 };
  for (const module of modules) {
    const tests = [...module.children.allTests()];
    if (tests.length === 0 && module.state() === 'failed') tally.failed += 1;
    for (const test of tests) {
      const { state } = test.result();
      if (state !== 'pending') tally[state] += 1;
    }
  }
  return tally;
}

/** Ends a test run with one plain line that tools count by. */
export default class ClosingLineReporter implements Reporter {
  #line = '';

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    this.#line = closingLine(tallyOf(modules, errors.length));
    // The default reporter writes its summary in the same turn; this line must be the last.
    setImmediate(() => { process.stdout.write(`\n${this.#line}\n`); });
  }
}
