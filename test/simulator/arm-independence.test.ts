import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import { openWorld } from '../../simulator/world.ts';

const customers = 20_000;
const folder = fileURLToPath(new URL('../../simulator/sql/', import.meta.url));

/** Every purpose for which the model draws a number, with the weeks' readings filled in. */
async function purposesOfDraws(): Promise<string[]> {
  const texts = await Promise.all((await readdir(folder)).filter((name) => name.endsWith('.sql')).map((name) => readFile(folder + name, 'utf8')));
  const purposes = new Set([...texts.join('\n').matchAll(/\b(?:u|normal|pick|gap)\('([^']+)'/g)].map(([, purpose]) => purpose!));
  return [...purposes].flatMap((purpose) => (purpose.endsWith('/') ? [`${purpose}2026-11-23/1`, `${purpose}2026-11-30/1`] : [purpose, `${purpose}/radius`, `${purpose}/angle`]));
}

/** The draws of the plan as its own file writes them. */
async function planDraws(): Promise<{ arm: string; holdout: string }> {
  const text = await readSql('plan.recipients');
  const expression = (name: string): string => new RegExp(`^\\s*(\\(md5_number.*) as ${name}_draw`, 'm').exec(text)![1]!;
  return { arm: expression('arm'), holdout: expression('holdout') };
}

describe('who is in which arm', () => {
  it.each([1, 2, 3])('has nothing to do with any draw of the simulator, at seed %i of both', async (seed) => {
    const { arm, holdout } = await planDraws();
    const purposes = await purposesOfDraws();
    expect(purposes.length).toBeGreaterThan(60);
    await using world = await openWorld({ seed, customers, productsPerCategory: 20, start: '2025-11-23', until: '2026-11-23', dirt: false }, { from: '2026-11-23', horizon: '2026-11-30', spill: tmpdir() });
    await world.run(`create table drawn as with named as (select n, customer_name(n) as customer_id from range(1, ${customers + 1}) as t(n))
      select ${arm} as arm, ${holdout} as holdout, ${purposes.map((purpose, place) => `u('${purpose}', n) as d${place}`).join(', ')} from named`);
    const [row] = await world.rows<Record<string, number>>(`select avg(arm) as arm, avg(holdout) as holdout, corr(arm, holdout) as both, ${purposes.flatMap((_, place) => [`corr(arm, d${place}) as a${place}`, `corr(holdout, d${place}) as h${place}`]).join(', ')} from drawn`);
    const z = (name: string): number => row![name]! * Math.sqrt(customers);
    // A uniform's standard deviation is 1 / sqrt(12).
    for (const name of ['arm', 'holdout']) expect(Math.abs(row![name]! - 0.5) * Math.sqrt(12 * customers), name).toBeLessThan(4);
    expect(Math.abs(z('both'))).toBeLessThan(4);
    const scores = purposes.flatMap((purpose, place) => [{ purpose, score: z(`a${place}`) }, { purpose, score: z(`h${place}`) }]);
    expect(scores.filter(({ score }) => Math.abs(score) > 4.5)).toEqual([]);
    const meanSquare = scores.reduce((sum, { score }) => sum + score ** 2, 0) / scores.length;
    expect(meanSquare).toBeGreaterThan(0.7);
    expect(meanSquare).toBeLessThan(1.35);
  });
});
