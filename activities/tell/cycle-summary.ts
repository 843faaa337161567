import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CycleScope } from '../contract.ts';

const summary = z.object({
  outcome: z.object({ words: z.string() }),
  customers: z.number(),
  segmentation: z.object({ segments: z.array(z.object({ name: z.string(), customers: z.number() })) }),
  campaign: z.object({
    plan: z.object({ toSend: z.number(), holdout: z.number() }),
    tally: z.object({ handedOver: z.number(), delivered: z.number(), hardBounced: z.number(), softBounced: z.number(), complained: z.number() }).nullable(),
    funnel: z.object({ opened: z.number(), clicked: z.number(), redeemed: z.number(), unsubscribed: z.number() }).nullable(),
  }),
  decisions: z.array(z.object({ kind: z.string(), subject: z.string(), words: z.string() })),
});

/** What a mail tells of a cycle: the few figures of its report.json that a marketer asks for first. */
export type CycleSummary = z.infer<typeof summary>;

/** Undefined where the cycle ended before its report was written. */
export async function readCycleSummary(lake: string, { shop, cycle }: CycleScope): Promise<CycleSummary | undefined> {
  const text = await readFile(join(lake, shop, cycle, 'report.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const read = summary.safeParse(JSON.parse(text));
  return read.success ? read.data : undefined;
}
