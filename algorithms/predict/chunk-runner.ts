import { readFileSync } from 'node:fs';

/** Runs one chunk of the task whose parameters are at an address; `thread` says which scratch memory is its own. */
export type ChunkRunner = (operation: number, task: number, chunk: number, thread: number) => void;

const modules = new Map<string, WebAssembly.Module>();

/** The `run` of a kernel over a memory that threads share. */
export function createChunkRunner(kernel: string, memory: WebAssembly.Memory): ChunkRunner {
  const module = modules.get(kernel) ?? new WebAssembly.Module(readFileSync(new URL(`./${kernel}.wasm`, import.meta.url)));
  modules.set(kernel, module);
  return new WebAssembly.Instance(module, { env: { memory } }).exports['run'] as ChunkRunner;
}
