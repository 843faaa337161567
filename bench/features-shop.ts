import { cp, link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { quoteLiteral } from '../gateways/warehouse/quote.ts';
import { openBenchShop, type ScaleName } from './bench-shop.ts';

/** Name of the shop, which is the name of its folder. */
export const featuresShop = 'features';

/** What customers are described by in this bench: columns of features.customers. */
export const sixteenFeatures = [
  'recency_days', 'frequency', 'monetary', 'average_order_value', 'items_per_order', 'tenure_days', 'gap_mean_days', 'distinct_products',
  'discount_share', 'return_share', 'web_share', 'weekend_share', 'orders_90d', 'revenue_90d', 'views_30d', 'sessions_30d',
] as const;

/** Where the columns of a canonical table come from, all of them as they are. */
const source = (files: string): string => `-- grain: one row a line of ${files}\n${files.includes('*') ? `-- partitions: ${files}\n` : ''}select * from read_parquet(${files.includes('*') ? "getvariable('partition')" : `getvariable('data') || '/${files}'`})\n`;

/**
 * A shop whose sources are Parquet: the order lines, events and products of a simulated history, a file a month, in `<folder>/<scale>/data`.
 * Duplicates, missing values and outliers are in it; lines of the simulator's text files that do not parse are not.
 * @returns folders of the data and of the shop
 */
export async function writeFeaturesShop({ root, bench, folder, scale, say }: { readonly root: string; readonly bench: string; readonly folder: string; readonly scale: ScaleName; readonly say: (line: string) => void }): Promise<{ readonly data: string; readonly shops: string }> {
  const { data: simulated } = await openBenchShop({ root, folder: bench, scale, resamples: 1000, say });
  const data = join(folder, scale, 'data');
  const request = await readFile(join(simulated, 'request.json'), 'utf8');
  if (await readFile(join(data, 'request.json'), 'utf8').catch(() => '') !== request) {
    say(`Writing order lines of scale ${scale} as Parquet …`);
    await rm(data, { recursive: true, force: true });
    await mkdir(join(data, 'events'), { recursive: true });
    await mkdir(join(data, 'orders'));
    for (const file of await readdir(join(simulated, 'events'))) await link(join(simulated, 'events', file), join(data, 'events', file));
    const warehouse = await openWarehouse({ lake: join(folder, scale, 'scratch') });
    await using session = await warehouse.open({});
    const convert = (from: string, to: string, columns: string): Promise<void> =>
      session.run(`copy (from read_csv(${quoteLiteral(join(simulated, from))}, auto_detect = false, header = true, ignore_errors = true, columns = ${columns})) to ${quoteLiteral(join(data, to))} (format parquet, compression zstd)`);
    for (const file of (await readdir(join(simulated, 'orders'))).sort()) {
      await convert(join('orders', file), join('orders', file.replace(/\.csv$/, '.parquet')), "{'order_id': 'VARCHAR', 'line_no': 'INTEGER', 'customer_id': 'VARCHAR', 'ordered_at': 'TIMESTAMP', 'product_id': 'VARCHAR', 'quantity': 'DECIMAL(18,3)', 'unit_price': 'DECIMAL(18,4)', 'discount': 'DECIMAL(18,4)', 'coupon_code': 'VARCHAR', 'channel': 'VARCHAR', 'store_id': 'VARCHAR', 'returned': 'BOOLEAN'}");
    }
    await convert('products.csv', 'products.parquet', "{'product_id': 'VARCHAR', 'title': 'VARCHAR', 'category': 'VARCHAR', 'brand': 'VARCHAR', 'price': 'DECIMAL(18,4)', 'unit_cost': 'DECIMAL(18,4)', 'image_uri': 'VARCHAR', 'stock': 'INTEGER'}");
    await writeFile(join(data, 'request.json.partial'), request);
    await rename(join(data, 'request.json.partial'), join(data, 'request.json'));
  }
  const shops = join(folder, scale, 'shops');
  await rm(shops, { recursive: true, force: true });
  await cp(join(root, 'shops', 'demo', 'letters'), join(shops, featuresShop, 'letters'), { recursive: true });
  await mkdir(join(shops, featuresShop, 'sources'));
  for (const [table, files] of [['order_lines', 'orders/*.parquet'], ['events', 'events/*.parquet'], ['products', 'products.parquet']] as const) await writeFile(join(shops, featuresShop, 'sources', `${table}.sql`), source(files));
  const settings = parse(await readFile(join(root, 'shops', 'demo', 'shop.yaml'), 'utf8')) as object;
  await writeFile(join(shops, featuresShop, 'shop.yaml'), stringify({
    ...settings, data, preprocess: { feature_sets: [[...sixteenFeatures]], missing_default: 'median', outliers: { method: 'iqr', limit: 3, action: 'clip' }, scaling_default: 'standard' },
  }));
  return { data, shops };
}
