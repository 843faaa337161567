/** Failed logins within the window after which the next must wait. */
const limits = { pair: 5, address: 30, name: 100 } as const;
const windowMs = 15 * 60_000;
/** More keys than this and the oldest are forgotten: a flood of made-up names must not fill the memory. */
const mostKeys = 20_000;

/** Slows guessing: five failures of a name from one address, thirty of an address, a hundred of a name, each within 15 minutes. */
export interface LoginLimits {
  /** Seconds to wait before this login may be tried; 0 when it may. */
  waitSeconds(name: string, address: string): number;
  failed(name: string, address: string): void;
  succeeded(name: string, address: string): void;
}

export function createLoginLimits(clock: () => Date): LoginLimits {
  const failures = new Map<string, { count: number; readonly since: number }>();
  const keysOf = (name: string, address: string): readonly (readonly [string, number])[] => [
    [`pair\n${name}\n${address}`, limits.pair], [`address\n${address}`, limits.address], [`name\n${name}`, limits.name],
  ];
  const current = (key: string): { count: number; readonly since: number } | undefined => {
    const found = failures.get(key);
    if (found !== undefined && clock().getTime() - found.since >= windowMs) {
      failures.delete(key);
      return undefined;
    }
    return found;
  };
  return {
    waitSeconds: (name, address) => Math.max(0, ...keysOf(name, address).map(([key, limit]) => {
      const found = current(key);
      return found !== undefined && found.count >= limit ? Math.ceil((found.since + windowMs - clock().getTime()) / 1000) : 0;
    })),
    failed(name, address) {
      for (const [key] of keysOf(name, address)) {
        const found = current(key);
        if (found === undefined) failures.set(key, { count: 1, since: clock().getTime() });
        else found.count += 1;
        const [oldest] = failures.keys();
        if (failures.size > mostKeys && oldest !== undefined) failures.delete(oldest);
      }
    },
    succeeded(name, address) { failures.delete(`pair\n${name}\n${address}`); },
  };
}
