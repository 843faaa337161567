/** What a run found, by the name of the figure. */
export type Answers = Readonly<Record<string, number>>;

/** A figure on which the two sides do not agree. */
export interface Difference {
  readonly figure: string;
  readonly own: number;
  readonly peer: number;
}

/** How far two values of a figure may be apart, relative to the larger. */
function tolerance(figure: string): number {
  // k-means starts from other seeds on each side and ends in another local optimum.
  if (figure.startsWith('inertia ')) return 0.03;
  // The same convex problem solved by two programs to the same bound.
  if (figure === 'auc') return 1e-4;
  // Likelihoods climbed by two programs, and their month of 4.345 weeks.
  if (figure === 'purchases expected' || figure === 'worth of the next year') return 1e-3;
  // Sums of money in floats against sums in decimals.
  if (figure.startsWith('sum of ')) return 1e-9;
  return 0;
}

/**
 * The figures that differ by more than they may: counts not at all, sums by rounding, inertia by the luck of seeds (3 %).
 * A figure that only one side has is a difference with NaN.
 */
export function compareAnswers(own: Answers, peer: Answers): readonly Difference[] {
  const figures = [...new Set([...Object.keys(own), ...Object.keys(peer)])];
  return figures
    .map((figure) => ({ figure, own: own[figure] ?? Number.NaN, peer: peer[figure] ?? Number.NaN }))
    .filter(({ figure, own: one, peer: other }) => !(Math.abs(one - other) <= tolerance(figure) * Math.max(Math.abs(one), Math.abs(other))));
}
