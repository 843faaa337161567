import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LakeMirror } from '../../../gateways/warehouse/lake-mirror.ts';
import { keepPulling } from '../../../workers/keep-pulling.ts';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

const mirrorThat = (pull: LakeMirror['pull']): LakeMirror => ({ pull, push: async () => undefined, paths: async () => [] });

test('begins with the whole lake and goes on beside others\' work until it is ended', async () => {
  const asked: unknown[] = [];
  const end = await keepPulling(mirrorThat(async (path, options) => { asked.push([path, options]); }), () => undefined);
  expect(asked).toEqual([['', undefined]]);
  await vi.advanceTimersByTimeAsync(31_000);
  expect(asked.slice(1)).toEqual([['', { keepUnknown: true }], ['', { keepUnknown: true }]]);
  end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(3);
});

test('a round that fails is told and tried again; one that lasts is not begun twice; the first must not fail', async () => {
  const told: unknown[] = [];
  let rounds = 0;
  let release = (): void => undefined;
  const end = await keepPulling(mirrorThat(async () => {
    rounds += 1;
    if (rounds === 2) throw new Error('busy');
    if (rounds === 3) await new Promise<void>((resolve) => { release = resolve; });
  }), (error) => { told.push((error as Error).message); });
  await vi.advanceTimersByTimeAsync(16_000);
  expect(told).toEqual(['busy']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(rounds).toBe(3);
  release();
  await vi.advanceTimersByTimeAsync(16_000);
  expect(rounds).toBe(4);
  end();
  await expect(keepPulling(mirrorThat(async () => { throw new Error('no bucket'); }), () => undefined)).rejects.toThrow('no bucket');
});
