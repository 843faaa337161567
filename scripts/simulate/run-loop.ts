import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { liveWeek, type LiveWeekSummary } from '../../simulator/live-week.ts';
import { isoWeek } from '../../workflows/iso-week.ts';
import type { CycleResult } from '../../workflows/cycle-result.ts';
import { progressQuery } from '../../workflows/messages.ts';
import { startCycle } from '../cycle/start-cycle.ts';
import { dayOfWeek } from './living-shop.ts';
import { shippingCost } from './run-baseline.ts';
import type { CycleScore } from './score.ts';

export interface LoopInput {
  readonly client: Client;
  /** Over the lake that the cycles write. */
  readonly warehouse: Warehouse;
  readonly shop: string;
  readonly settings: ShopSettings;
  /** The shop's data. */
  readonly folder: string;
  readonly outbox: string;
  readonly weeks: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Runs a shop's weekly cycles by the real workflow; its customers read their mail and live while each cycle waits for outcomes. */
export async function runLoop({ client, warehouse, shop, settings, folder, outbox, weeks, signal, say }: LoopInput): Promise<CycleScore[]> {
  const scores: CycleScore[] = [];
  for (let week = 0; week < weeks; week++) {
    const [from, to] = [dayOfWeek(week), dayOfWeek(week + 1)];
    const asOf = `${from}T00:00:00.000Z`;
    const { handle } = await startCycle(client, { shop, asOf, cycle: isoWeek(new Date(asOf)) });
    const ended = handle.result() as Promise<CycleResult>;
    ended.catch(() => undefined);
    let lived: LiveWeekSummary | undefined;
    let result: CycleResult | undefined;
    while (result === undefined) {
      signal.throwIfAborted();
      result = await Promise.race([ended, sleep(100).then(() => undefined)]);
      if (result !== undefined) break;
      const { waitsFor, held } = await handle.query(progressQuery);
      if (held !== undefined) throw new Error(`Cycle ${shop} of ${from} is held: ${held.message}`);
      if (waitsFor === 'outcomes') lived ??= await liveWeek({ folder, outbox, from, to });
    }
    // A cycle that mailed nobody does not wait for outcomes; the week passes all the same.
    lived ??= await liveWeek({ folder, outbox, from, to });
    for (const file of await readdir(outbox)) if (file.endsWith('.eml')) await rm(join(outbox, file));
    const score = scoreOf(result, lived, settings, await readEffects(warehouse, result));
    say(`  ${shop} ${from}: ${score.mailed} mailed; ${score.decisions.join(' ')}`);
    scores.push(score);
  }
  return scores;
}

type Measured = CycleScore['measured'];

/** Of all letters against who rested; the result itself only carries as many effects as a history should hold. */
async function readEffects(warehouse: Warehouse, { relations }: CycleResult): Promise<Measured> {
  const effects = relations['outcomes.effects'];
  if (effects === undefined) return {};
  await using session = await warehouse.open({ 'outcomes.effects': effects });
  const rows = await session.rows<{ metric: string; difference: number; lower: number; upper: number }>("select metric, difference, lower, upper from outcomes.effects where arm = 'all' and segment = 'all'");
  return Object.fromEntries(rows.flatMap(({ metric, ...effect }) => (metric === 'conversion' || metric === 'revenue' ? [[metric, effect]] : [])));
}

function scoreOf({ decisions = [], campaign, warnings }: CycleResult, lived: LiveWeekSummary, settings: ShopSettings, measured: Measured): CycleScore {
  const mailed = campaign?.dispatch === undefined ? 0 : campaign.plan.toSend;
  return {
    mailed, margin: lived.margin - lived.freeShippings * shippingCost(settings) - mailed * settings.campaign.cost_per_mail, trueEffect: lived.trueEffect, measured,
    declaredWinner: decisions.some(({ kind }) => kind === 'offer_share'),
    decisions: decisions.filter(({ kind }) => kind !== 'no_change' && kind !== 'feature_list').map(({ words }) => words), warnings,
  };
}
