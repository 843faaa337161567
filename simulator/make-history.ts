import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DirtCounts } from './dirt-rates.ts';
import { countDirt } from './count-dirt.ts';
import { scales } from './scales.ts';
import { dropOutShape, expectedOrders, fitRateScale, rateShape, type Friction, type ShopModel } from './shop-model.ts';
import { fillIn, openWorld, populate, type World } from './world.ts';

export interface HistoryRequest {
  /** Where the shop's files go; files of an earlier history there are replaced. */
  readonly folder: string;
  readonly customers?: number;
  readonly seed: number;
  /** First day after the history, ISO date. */
  readonly until?: string;
  readonly months?: number;
  readonly ordersPerCustomer?: number;
  readonly eventsPerCustomer?: number;
  readonly productsPerCategory?: number;
  /** Plant missing values, duplicates, outliers and malformed rows at the rates of dirt-rates.ts. */
  readonly dirt?: boolean;
  /** Whether events have a column `device`. */
  readonly devices?: boolean;
  /** Plant a fault of the checkout; what it loses is in `truth/friction.json`. Events then name their device. */
  readonly friction?: Friction;
  /** `none`: a shop whose customers read their mail and do nothing else for it. */
  readonly mailEffect?: 'none';
}

/** Clean rows made, and the dirt planted among them (also in `truth/dirt.json`). */
export interface HistorySummary {
  readonly folder: string;
  readonly from: string;
  readonly until: string;
  readonly customers: number;
  readonly products: number;
  readonly orders: number;
  readonly orderLines: number;
  readonly events: number;
  readonly payments: number;
  readonly social: number;
  readonly dirt: DirtCounts;
}

/** Mean events of a visit without an order: a search in 35 of 100, views, and what happens to a cart. */
const eventsPerVisit = 0.35 + 1 / (1 - 0.52) + 0.3 + 0.06 + 0.09;

/**
 * Makes a shop's past: `customers.csv`, `products.csv`, and by month `orders/*.csv`, `payments/*.csv`, `social/*.csv`, `events/*.parquet`;
 * `truth/` holds what no source reads (hidden traits, the model, the dirt planted). `clock.json` is written last: with it the history is whole.
 * The same request gives the same bytes.
 * @throws RangeError on sizes that make no shop
 */
export async function makeHistory({ folder, seed, customers = scales.demo.customers, until = '2026-11-23', months = 18, ordersPerCustomer = scales.demo.ordersPerCustomer, eventsPerCustomer = scales.demo.eventsPerCustomer, productsPerCategory = scales.demo.productsPerCategory, dirt = true, friction, devices = friction !== undefined, mailEffect }: HistoryRequest): Promise<HistorySummary> {
  if (!Number.isInteger(customers) || customers < 2) throw new RangeError('customers must be a whole number of at least 2');
  if (!Number.isInteger(productsPerCategory) || productsPerCategory < 20) throw new RangeError('productsPerCategory must be a whole number of at least 20');
  if (!Number.isInteger(months) || months < 1) throw new RangeError('months must be a whole number of at least 1');
  const start = monthsBefore(until, months);
  for (const name of ['clock.json', 'read-mail.json', 'customers.csv', 'products.csv', 'orders', 'payments', 'social', 'events', 'truth']) await rm(join(folder, name), { recursive: true, force: true });
  for (const name of ['orders', 'payments', 'social', 'events', 'truth']) await mkdir(join(folder, name), { recursive: true });

  const base = { seed, customers, productsPerCategory, start, until, dirt, ...(devices ? { devices } : {}), ...(friction === undefined ? {} : { friction }), ...(mailEffect === undefined ? {} : { mailEffect }) };
  await using world = await openWorld(base, { from: start, horizon: until, spill: join(folder, '.spill') });
  const [{ days }] = await world.rows<{ days: number }>('select sum(ticks) / 100 as days from days') as [{ days: number }];
  const rateScale = fitRateScale(days, ordersPerCustomer);
  await populate(world, rateScale);
  const visitRate = await fitVisitRate(world, { rateScale, events: eventsPerCustomer * customers });
  await fillIn(world, { visitRate, friction });

  await world.write('customers', join(folder, 'customers.csv'));
  await world.write('products', join(folder, 'products.csv'));
  for (const { name, from, to } of monthsOf(start, until)) await writePeriod(world, { folder, name, from, to, devices });
  await world.write('traits', join(folder, 'truth', 'traits.parquet'));
  const planted = await countDirt(world, 'everything');
  const model: ShopModel = { ...base, rateScale, visitRate };
  await writeFile(join(folder, 'truth', 'model.json'), `${JSON.stringify({ ...model, rateShape, dropOutShape, expectedOrdersPerCustomer: expectedOrders(days, rateScale) }, null, 2)}\n`);
  if (friction !== undefined) {
    const [lost] = await world.rows<{ orders: number; cents: number }>('select count(*) as orders, coalesce(sum(net_cents), 0)::bigint as cents from friction_losses');
    await writeFile(join(folder, 'truth', 'friction.json'), `${JSON.stringify({ ...friction, lostOrders: lost!.orders, lostRevenue: lost!.cents / 100 }, null, 2)}\n`);
  }
  await writeFile(join(folder, 'truth', 'dirt.json'), `${JSON.stringify(planted, null, 2)}\n`);
  const [counts] = await world.rows<{ products: number; orders: number; orderLines: number; events: number; payments: number; social: number }>(`select
    (select count(*) from products) as products, (select count(*) from orders) as orders, (select count(*) from order_lines) as "orderLines",
    (select coalesce(sum(length(steps)), 0)::bigint from sessions) + (select count(*) from reviews) as events,
    (select count(*) from order_totals) as payments, (select count(*) from social) as social`);
  await rm(join(folder, '.spill'), { recursive: true, force: true });
  await writeFile(join(folder, 'clock.json.tmp'), `${JSON.stringify({ today: until, seed })}\n`);
  await rename(join(folder, 'clock.json.tmp'), join(folder, 'clock.json'));
  return { folder, from: start, until, customers, ...counts!, dirt: planted };
}

