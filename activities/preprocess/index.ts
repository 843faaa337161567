import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { allDone } from '../all-done.ts';
import { chooseFeatures } from './choose-features.ts';
import type { PreprocessActivities, PreprocessInput, PreprocessResult } from './contract.ts';
import { daysBefore } from './days-before.ts';
import { prepareMatrix, type MatrixReport } from './prepare-matrix.ts';

export interface PreprocessDependencies {
  readonly warehouse: Warehouse;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  readonly cancellation: () => AbortSignal | undefined;
}

/** Fewer customers than this make no segments worth a campaign. */
const minimumCustomers = 50;

/** The second step: clean order lines, customer features now and one prediction horizon ago, and the matrix the estimators read. */
export function createPreprocessActivities({ warehouse, openShop, cancellation }: PreprocessDependencies): PreprocessActivities {
  return {
    async preprocess(input: PreprocessInput): Promise<PreprocessResult> {
      const { settings } = await openShop(input.shop);
      await using session = await warehouse.open(input.relations, {}, cancellation());
      const relations: Record<string, RelationRef> = {};
      const make = async (name: string, file: string, parameters: Readonly<Record<string, string>>): Promise<RelationRef> => {
        relations[name] = await session.materialise(input, { name, sql: await readSql(file), parameters });
        return relations[name];
      };
      // The snapshot ends at as_of, so lines and orders need not be told.
      await make('features.order_lines', 'features.order_lines', {});
      await make('features.orders', 'features.orders', {});
      const customers = await make('features.customers', 'features.customers', { as_of: input.asOf });
      if (customers.rows < minimumCustomers) throw new ClienteleError('TOO_FEW_CUSTOMERS', { customers: customers.rows, asOf: input.asOf, minimum: minimumCustomers });
      await using beside = await warehouse.open({ ...input.relations, ...relations }, {}, cancellation());
      const chosen = await chooseFeatures(session, settings.preprocess.feature_sets, input.featureSet);
      const [earlier, matrix] = await allDone([
        // The prediction learns from the same customers as they were one horizon ago and two.
        (async () => {
          const sql = await readSql('features.customers');
          const before = (horizons: number) => ({ as_of: daysBefore(input.asOf, horizons * settings.analyse.prediction_days) });
          return {
            'features.customers_earlier': await beside.materialise(input, { name: 'features.customers_earlier', sql, parameters: before(1) }),
            'features.customers_earliest': await beside.materialise(input, { name: 'features.customers_earliest', sql, parameters: before(2) }),
          };
        })(),
        prepareMatrix(session, input, { ...chosen, featureSet: input.featureSet }, settings.preprocess),
      ]);
      Object.assign(relations, earlier, matrix.relations);
      return {
        relations,
        features: matrix.report.filter((column) => column.used).map((column) => column.feature),
        figures: [
          { label: 'customers', value: customers.rows },
          { label: 'features', value: matrix.report.filter((column) => column.used).length },
          { label: 'feature list', value: chosen.because },
          { label: 'missing values filled', value: total(matrix.report, 'imputed') },
          { label: settings.preprocess.outliers.action === 'clip' ? 'outliers clipped' : 'customers left out of the fit as outliers', value: settings.preprocess.outliers.action === 'clip' ? total(matrix.report, 'outliers') : matrix.dropped },
        ],
      };
    },
  };
}

const total = (report: readonly MatrixReport[], figure: 'imputed' | 'outliers'): number => report.reduce((sum, column) => sum + column[figure], 0);
