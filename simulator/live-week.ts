import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { countDirt } from './count-dirt.ts';
import type { DirtCounts } from './dirt-rates.ts';
import { writePeriod } from './make-history.ts';
import { readLetter, type LetterRead } from './read-letter.ts';
import type { ShopModel } from './shop-model.ts';
import { visitLinks, type Visit } from './visit-links.ts';
import { fillIn, openWorld, populate, type World } from './world.ts';

/** A mail as its reader would take it out of a letter. */
export type GivenMail = Pick<LetterRead, 'recipient' | 'offer' | 'couponCode'>;

export interface LiveWeekRequest {
  /** The shop's folder, as makeHistory made it. */
  readonly folder: string;
  /** Where the mail sink keeps what arrived; or the mails themselves, which are read without a letter being written. */
  readonly outbox: string | readonly GivenMail[];
  /** ISO date or instant. The shop lives from its clock's today on, also when `from` is another day: no day is left out or lived twice. */
  readonly from: string;
  /** ISO date or instant, exclusive; a part of a day counts as the day. */
  readonly to: string;
  /** The history's seed when absent. Another one gives the same customers another week of reading. */
  readonly seed?: number;
  readonly fetch?: typeof globalThis.fetch;
}

/** Means per mailed customer that the model's chances give: what a perfect measurement of the mails' effect would find. */
export interface TrueEffect {
  readonly responseClass: string;
  readonly mailed: number;
  /** Orders more (or fewer) than without the mail. */
  readonly orders: number;
  /** Share of customers with an order, more than without. */
  readonly conversion: number;
  /** Revenue after discounts, more than without, in the shop's currency. */
  readonly revenue: number;
}

export interface LiveWeekSummary {
  /** ISO week of the first day lived. */
  readonly week: string;
  readonly from: string;
  readonly to: string;
  /** Mails found in the outbox that nobody had read. */
  readonly mailsRead: number;
  /** Customers who got at least one of them. */
  readonly mailed: number;
  readonly opens: number;
  readonly clicks: number;
  readonly unsubscribes: number;
  /** Requests to the shop's web that got no good answer. */
  readonly failedVisits: number;
  readonly orders: number;
  readonly orderLines: number;
  readonly events: number;
  /** Orders that carried a coupon. */
  readonly redemptions: number;
  /** Orders that only a mail brought about. */
  readonly extraOrders: number;
  /** Orders that annoyance prevented. */
  readonly lostOrders: number;
  /** Customers whom a mail drove away for good. */
  readonly drivenAway: number;
  /** Of what was not returned: paid less what the products cost the shop. */
  readonly margin: number;
  /** Orders that redeemed a coupon for free shipping, which the margin does not know of. */
  readonly freeShippings: number;
  readonly trueEffect: Omit<TrueEffect, 'responseClass'>;
}

/** `truth/<week>.json` */
interface WeekTruth {
  readonly summary: LiveWeekSummary;
  readonly byResponseClass: readonly TrueEffect[];
  readonly dirt: DirtCounts;
  /** Files of the outbox that were read. */
  readonly files: readonly string[];
}

/**
 * Lets every customer live up to `to`: whoever got mail since the last time opens it, follows its links over HTTP, unsubscribes, redeems the
 * coupon, buys once more or is annoyed, each by hidden traits; everybody else, and everybody without mail, lives as the model has it anyway.
 * Writes the period's partitions, then `truth/<week>.json`, and moves `clock.json` last. A week that was lived is not lived again: its summary is returned.
 * @throws RangeError when `to` is not after `from`, or the folder has no history
 */
export async function liveWeek({ folder, outbox, from: wanted, to: end, seed, fetch = globalThis.fetch }: LiveWeekRequest): Promise<LiveWeekSummary> {
  const to = firstDayFrom(end);
  if (firstDayFrom(wanted) >= to) throw new RangeError(`A week must end after it begins: ${wanted} to ${end}`);
  const clock = await readJson<{ today: string; seed: number }>(join(folder, 'clock.json'));
  const model = await readJson<ShopModel>(join(folder, 'truth', 'model.json'));
  if (clock === undefined || model === undefined) throw new RangeError(`${folder} has no simulated history: its clock.json or truth/model.json is missing`);
  if (clock.today >= to) return (await findLived(folder, to)).summary;

  const from = clock.today;
  if (daysBetween(model.until, from) > 1000) throw new RangeError(`${from} is more than 1,000 days after the history; make a new one`);
  const truthFile = join(folder, 'truth', `${truthName(from)}.json`);
  const lived = await readJson<WeekTruth>(truthFile);
  // The process ended between the truth and the clock: all else is there.
  const truth = lived?.summary.from === from && lived.summary.to === to ? lived : await liveAnew({ folder, outbox, from, to, model, seed: seed ?? model.seed, fetch, truthFile });
  const read = new Set([...await readJson<string[]>(join(folder, 'read-mail.json')) ?? [], ...truth.files]);
  await writeWhole(join(folder, 'read-mail.json'), JSON.stringify([...read].sort()));
  await writeWhole(join(folder, 'clock.json'), JSON.stringify({ ...clock, today: to }));
  return truth.summary;
}

