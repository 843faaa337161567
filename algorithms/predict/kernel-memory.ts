const pageBytes = 65536;
const mostPages = 65536;
/** What the garbage collector counts in place of a memory. */
const counted = new WeakMap<WebAssembly.Memory, ArrayBuffer>();

/** The first address that kernels use, so that none is 0. */
export const firstAddress = 1024;

/** The next address that starts a cache line. */
export function aligned(address: number): number {
  return Math.ceil(address / 64) * 64;
}

/**
 * Memory of so many bytes, all 0, that a kernel's threads share. It goes when nothing refers to it any more.
 * @param what names what is to be laid out in it, for the message.
 * @throws RangeError when it is more than the 4 GB that a kernel can address.
 */
export function kernelMemory(bytes: number, what: string): WebAssembly.Memory {
  const pages = Math.ceil(bytes / pageBytes);
  if (pages > mostPages) throw new RangeError(`${what} is more than the 4 GB that the kernel can address`);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  // V8 does not count shared memory towards its next collection, so fits in a row would pile up; a buffer that nobody touches takes
  // no memory but is counted.
  counted.set(memory, new ArrayBuffer(bytes));
  return memory;
}
