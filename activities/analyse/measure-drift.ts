import { kolmogorovSmirnovTest } from '../../algorithms/statistics/kolmogorov-smirnov-test.ts';
import { populationStabilityIndex } from '../../algorithms/statistics/population-stability-index.ts';
import { quoteIdentifier } from '../../gateways/warehouse/quote.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

/** Above it by custom a column is of another population. */
const shifted = 0.25;
/** Customers compared a side; more change no verdict. */
const mostCustomers = 20_000;

/**
 * How far each feature has moved since last cycle (`previous.customers`): `features.drift` (feature, psi, ks, p_value, shifted).
 * @returns names of the features that are of another population now, the furthest first
 */
export async function measureDrift(session: WarehouseSession, folder: CycleFolder): Promise<{ readonly relation: RelationRef; readonly shifted: readonly string[] }> {
  const relation = await session.write(folder, {
    name: 'features.drift', algorithm: 'measure-drift 1', inputs: ['features.customers', 'previous.customers'], parameters: { mostCustomers },
    columns: async () => {
      const before = await session.describe('from previous.customers');
      const features = [...(await session.describe('from features.customers')).keys()].filter((name) => name !== 'customer_id' && before.has(name));
      const [then, now] = [await readColumns(session, 'previous.customers', features), await readColumns(session, 'features.customers', features)];
      const found = features.map((feature, column) => {
        const [one, other] = [then[column]!, now[column]!];
        const known = one.some((value) => !Number.isNaN(value)) && other.some((value) => !Number.isNaN(value));
        return { feature, psi: populationStabilityIndex(one, other), ...(known ? kolmogorovSmirnovTest(one, other) : { statistic: Number.NaN, pValue: Number.NaN }) };
      });
      return [
        { name: 'feature', type: 'VARCHAR', values: found.map((row) => row.feature) }, { name: 'psi', type: 'DOUBLE', values: found.map((row) => row.psi) },
        { name: 'ks', type: 'DOUBLE', values: found.map((row) => row.statistic) }, { name: 'p_value', type: 'DOUBLE', values: found.map((row) => row.pValue) },
        { name: 'shifted', type: 'BOOLEAN', values: found.map((row) => row.psi > shifted) },
      ];
    },
  });
  return { relation, shifted: await session.texts('select feature from features.drift where shifted order by psi desc, feature') };
}

async function readColumns(session: WarehouseSession, table: string, features: readonly string[]): Promise<Float64Array[]> {
  const { values, rows, columns } = await session.matrix(`select ${features.map(quoteIdentifier).join(', ')} from ${table} order by hash(customer_id), customer_id limit ${mostCustomers}`);
  return features.map((_, column) => Float64Array.from({ length: rows }, (__, row) => values[row * columns + column]!));
}
