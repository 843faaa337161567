import { readFile } from 'node:fs/promises';

/** Watches the largest resident memory of a process. */
export interface PeakMemory {
  /** Stops watching; the peak in bytes, NaN where the system has no /proc. */
  stop(): Promise<number>;
}

/**
 * Reads `VmHWM` out of `/proc/<pid>/status`: the kernel's own high-water mark, so a peak between two looks is not missed.
 * @returns bytes, NaN when the text has no such line
 */
export function highWaterMark(status: string): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? Number.NaN : Number(kibibytes) * 1024;
}

/** Looks every `milliseconds`, since the mark is gone once the process has ended. */
export function watchPeakMemory(pid: number, milliseconds = 200): PeakMemory {
  let peak = Number.NaN;
  const look = async (): Promise<void> => {
    const mark = highWaterMark(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''));
    if (!Number.isNaN(mark)) peak = mark;
  };
  const timer = setInterval(() => { void look(); }, milliseconds);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await look();
      return peak;
    },
  };
}
