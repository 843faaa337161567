import type { WorkflowHandle } from '@temporalio/client';

/** All that a workflow's history says, decoded. */
export interface HistoryContents {
  /** Everything that is text: payloads, failures, names. */
  readonly text: string;
  /** Every string value of every JSON payload. */
  readonly values: ReadonlySet<string>;
  /** Bytes of the largest payload. */
  readonly largest: number;
  readonly payloads: number;
}

/** Fetches a history and decodes what is in it, wherever in an event it stands. */
export async function readHistory(handle: WorkflowHandle): Promise<HistoryContents> {
  const texts: string[] = [];
  const values = new Set<string>();
  let largest = 0;
  let payloads = 0;

  function gather(value: unknown): void {
    if (typeof value === 'string') {
      values.add(value);
    } else if (value !== null && typeof value === 'object') {
      Object.values(value).forEach(gather);
    }
  }

  function walk(node: unknown): void {
    if (typeof node === 'string') {
      texts.push(node);
    } else if (node instanceof Uint8Array) {
      const text = new TextDecoder().decode(node);
      texts.push(text);
      payloads += 1;
      largest = Math.max(largest, node.byteLength);
      gather(parsed(text));
    } else if (Array.isArray(node)) {
      node.forEach(walk);
    } else if (node !== null && typeof node === 'object') {
      // Numbers of 64 bits are objects of their own and say nothing.
      Object.values(node).forEach(walk);
    }
  }

  walk((await handle.fetchHistory()).events);
  return { text: texts.join('\n'), values, largest, payloads };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
