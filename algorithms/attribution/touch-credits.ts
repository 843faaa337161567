import { requirePaths, type TouchPath } from './touch-paths.ts';

function share(paths: readonly TouchPath[], channels: number, give: (credits: Float64Array, path: TouchPath) => void): Float64Array {
  requirePaths(paths, channels);
  const credits = new Float64Array(channels);
  for (const path of paths) give(credits, path);
  return credits;
}

/** Conversions by the channel that each path began with. @returns one figure a channel, all together the conversions */
export const firstTouchCredits = (paths: readonly TouchPath[], channels: number): Float64Array =>
  share(paths, channels, (credits, { touches, conversions }) => { credits[touches[0]!]! += conversions; });

/** Conversions by the channel that each path ended with. @returns one figure a channel, all together the conversions */
export const lastTouchCredits = (paths: readonly TouchPath[], channels: number): Float64Array =>
  share(paths, channels, (credits, { touches, conversions }) => { credits[touches.at(-1)!]! += conversions; });

/** Conversions shared alike among the touches of each path. @returns one figure a channel, all together the conversions */
export const linearCredits = (paths: readonly TouchPath[], channels: number): Float64Array =>
  share(paths, channels, (credits, { touches, conversions }) => { for (const channel of touches) credits[channel]! += conversions / touches.length; });
