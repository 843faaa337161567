import { describe, expect, test } from 'vitest';
import { checkGuardrails, guardrailWords } from '../../../activities/evaluate/check-guardrails.ts';
import type { Effect } from '../../../activities/evaluate/contract.ts';

const revenue = (arm: string, difference: number, reach: number): Effect => ({ metric: 'revenue_corrected', arm, segment: 'all', treated: 900, control: 100, treatedMean: 5 + difference, controlMean: 5, difference, lower: difference - reach, upper: difference + reach, pValue: 0.5 });
const limits = { maximumUnsubscribeShare: 0.05 };

describe('guardrails', () => {
  const rails = checkGuardrails([{ arm: 'A', mailed: 1000, left: 80 }, { arm: 'B', mailed: 1000, left: 55 }], [revenue('A', 1, 0.5), revenue('B', -1, 0.5), revenue('all', 0, 0.4)], limits);
  const tripped = rails.filter((rail) => rail.tripped);

  test('trip where the whole interval is over the limit, not where the figure alone is', () => {
    expect(tripped.map(({ guardrail, arm }) => `${guardrail}: ${arm}`)).toEqual(['unsubscribes and complaints: A', 'revenue against the holdout: B']);
  });

  test('say what is wrong', () => {
    expect(tripped.map(guardrailWords)).toEqual([
      '8.0 % of those who got arm A unsubscribed or complained (95 % interval 6.5 % to 9.8 %), over the gate of 5.0 %',
      'arm B earns 1.00 less a customer than no mail does (95 % interval -1.50 to -0.50)',
    ]);
  });

  test('know a single arm by the effect of all', () => {
    expect(checkGuardrails([{ arm: 'A', mailed: 100, left: 0 }], [revenue('all', -2, 1)], limits).find(({ guardrail }) => guardrail === 'revenue against the holdout')).toMatchObject({ arm: 'A', tripped: true });
  });

  test('leave out an arm that nobody got', () => expect(checkGuardrails([{ arm: 'A', mailed: 0, left: 0 }], [], limits)).toEqual([]));
});
