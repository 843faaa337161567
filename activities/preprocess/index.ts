import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { allDone } from '../all-done.ts';
import { chooseFeatures, writeChoice } from './choose-features.ts';
import type { PreprocessActivities, PreprocessInput, PreprocessResult } from './contract.ts';
import { daysBefore } from '../days-before.ts';
import { prepareMatrix, type PreparedMatrix } from './prepare-matrix.ts';
import { selectFeatures } from './select-features.ts';

export interface PreprocessDependencies {
  readonly warehouse: Warehouse;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  readonly cancellation: () => AbortSignal | undefined;
}

/** Fewer customers than this make no segments worth a campaign. */
const minimumCustomers = 50;

/** The second step: clean order lines, customer features now and one prediction horizon ago, the features they are segmented by, and the matrix the estimators read. */
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
      // The prediction learns from the same customers as they were one horizon ago and two.
      const makeEarlier = async (): Promise<Record<string, RelationRef>> => {
        const sql = await readSql('features.customers');
        const before = (horizons: number) => ({ as_of: daysBefore(input.asOf, horizons * settings.analyse.prediction_days) });
        return {
          'features.customers_earlier': await beside.materialise(input, { name: 'features.customers_earlier', file: 'features.customers', sql, parameters: before(1) }),
          'features.customers_earliest': await beside.materialise(input, { name: 'features.customers_earliest', file: 'features.customers', sql, parameters: before(2) }),
        };
      };
      const { preprocess, seed } = settings;
      if (preprocess.selection.mode === 'dynamic' && input.featureSet === 0) {
        const earlier = await makeEarlier();
        const chosen = await selectFeatures(warehouse, beside, input, settings);
        const matrix = await prepareMatrix(beside, input, { ...chosen, featureSet: 0 }, preprocess, seed);
        Object.assign(relations, earlier, { 'features.selection': chosen.relation }, matrix.relations);
        return { relations, ...summary(matrix, chosen.because, customers.rows, preprocess.outliers.action) };
      }
      const chosen = await chooseFeatures(session, preprocess.feature_sets, input.featureSet);
      const prepareChosen = async (): Promise<{ readonly matrix: PreparedMatrix; readonly selection: RelationRef }> => {
        const matrix = await prepareMatrix(session, input, { ...chosen, featureSet: input.featureSet }, preprocess, seed);
        return { matrix, selection: await writeChoice(warehouse, session, input, chosen, matrix) };
      };
      const [earlier, { matrix, selection }] = await allDone([makeEarlier(), prepareChosen()]);
      Object.assign(relations, earlier, { 'features.selection': selection }, matrix.relations);
      return { relations, ...summary(matrix, chosen.because, customers.rows, preprocess.outliers.action) };
    },
  };
}

function summary(matrix: PreparedMatrix, because: string, customers: number, action: 'clip' | 'drop' | 'flag'): Pick<PreprocessResult, 'features' | 'figures'> {
  const features = matrix.report.filter((column) => column.used).map((column) => column.feature);
  const outliers = {
    clip: { label: 'outliers clipped', value: matrix.outliers },
    drop: { label: 'customers left out of the fit as outliers', value: matrix.dropped },
    flag: { label: 'customers flagged as outliers', value: matrix.outlying },
  }[action];
  return {
    features,
    figures: [
      { label: 'customers', value: customers },
      { label: 'features', value: features.length },
      { label: 'feature list', value: because },
      { label: 'missing values filled', value: matrix.imputed },
      outliers,
    ],
  };
}
