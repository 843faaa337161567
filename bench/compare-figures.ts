import type { Runs } from './side-by-side.ts';

/**
 * Complaints about a figure of quality, higher being better, where the project's mean over the runs is more than `slack` below the best peer's.
 * @param twoSided whether it may not be above it either: both sides should have found the same model.
 */
export function compareFigures({ own, peers }: Runs, figure: string, slack: number, twoSided: boolean): string[] {
  const mean = (runs: Runs['own']): number => runs.reduce((sum, { figures }) => sum + figures[figure]!, 0) / runs.length;
  const ours = mean(own);
  return Object.entries(peers).flatMap(([name, runs]) => {
    const difference = ours - mean(runs);
    const holds = difference >= -slack && (!twoSided || difference <= slack);
    return holds ? [] : [`${figure} is ${ours.toFixed(5)} where that of ${name} is ${mean(runs).toFixed(5)}`];
  });
}