/** Writes one period's files under temporary names, then gives them their names, orders last: whoever sees the orders sees the rest. */
export async function writePeriod(world: World, { folder, name, from, to, devices }: { readonly folder: string; readonly name: string; readonly from: string; readonly to: string; readonly devices: boolean }): Promise<void> {
  await world.set('period_from', from);
  await world.set('period_to', to);
  const files = [['events', `events/${name}.parquet`], ['payments', `payments/${name}.csv`], ['social', `social/${name}.csv`], ['order-lines', `orders/${name}.csv`]] as const;
  for (const [select, file] of files) await world.write(select, join(folder, `${file}.tmp`), select === 'events' && !devices ? 'device' : undefined);
  for (const [, file] of files) await rename(join(folder, `${file}.tmp`), join(folder, file));
}

/** The visit rate that brings the events to the wanted number, given the orders there are. Never less than a few visits a year. */
async function fitVisitRate(world: World, { rateScale, events }: { readonly rateScale: number; readonly events: number }): Promise<number> {
  // Whole numbers, so that the sums do not depend on the order of rows.
  const [found] = await world.rows<{ purchase_events: number; exposure: number }>(`select
    (select sum(lines + 4.1)::bigint from orders where channel <> 'store') as purchase_events,
    (select sum(round((0.3 + 0.7 * least(20, rate * ${rateScale} / ${rateShape}))
      * (least(coalesce(departed_micro, getvariable('history_microdays')), getvariable('history_microdays')) - signed_up_micro
        + 0.2 * (getvariable('history_microdays') - coalesce(departed_micro, getvariable('history_microdays')))) / 1000)::hugeint)::double / 1000
      from traits left join departures using (customer_no)) as exposure`);
  return Math.max(0.01, (events - found!.purchase_events) / eventsPerVisit / found!.exposure);
}

function monthsBefore(day: string, months: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) throw new RangeError(`${day} is no ISO date`);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, 1));
  const lastDay = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(date.getUTCDate(), lastDay));
  return first.toISOString().slice(0, 10);
}

/** Calendar months, the first and the last cut to the period. */
function monthsOf(from: string, to: string): { readonly name: string; readonly from: string; readonly to: string }[] {
  const months: { name: string; from: string; to: string }[] = [];
  for (let begin = from; begin < to;) {
    const date = new Date(`${begin}T00:00:00Z`);
    const next = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)).toISOString().slice(0, 10);
    const end = next < to ? next : to;
    months.push({ name: begin.slice(0, 7), from: begin, to: end });
    begin = end;
  }
  return months;
}
