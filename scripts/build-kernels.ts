import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main as compileAssemblyScript } from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The AssemblyScript sources under algorithms/; each compiles to a `.wasm` of the same name beside it. */
export const kernelSources = ['algorithms/associate/eclat.as.ts', 'algorithms/cluster/assign.as.ts', 'algorithms/cluster/nearest-ward.as.ts', 'algorithms/predict/boosting.as.ts', 'algorithms/predict/dense-layers.as.ts', 'algorithms/predict/dual-coordinates.as.ts', 'algorithms/predict/linear-loss.as.ts', 'algorithms/recommendation/factors.as.ts', 'algorithms/recommendation/top-lists.as.ts'] as const;

/** Where the compiled kernel of a source belongs. */
export function kernelTarget(source: string): string {
  return join(root, source.replace(/\.as\.ts$/, '.wasm'));
}

/**
 * Compiles one kernel and returns its bytes; the same source gives the same bytes on every machine.
 * @throws Error with the compiler's own message when the source does not compile.
 */
export async function compileKernel(source: string): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'kernel-'));
  const outFile = join(folder, 'kernel.wasm');
  try {
    let complaints = '';
    const stderr = { write: (text: string | Uint8Array) => void (complaints += text.toString()) };
    const { error } = await compileAssemblyScript([
      join(root, source),
      '--outFile', outFile,
      '--optimizeLevel', '3', '--noAssert', '--runtime', 'stub',
      '--enable', 'simd', '--enable', 'threads',
      '--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536',
    ], { stderr });
    if (error !== null) throw new Error(`${source} does not compile: ${complaints}`, { cause: error });
    return await readFile(outFile);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  for (const source of kernelSources) {
    const bytes = await compileKernel(source);
    await writeFile(kernelTarget(source), bytes);
    console.log(`${source}: ${bytes.length} bytes`);
  }
}