async function liveAnew({ folder, outbox, from, to, model, seed, fetch, truthFile }: { readonly folder: string; readonly outbox: LiveWeekRequest['outbox']; readonly from: string; readonly to: string; readonly model: ShopModel; readonly seed: number; readonly fetch: typeof globalThis.fetch; readonly truthFile: string }): Promise<WeekTruth> {
  const { files, letters } = typeof outbox === 'string' ? await readOutbox(outbox, new Set(await readJson<string[]>(join(folder, 'read-mail.json')) ?? [])) : { files: [], letters: outbox.map(withoutLinks) };
  const spill = join(folder, '.spill');
  await using world = await openWorld(model, { from, horizon: to, spill });
  await populate(world, model.rateScale);
  await world.set('reading', `${from}/${seed}`);
  await loadMails(world, letters);
  await loadDrivenAway(world, folder, from);
  for (const file of ['responses', 'lived-orders', 'true-effect']) await world.runFile(file);

  const readers = await world.rows<{ position: number; clicks: boolean; unsubscribes: boolean; link_draw: number }>('select position, clicks, unsubscribes, link_draw from responses where opens order by position');
  const visits = readers.map(({ position, clicks, unsubscribes, link_draw: draw }) => visitsOf(letters[position]!, { clicks, unsubscribes, draw }));
  const { failed } = await visitLinks(visits, fetch);

  await fillIn(world, model);
  for (const name of ['orders', 'payments', 'social', 'events']) await mkdir(join(folder, name), { recursive: true });
  await writePeriod(world, { folder, name: `week-${from}`, from, to, devices: model.devices ?? false });
  const responses = join(folder, 'truth', `responses-${from}.parquet`);
  await world.write('responses', `${responses}.tmp`);
  await rename(`${responses}.tmp`, responses);

  const effects = await world.rows<{ response_class: string; mailed: number; orders: number; conversion: number; revenue: number }>('select * from true_effects order by response_class');
  const [counts] = await world.rows<Record<'mailed' | 'opens' | 'clicks' | 'unsubscribes' | 'orders' | 'orderLines' | 'events' | 'redemptions' | 'extraOrders' | 'lostOrders' | 'drivenAway' | 'margin' | 'freeShippings', number>>(`select
    (select count(distinct customer_no) from responses) as mailed, (select count(*) from responses where opens) as opens,
    (select count(*) from responses where clicks) as clicks, (select count(*) from responses where unsubscribes) as unsubscribes,
    (select count(*) from order_totals) as orders, (select count(*) from order_lines) as "orderLines",
    (select coalesce(sum(length(steps)), 0)::bigint from sessions) + (select count(*) from reviews) as events,
    (select count(distinct order_no) from order_lines where coupon_code is not null) as redemptions,
    (select count(*) from extra_orders) as "extraOrders", (select count(*) from lost_orders) as "lostOrders",
    (select count(*) from responses where leaves) as "drivenAway",
    (select coalesce(sum(net_cents - round(quantity * unit_cost_cents))::bigint, 0) / 100 from order_lines inner join products using (product_no) where not returned) as margin,
    (select count(*) from orders where coupon_kind = 'free_shipping' and ordered_at >= getvariable('from')::timestamp) as "freeShippings"`);
  const byClass = effects.map(({ response_class: responseClass, ...effect }) => ({ responseClass, ...effect }));
  const { responseClass: _, ...overall } = byClass.find(({ responseClass }) => responseClass === 'all') ?? { responseClass: 'all', mailed: 0, orders: 0, conversion: 0, revenue: 0 };
  const truth: WeekTruth = {
    summary: { week: isoWeek(from), from, to, mailsRead: files.length, ...counts!, failedVisits: failed, trueEffect: overall },
    byResponseClass: byClass.filter(({ responseClass }) => responseClass !== 'all'),
    dirt: await countDirt(world, 'dated'),
    files,
  };
  await writeWhole(truthFile, JSON.stringify(truth, null, 2));
  await rm(spill, { recursive: true, force: true });
  return truth;
}

