import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { DenseLayers } from '../../../algorithms/predict/dense-layers.ts';
import { KernelTeam } from '../../../algorithms/predict/kernel-team.ts';
import { madeMatrix } from './made-numbers.ts';

describe('a team of kernel threads', () => {
  it('does every chunk of many short tasks once, whoever takes it', () => {
    const rows = 2000;
    const x = madeMatrix(rows, 8, 0);
    const y = Uint8Array.from({ length: rows }, (_, row) => row % 2);
    const layersWith = (nThreads: number): DenseLayers => {
      const layers = new DenseLayers({ hidden: [8], activation: 'tanh', output: 'crossEntropy', batchSize: rows, capacity: rows, columns: 8, nThreads });
      layers.place(x, rows, y);
      const draw = madeMatrix(1, 100, 7);
      layers.layers = [
        { inputs: 8, outputs: 8, weights: Float32Array.from(draw.subarray(0, 64)), biases: Float32Array.from(draw.subarray(64, 72)) },
        { inputs: 8, outputs: 1, weights: Float32Array.from(draw.subarray(72, 80)), biases: Float32Array.of(0.1) },
      ];
      return layers;
    };
    const [alone, team] = [layersWith(1), layersWith(4)];
    for (let round = 0; round < 3000; round++) {
      const last = 200 + (round % 1800);
      const expected = round < 300 || round % 50 === 0 ? alone.learn(0, last) : undefined;
      const found = team.learn(0, last);
      if (expected !== undefined) expect(found).toBe(expected);
    }
    team.close();
  });

  it('throws what a kernel throws, whether on the calling thread or in another', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    // Every parameter but the number of rows and of a chunk's rows is an address beyond the memory.
    new Float64Array(memory.buffer, 1024, 16).fill(1 << 30).set([1e6], 2);
    for (const nThreads of [1, 3]) {
      const team = new KernelTeam('linear-loss', memory, nThreads);
      expect(() => team.run(2, 1024, 64)).toThrow(/out of bounds|A kernel failed/);
      team.close();
    }
  });

  it('gives its memory back fit after fit', () => {
    const source = `
      const { LogisticRegression } = await import(${JSON.stringify(new URL('../../../algorithms/predict/logistic-regression.ts', import.meta.url).href)});
      const rows = 400_000;
      const x = Float32Array.from({ length: rows * 16 }, (_, place) => Math.sin(place));
      const y = Uint8Array.from({ length: rows }, (_, row) => row % 2);
      for (let fit = 0; fit < 30; fit++) new LogisticRegression({ nThreads: 1, maxIter: 1 }).fit(x, rows, 16, y);
      console.log(process.memoryUsage().rss / 1e6);`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], { encoding: 'utf8', timeout: 25_000 });
    // Thirty times 26 MB are 780 MB.
    expect(Number(stdout)).toBeGreaterThan(50);
    expect(Number(stdout)).toBeLessThan(450);
  });

  it('lets a process end, closed or not', () => {
    const source = (closing: string): string => `
      const { KernelTeam } = await import(${JSON.stringify(new URL('../../../algorithms/predict/kernel-team.ts', import.meta.url).href)});
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
      const team = new KernelTeam('linear-loss', memory, 3);
      await new Promise((resolve) => setTimeout(resolve, 200));
      ${closing}
      console.log('end');`;
    for (const closing of ['team.close();', '']) {
      const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', source(closing)], { encoding: 'utf8', timeout: 20_000 });
      expect({ status, stdout }).toEqual({ status: 0, stdout: 'end\n' });
    }
  });
});
