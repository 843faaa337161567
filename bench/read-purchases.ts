import { readFile } from 'node:fs/promises';
import type { MadePurchases } from './made-purchases.ts';

/** Features, row-major, and classes. */
export interface Purchases {
  readonly x: Float32Array;
  readonly y: Uint8Array;
}

/** The rows to learn from and the rows to judge by. */
export async function readPurchases({ features, bought, rows, columns }: MadePurchases): Promise<{ readonly train: Purchases; readonly test: Purchases }> {
  const bytes = await readFile(features);
  const x = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const y = new Uint8Array(await readFile(bought));
  return {
    train: { x: x.subarray(0, rows * columns), y: y.subarray(0, rows) },
    test: { x: x.subarray(rows * columns), y: y.subarray(rows) },
  };
}