/** Unread mails in the order of their Message-IDs, a message that came twice once; files that are no mail to anybody are read and forgotten. */
async function readOutbox(outbox: string, known: ReadonlySet<string>): Promise<{ readonly files: readonly string[]; readonly letters: readonly LetterRead[] }> {
  const files = (await readdir(outbox).catch((): string[] => [])).filter((name) => name.endsWith('.eml') && !known.has(name)).sort();
  const letters = new Map<string, LetterRead>();
  for (const file of files) {
    const letter = await readLetter(await readFile(join(outbox, file)));
    if (letter === undefined) continue;
    const key = `${letter.messageId || file}\n${letter.recipient}`;
    if (!letters.has(key)) letters.set(key, letter);
  }
  return { files, letters: [...letters].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, letter]) => letter) };
}

const withoutLinks = (mail: GivenMail): LetterRead => ({ ...mail, messageId: '', links: [], pixel: undefined, unsubscribe: undefined });

async function loadMails(world: World, letters: readonly LetterRead[]): Promise<void> {
  await world.run('create table mails (position bigint, address varchar, offer_kind varchar, offer_value double, coupon_code varchar)');
  await world.append('mails', letters.map(({ recipient, offer, couponCode }, position) => [position, recipient, offer?.kind ?? null, offer?.value ?? null, couponCode ?? null]));
}

/** Customers whom the mails of earlier weeks drove away: no order and no opening any more, hardly a visit. */
async function loadDrivenAway(world: World, folder: string, from: string): Promise<void> {
  await world.run('create table driven_away (customer_no bigint)');
  if (!(await readdir(join(folder, 'truth'))).some((name) => name.startsWith('responses-') && name.endsWith('.parquet'))) return;
  const files = `'${join(folder, 'truth', 'responses-*.parquet').replaceAll("'", "''")}'`;
  await world.run(`insert into driven_away select distinct customer_no from read_parquet(${files}) where leaves and lived_from < '${from}'::date order by customer_no`);
  await world.run("insert into departures select customer_no, getvariable('from_microdays') from driven_away where customer_no not in (select customer_no from departures)");
}

function visitsOf({ pixel, links, unsubscribe }: LetterRead, { clicks, unsubscribes, draw }: { readonly clicks: boolean; readonly unsubscribes: boolean; readonly draw: number }): Visit[] {
  const link = clicks ? links[Math.floor(draw * links.length)] : undefined;
  return [
    ...(pixel === undefined ? [] : [{ url: pixel, kind: 'open' } as const]),
    ...(link === undefined ? [] : [{ url: link, kind: 'click' } as const]),
    ...(unsubscribes && unsubscribe !== undefined ? [{ url: unsubscribe, kind: 'unsubscribe' } as const] : []),
  ];
}

async function findLived(folder: string, to: string): Promise<WeekTruth> {
  const names = (await readdir(join(folder, 'truth'))).filter((name) => /^\d{4}-.*\.json$/.test(name)).sort();
  for (const name of names) {
    const truth = await readJson<WeekTruth>(join(folder, 'truth', name));
    if (truth !== undefined && truth.summary.to >= to) return truth;
  }
  throw new RangeError(`${to} is in the shop's history, which is not lived but made`);
}

async function readJson<T>(path: string): Promise<T | undefined> {
  return existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) as T : undefined;
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.tmp`, `${text}\n`);
  await rename(`${path}.tmp`, path);
}

const dayLength = 86_400_000;

const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / dayLength;

/** First whole day at or after a date or an instant. */
function firstDayFrom(moment: string): string {
  const at = Date.parse(moment);
  if (Number.isNaN(at)) throw new RangeError(`${moment} is no ISO date or instant`);
  return new Date(Math.ceil(at / dayLength) * dayLength).toISOString().slice(0, 10);
}

/** ISO 8601 week of a day, `2026-W48`. */
function isoWeek(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  const thursday = new Date(date.getTime() + (3 - (date.getUTCDay() + 6) % 7) * dayLength);
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / (7 * dayLength));
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}

/** A week that begins on a Monday is named by its ISO week, any other stretch by its first day. */
const truthName = (from: string): string => (new Date(`${from}T00:00:00Z`).getUTCDay() === 1 ? isoWeek(from) : from);
