import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCollectActivities } from '../activities/collect/index.ts';
import { createPreprocessActivities } from '../activities/preprocess/index.ts';
import type { Ledger } from '../gateways/ledger/ledger.ts';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { quoteIdentifier } from '../gateways/warehouse/quote.ts';
import { projectRoot as root } from '../scripts/command-line/project-root.ts';
import { featuresShop, sixteenFeatures, writeFeaturesShop } from './features-shop.ts';
import type { Measurement, Runs, Subject } from './side-by-side.ts';

interface FeaturesInput {
  readonly data: string;
  readonly shops: string;
  /** Emptied by each run. */
  readonly lake: string;
  readonly features: readonly string[];
  readonly asOf: string;
}

/** What the ledger of a shop without a past says. */
const nothingInLedger: Ledger = {
  engine: 'pglite',
  query: () => Promise.resolve([]),
  transaction: (work) => work(nothingInLedger),
  close: () => Promise.resolve(),
};

const asOf = '2026-11-23T00:00:00.000Z';
const oneWeekLater = '2026-11-30T00:00:00.000Z';
/** Sums of floating point numbers in another order differ in their last digits. */
const tolerance = 1e-9;
/** A value on its bound is within or without it by such a digit, so of a million customers a few may be counted otherwise. */
const countTolerance = 1e-5;

/** From Parquet to standardised features: what is wrong put aside with its reason, what is kept written, sixteen features a customer, gaps filled, outliers clipped. */
export const subject: Subject<FeaturesInput> = {
  name: 'features',
  description: 'From raw Parquet to standardised features, beside DuckDB and polars in Python; and the same a week later.',
  module: import.meta.url,
  peers: [{ name: 'DuckDB', script: 'features_duckdb.py' }, { name: 'polars', script: 'features_polars.py' }],
  async inputs({ folder, only, say }) {
    const inputs: Record<string, FeaturesInput> = {};
    for (const scale of (['M', 'L'] as const).filter((name) => only === undefined || only === name)) {
      const { data, shops } = await writeFeaturesShop({ root, bench: join(root, 'var', 'bench'), folder, scale, say });
      inputs[scale] = { data, shops, lake: join(folder, scale, 'lake'), features: sixteenFeatures, asOf };
    }
    return inputs;
  },
  async own({ shops, lake, features }) {
    await rm(lake, { recursive: true, force: true });
    const warehouse = await openWarehouse({ lake });
    const parts = { warehouse, ledger: nothingInLedger, openShop: (name: string) => openShopFolder(shops, name), resolveData: (setting: string) => setting, cancellation: () => undefined };
    const build = async (cycle: string, until: string): Promise<{ readonly seconds: number; readonly figures: Readonly<Record<string, number>> }> => {
      const startedAt = performance.now();
      const scope = { shop: featuresShop, cycle, asOf: until };
      const { relations, tallies } = await createCollectActivities(parts).collect({ ...scope, attempt: 1 });
      const preprocessed = await createPreprocessActivities(parts).preprocess({ ...scope, relations, featureSet: 0 });
      const seconds = (performance.now() - startedAt) / 1000;
      // A cycle is known to have ended by its manifest.
      await writeFile(join(lake, featuresShop, cycle, 'manifest.json'), '{}');
      await using session = await warehouse.open(preprocessed.relations);
      const rows = await session.rows<{ feature: string; mean: number; scale: number; filled: number; clipped: number }>('select feature, mean, scale, imputed as filled, outliers as clipped from features.preprocessing');
      const [{ most }] = await session.rows<{ most: number }>(`select max(greatest(${features.map(quoteIdentifier).join(', ')})) as most from features.matrix`) as [{ most: number }];
      const kept = Object.fromEntries(tallies.map((tally) => [`${tally.table} kept`, tally.kept]));
      return {
        seconds,
        figures: {
          ...kept, customers: preprocessed.relations['features.customers']!.rows, 'filled': sum(rows.map((row) => row.filled)), 'clipped': sum(rows.map((row) => row.clipped)),
          'largest standardised value': most, ...Object.fromEntries(rows.flatMap((row) => [[`mean of ${row.feature}`, row.mean], [`scale of ${row.feature}`, row.scale]])),
        },
      };
    };
    const first = await build('2026-W48', asOf);
    const next = await build('2026-W49', oneWeekLater);
    return { seconds: { 'features': first.seconds, 'features a week later': next.seconds }, figures: { ...first.figures, 'share of the first that the next week costs': next.seconds / first.seconds } };
  },
  check({ own, peers }: Runs) {
    return Object.entries(peers).flatMap(([name, runs]) => runs.flatMap((run, at) => differences(own[at]!, run).map((words) => `${words} by ${name}`)));
  },
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Figures of both that are not equal, in words. */
function differences(own: Measurement, peer: Measurement): readonly string[] {
  return Object.entries(peer.figures)
    .filter(([name, value]) => !(Math.abs(own.figures[name]! - value) <= (name === 'clipped' ? countTolerance : tolerance) * Math.max(1, Math.abs(value))))
    .map(([name, value]) => `${name} is ${own.figures[name]} here and ${value}`);
}
