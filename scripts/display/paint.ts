/** Colours of a terminal, or none. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** @param color false gives the text as it is */
export function createPaint(color: boolean): Paint {
  const wrap = (open: number, close: number) => (text: string): string => (color && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text);
  return { bold: wrap(1, 22), dim: wrap(2, 22), red: wrap(31, 39), green: wrap(32, 39), yellow: wrap(33, 39), cyan: wrap(36, 39) };
}

/** Whether a stream may be coloured: a terminal, and NO_COLOR is not set (no-color.org). */
export function mayColor(stream: { readonly isTTY?: boolean }, environment: Readonly<NodeJS.ProcessEnv>): boolean {
  return stream.isTTY === true && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
}
