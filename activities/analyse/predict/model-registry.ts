import { registerModels } from '../../../gateways/ledger/models.ts';
import type { Ledger } from '../../../gateways/ledger/ledger.ts';
import type { Relations } from '../../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, WarehouseSession } from '../../../gateways/warehouse/warehouse.ts';
import { candidates, hyperParameters, type Candidate } from './purchase-model.ts';

/** Champions that an earlier cycle left in the registry, by target, as the snapshot knows them; none at first, or where this version has no such model. */
export async function readIncumbents(session: WarehouseSession, relations: Relations): Promise<ReadonlyMap<string, Candidate>> {
  if (relations['snapshot.champions'] === undefined) return new Map();
  const champions = await session.rows<{ target: string; model: string }>('select target, model from snapshot.champions order by target');
  return new Map(champions.flatMap(({ target, model }) => candidates.filter((name) => name === model).map((name) => [target, name] as const)));
}

/** Where a target's candidates were judged. */
interface Judgement {
  /** `buys`, or another target of the shop. */
  readonly target: string;
  /** A select of model, is_champion, metric, value, lower, upper, p_value. */
  readonly judged: string;
  /** Names of the relations that the candidates learned from and were judged on. */
  readonly learnedFrom: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Writes the candidates of this cycle, as they were judged, to the registry of the ledger. */
export async function registerCandidates(session: WarehouseSession, ledger: Ledger, { shop, cycle }: CycleFolder, relations: Relations, { target, judged: from, learnedFrom, parameters }: Judgement): Promise<void> {
  const judged = await session.rows<{ model: Candidate; is_champion: boolean; metric: string; value: number | null; lower: number | null; upper: number | null; p_value: number }>(
    `select model, is_champion, metric, value, lower, upper, p_value from (${from}) order by model, metric`);
  const data = Object.fromEntries(learnedFrom.flatMap((name) => (relations[name] === undefined ? [] : [[name, relations[name].fingerprint]])));
  await registerModels(ledger, { shop, cycle, target }, [...new Set(judged.map(({ model }) => model))].map((model) => {
    const own = judged.filter((row) => row.model === model);
    return {
      model, role: own[0]!.is_champion ? 'champion' as const : 'challenger' as const, pValue: own[0]!.p_value, data, parameters: { ...parameters, ...hyperParameters[model] },
      metrics: Object.fromEntries(own.map(({ metric, value, lower, upper }) => [metric, { value, lower, upper }])),
    };
  }));
}
