/** A sequence of touches, and how often it ended how. */
export interface TouchPath {
  /** Channels in the order they were met, counted from 0; a channel may come again. */
  readonly touches: readonly number[];
  readonly conversions: number;
  readonly nonConversions: number;
}

/** @throws RangeError where a path has no touch, one of an unknown channel, or a negative count */
export function requirePaths(paths: readonly TouchPath[], channels: number): void {
  for (const { touches, conversions, nonConversions } of paths) {
    if (touches.length === 0) throw new RangeError('A path needs at least one touch.');
    const strange = touches.find((channel) => !Number.isInteger(channel) || channel < 0 || channel >= channels);
    if (strange !== undefined) throw new RangeError(`There is no channel ${strange}: they are counted from 0 and are ${channels}.`);
    if (!(conversions >= 0) || !(nonConversions >= 0)) throw new RangeError('A path cannot end less than never.');
  }
}
