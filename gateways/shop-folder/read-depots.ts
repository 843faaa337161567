import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ClienteleError } from '../errors.ts';

const place = { latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) };

const depotsSchema = z.strictObject({
  /** Units that a vehicle carries. */
  vehicle_capacity: z.number().positive(),
  depots: z.array(z.strictObject({ name: z.string().min(1), ...place })).min(1),
  /** Where each region of the customers is served. */
  regions: z.array(z.strictObject({ region: z.string().min(1), ...place })).min(1),
});

/** A shop's depots and the places it delivers to. */
export type Depots = z.infer<typeof depotsSchema>;

/**
 * `depots.yaml` of a shop's folder; undefined where it has none.
 * @throws ClienteleError SETTING_INVALID
 */
export async function readDepots(shopPath: string): Promise<Depots | undefined> {
  const file = join(shopPath, 'depots.yaml');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    throw new ClienteleError('SETTING_INVALID', { file, problems: `not readable as YAML, ${(error as Error).message}` });
  }
  const parsed = depotsSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new ClienteleError('SETTING_INVALID', { file, problems: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`).join('; ') });
}
