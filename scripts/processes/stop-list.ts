/** What was started, so that it can be stopped in reverse order, once, whatever ended the command. */
export interface StopList {
  /** Remembers how to stop what was just started. Stops it at once when everything is already being stopped. */
  add(stop: () => Promise<void> | void): void;
  /** Stops everything, last started first; a failure does not keep the rest running. Calling it again waits for the same stop. */
  stopAll(): Promise<void>;
  readonly stopping: boolean;
}

/** @param say told what could not be stopped */
export function createStopList(say: (line: string) => void): StopList {
  const stops: (() => Promise<void> | void)[] = [];
  let stopped: Promise<void> | undefined;

  async function run(stop: () => Promise<void> | void): Promise<void> {
    try {
      await stop();
    } catch (error) {
      say(`Could not stop everything: ${(error as Error).message}`);
    }
  }

  async function drain(): Promise<void> {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await run(stop);
  }

  return {
    get stopping() { return stopped !== undefined; },
    add(stop) {
      if (stopped !== undefined) {
        void run(stop);
        return;
      }
      stops.push(stop);
    },
    stopAll() {
      stopped ??= drain();
      return stopped;
    },
  };
}
