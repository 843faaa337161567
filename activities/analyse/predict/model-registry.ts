import { registerModels } from '../../../gateways/ledger/models.ts';
import type { Ledger } from '../../../gateways/ledger/ledger.ts';
import type { Relations } from '../../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, WarehouseSession } from '../../../gateways/warehouse/warehouse.ts';
import { candidates, hyperParameters, type Candidate } from './purchase-model.ts';

/** Name in the registry of what is predicted: an order within the horizon. */
const target = 'buys';

/** The champion that an earlier cycle left in the registry, as the snapshot knows it; nothing at first, or where this version has no such model. */
export async function readIncumbent(session: WarehouseSession, relations: Relations): Promise<Candidate | undefined> {
  if (relations['snapshot.champions'] === undefined) return undefined;
  const [model] = await session.texts(`select model from snapshot.champions where target = '${target}'`);
  return candidates.find((name) => name === model);
}

/** Writes the candidates of this cycle, as `segments.model_comparison` has judged them, to the registry of the ledger. */
export async function registerCandidates(session: WarehouseSession, ledger: Ledger, { shop, cycle }: CycleFolder, relations: Relations, parameters: Readonly<Record<string, unknown>>): Promise<void> {
  const judged = await session.rows<{ model: Candidate; is_champion: boolean; metric: string; value: number | null; lower: number | null; upper: number | null; p_value: number }>(
    'select model, is_champion, metric, value, lower, upper, p_value from segments.model_comparison order by model, metric');
  const data = Object.fromEntries(Object.entries(relations).filter(([name]) => name.startsWith('features.customers_')).map(([name, { fingerprint }]) => [name, fingerprint]));
  await registerModels(ledger, { shop, cycle, target }, [...new Set(judged.map(({ model }) => model))].map((model) => {
    const own = judged.filter((row) => row.model === model);
    return {
      model, role: own[0]!.is_champion ? 'champion' as const : 'challenger' as const, pValue: own[0]!.p_value, data, parameters: { ...parameters, ...hyperParameters[model] },
      metrics: Object.fromEntries(own.map(({ metric, value, lower, upper }) => [metric, { value, lower, upper }])),
    };
  }));
}
