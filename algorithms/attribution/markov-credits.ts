import { requirePaths, type TouchPath } from './touch-paths.ts';

export interface MarkovCredits {
  /** Conversions by channel; all together the conversions. */
  readonly credits: Float64Array;
  /** Share of the conversions that would be lost without the channel, by channel. */
  readonly removalEffects: Float64Array;
  /** Chance that a path converts, in the chain. */
  readonly conversion: number;
}

/**
 * Attribution by removal effect in a first-order Markov chain of the touches, from the start to a conversion or none: the conversions are shared in proportion
 * to what would be lost if whoever comes to a channel went no further (Anderl, Becker, von Wangenheim and Schumann 2016, Int. J. Research in Marketing 33:457).
 * It tells association, not effect: who is written to most is who buys most.
 */
export function markovCredits(paths: readonly TouchPath[], channels: number): MarkovCredits {
  requirePaths(paths, channels);
  // States: the channels, then the start; a row's last two places are conversion and none.
  const states = channels + 1;
  const width = states + 2;
  const transitions = new Float64Array(states * width);
  let conversions = 0;
  for (const { touches, conversions: converted, nonConversions } of paths) {
    let from = channels;
    for (const channel of touches) {
      transitions[from * width + channel]! += converted + nonConversions;
      from = channel;
    }
    transitions[from * width + states]! += converted;
    transitions[from * width + states + 1]! += nonConversions;
    conversions += converted;
  }
  for (let state = 0; state < states; state++) {
    const row = transitions.subarray(state * width, (state + 1) * width);
    const whole = row.reduce((sum, count) => sum + count, 0);
    if (whole > 0) row.forEach((count, at) => { row[at] = count / whole; });
  }
  const conversion = chanceOfConversion(transitions, channels, undefined);
  const removalEffects = Float64Array.from({ length: channels }, (_, channel) => (conversion > 0 ? Math.max(0, 1 - chanceOfConversion(transitions, channels, channel) / conversion) : 0));
  const whole = removalEffects.reduce((sum, effect) => sum + effect, 0);
  return { credits: removalEffects.map((effect) => (whole > 0 ? (conversions * effect) / whole : 0)), removalEffects, conversion };
}

/** From the start, where nobody goes on from the channel that is removed: (I - Q) x = r by elimination with partial pivots. */
function chanceOfConversion(transitions: Float64Array, channels: number, removed: number | undefined): number {
  const states = channels + 1;
  const width = states + 2;
  const columns = states + 1;
  const system = new Float64Array(states * columns);
  for (let state = 0; state < states; state++) {
    system[state * columns + state] = 1;
    if (state === removed) continue;
    for (let next = 0; next < states; next++) system[state * columns + next]! -= transitions[state * width + next]!;
    system[state * columns + states] = transitions[state * width + states]!;
  }
  for (let pivot = 0; pivot < states; pivot++) {
    let best = pivot;
    for (let row = pivot + 1; row < states; row++) if (Math.abs(system[row * columns + pivot]!) > Math.abs(system[best * columns + pivot]!)) best = row;
    // A loop that nobody leaves: no conversion comes out of it.
    if (Math.abs(system[best * columns + pivot]!) < 1e-14) continue;
    for (let column = 0; column < columns && best !== pivot; column++) {
      const kept = system[pivot * columns + column]!;
      system[pivot * columns + column] = system[best * columns + column]!;
      system[best * columns + column] = kept;
    }
    for (let row = 0; row < states; row++) {
      if (row === pivot) continue;
      const factor = system[row * columns + pivot]! / system[pivot * columns + pivot]!;
      if (factor !== 0) for (let column = pivot; column < columns; column++) system[row * columns + column]! -= factor * system[pivot * columns + column]!;
    }
  }
  const start = channels;
  return Math.abs(system[start * columns + start]!) < 1e-14 ? 0 : system[start * columns + states]! / system[start * columns + start]!;
}
