import type { ProgressDisplay } from '../display/progress-display.ts';

/** One line of JSON for each state that is new: `{…CycleProgress}`. */
export function createJsonDisplay(stream: { write(text: string): unknown }): ProgressDisplay {
  let before = '';
  return {
    update(progress) {
      const line = JSON.stringify(progress);
      if (line !== before) stream.write(`${line}\n`);
      before = line;
    },
    note: () => undefined,
    end: () => undefined,
  };
}
