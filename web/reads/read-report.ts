import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { cycleFolder } from '../cycle-folder.ts';

const effect = z.object({ metric: z.string(), arm: z.string(), segment: z.string(), difference: z.number(), lower: z.number(), upper: z.number() });

const reportSchema = z.object({
  outcome: z.object({ state: z.string(), words: z.string() }),
  results: z.object({ measured: z.boolean(), why: z.string(), from: z.string().nullable(), to: z.string().nullable(), effects: z.array(effect) }),
  steps: z.array(z.object({ name: z.string(), seconds: z.number(), rows: z.number() })),
  asOf: z.string(),
  madeAt: z.string(),
  version: z.string(),
});

/** What the console takes from a finished cycle's `report.json`. */
export type KeptReport = z.infer<typeof reportSchema>;

/** The report of a cycle; undefined before it is written. A report of another shape is none. */
export async function readReport(lake: string, { shop, cycle }: { readonly shop: string; readonly cycle: string }): Promise<KeptReport | undefined> {
  const folder = cycleFolder(lake, shop, cycle);
  const text = folder === undefined ? undefined : await readFile(join(folder, 'report.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return reportSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
