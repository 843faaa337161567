import { describe, expect, test } from 'vitest';
import { checkAssignment } from '../../../activities/evaluate/check-assignment.ts';

describe('the sizes of the arms', () => {
  test('are fine within what chance does', () => {
    expect(checkAssignment([{ arm: 'holdout', customers: 110, planned: 0.1 }, { arm: 'A', customers: 470, planned: 0.45 }, { arm: 'B', customers: 420, planned: 0.45 }])).toBe('');
  });

  test('stop the reading where one arm lost its customers, and say which', () => {
    const words = checkAssignment([{ arm: 'holdout', customers: 100, planned: 0.1 }, { arm: 'A', customers: 600, planned: 0.45 }, { arm: 'B', customers: 300, planned: 0.45 }]);
    expect(words).toContain('A 600 instead of about 450, B 300 instead of about 450');
    expect(words).toContain('would mislead');
  });

  test('stop the reading where an arm that was to have nobody has somebody', () => {
    expect(checkAssignment([{ arm: 'A', customers: 90, planned: 1 }, { arm: 'B', customers: 1, planned: 0 }])).toContain('was to have none');
  });

  test('say nothing where there is nothing to compare', () => {
    expect(checkAssignment([{ arm: 'A', customers: 90, planned: 1 }, { arm: 'holdout', customers: 0, planned: 0 }])).toBe('');
    expect(checkAssignment([{ arm: 'A', customers: 0, planned: 0.9 }, { arm: 'holdout', customers: 0, planned: 0.1 }])).toBe('');
  });
});
