import type { CycleProgress } from '../../workflows/progress.ts';
import { mayColor } from './paint.ts';
import { progressLines } from './progress-lines.ts';
import { renderProgress } from './render-progress.ts';

/** Where a cycle's progress is shown while it runs. */
export interface ProgressDisplay {
  update(progress: CycleProgress): void;
  /** A line of its own, above the table where there is one. */
  note(line: string): void;
  /** Leaves the last state standing. */
  end(): void;
}

export interface DisplayOptions {
  readonly stream: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  readonly now: () => number;
}

/** A table that is redrawn on a terminal; a line for everything new elsewhere. */
export function createProgressDisplay({ stream, environment, now }: DisplayOptions): ProgressDisplay {
  if (stream.isTTY !== true || environment['TERM'] === 'dumb') return createLineDisplay(stream);
  const color = mayColor(stream, environment);
  let drawn = 0;
  let latest: CycleProgress | undefined;

  const erase = (): string => (drawn === 0 ? '' : `\u001b[${drawn}A\u001b[0J`);
  function draw(above: string): void {
    const text = latest === undefined ? '' : `${renderProgress(latest, { width: stream.columns || 80, color, now: now() })}\n`;
    stream.write(`${erase()}${above}${text}`);
    drawn = text.split('\n').length - 1;
  }
  return {
    update(progress) {
      latest = progress;
      draw('');
    },
    note: (line) => draw(`${line}\n`),
    end() {
      drawn = 0;
      latest = undefined;
    },
  };
}

function createLineDisplay(stream: DisplayOptions['stream']): ProgressDisplay {
  let before: CycleProgress | undefined;
  return {
    update(progress) {
      for (const line of progressLines(before, progress)) stream.write(`${line}\n`);
      before = progress;
    },
    note: (line) => { stream.write(`${line}\n`); },
    end: () => undefined,
  };
}
