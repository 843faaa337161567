import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCollectActivities } from '../activities/collect/index.ts';
import { paymentFeatures } from '../activities/risk/payment-features.ts';
import type { Ledger } from '../gateways/ledger/ledger.ts';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { readSql } from '../gateways/warehouse/sql-file.ts';
import { makeHistory } from '../simulator/make-history.ts';

/** Files of payments in the order of their time: row-major Float64 features, little-endian, rules met, and a byte a payment that says whether it is fraud. */
export interface MadePayments {
  readonly features: string;
  readonly rulesMet: string;
  readonly fraud: string;
  readonly rows: number;
  readonly columns: number;
  /** Rows to learn from; the later ones judge. */
  readonly learned: number;
}

const noLedger: Ledger = { engine: 'pglite', query: async () => [], transaction: async (work) => work(noLedger), close: async () => {} };

/** Writes the features of every payment of a simulated shop, by the project's own SQL. Files that are there are left as they are. */
export async function writeMadePayments(folder: string, { customers, seed, shops }: { readonly customers: number; readonly seed: number; readonly shops: string }, say: (line: string) => void): Promise<MadePayments> {
  const place = (name: string): string => join(folder, `${name}-${customers}-${seed}`);
  const made = { features: place('features'), rulesMet: place('rules'), fraud: place('fraud') };
  const columns = paymentFeatures.length;
  const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => undefined))?.size ?? 0;
  const rows = await sizeOf(made.fraud);
  const described = (count: number): MadePayments => ({ ...made, rows: count, columns, learned: Math.floor(count * 0.7) });
  if (rows > 0 && await sizeOf(made.features) === rows * columns * 8) return described(rows);

  say(`Making a shop of ${customers.toLocaleString('en')} customers for its payments.`);
  const data = join(folder, 'data');
  await rm(folder, { recursive: true, force: true });
  await mkdir(data, { recursive: true });
  await makeHistory({ folder: data, customers, seed, eventsPerCustomer: 10 });
  const warehouse = await openWarehouse({ lake: join(folder, 'lake') });
  const scope = { shop: 'demo', cycle: '2026-W48', asOf: '2026-11-23T00:00:00.000Z', dataFolder: data };
  const { relations } = await createCollectActivities({ warehouse, ledger: noLedger, openShop: (name) => openShopFolder(shops, name), resolveData: (setting) => setting, cancellation: () => undefined }).collect({ ...scope, attempt: 1 });
  const { settings: { risk } } = await openShopFolder(shops, 'demo');
  await using session = await warehouse.open(relations);
  for (const name of ['features.order_lines', 'features.orders', 'risk.devices']) await session.materialise(scope, { name, sql: await readSql(name) });
  await session.materialise(scope, { name: 'risk.payments', sql: await readSql('risk.payments'), parameters: { as_of: scope.asOf, large_order_quantile: risk.large_order_quantile, maximum_payments_a_day: risk.maximum_payments_a_day, maximum_accounts_a_device: risk.maximum_accounts_a_device, maximum_cards_a_device: risk.maximum_cards_a_device } });
  const order = 'order by occurred_at, payment_id';
  const { values, rows: count } = await session.matrix(`select ${paymentFeatures.map(({ sql }, at) => `${sql} as f${at}`).join(', ')} from risk.payments ${order}`);
  const told = await session.matrix(`select is_fraud::integer as fraud, rules_met from risk.payments ${order}`);
  await writeFile(made.features, values);
  await writeFile(made.rulesMet, Float64Array.from({ length: count }, (_, row) => told.values[row * 2 + 1]!));
  await writeFile(`${made.fraud}.partial`, Uint8Array.from({ length: count }, (_, row) => told.values[row * 2]!));
  await rename(`${made.fraud}.partial`, made.fraud);
  return described(count);
}
