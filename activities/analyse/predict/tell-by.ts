import { inThread } from '../../in-thread.ts';
import type { WarehouseSession } from '../../../gateways/warehouse/warehouse.ts';
import type { Prediction, PredictionTask } from './compute-prediction.ts';
import { readCustomersNow, type CustomersOfATime } from './prediction-rows.ts';
import type { Candidate } from './purchase-model.ts';

/** A prediction with those it is about. */
export interface Told extends Prediction {
  readonly features: readonly string[];
  readonly customers: readonly string[];
}

export interface WhatIsKnown {
  /** Features that `recent` and `past` were read with. */
  readonly names: readonly string[];
  readonly recent: CustomersOfATime;
  readonly past: CustomersOfATime;
  /** Who is told about: a table, or a select in brackets, in the order of customer_id; and their ids. */
  readonly now: string;
  readonly customers: string;
  readonly incumbent: Candidate;
  readonly seed: number;
  readonly resamples: number;
  readonly signal?: AbortSignal;
}

/** Fewer customers of a time of their own tell nothing. */
const fewestCustomers = 50;

/** Columns of features.customers that say something of a customer. */
export const featureNames = async (session: WarehouseSession): Promise<string[]> => [...(await session.describe('from features.customers')).keys()].filter((name) => name !== 'customer_id');

/**
 * Lets a thread learn from the past and tell about now: candidates learn from the customers of `past`, or of parts of `recent` where the past has too few;
 * some parts of `recent` choose among them, others judge.
 */
export async function tellBy(session: WarehouseSession, { names, recent, past, now: table, customers, incumbent, seed, resamples, signal }: WhatIsKnown): Promise<Told> {
  const byTime = past.rows >= fewestCustomers;
  const known = names.map((_, column) => recent.isKnown(column) && (!byTime || past.isKnown(column)));
  const features = names.filter((_, column) => known[column]);
  const columns = [...known.keys()].filter((column) => known[column]);
  const everybody = (): boolean => true;
  const now = await readCustomersNow(session, table, features);
  const task: PredictionTask = {
    features, now, incumbent, seed, resamples,
    learned: byTime ? past.take(columns, everybody) : recent.take(columns, (part) => part >= 6),
    choosing: recent.take(columns, byTime ? (part) => part >= 3 : (part) => part >= 3 && part < 6),
    judges: recent.take(columns, (part) => part < 3),
    latest: recent.take(columns, everybody),
  };
  const ids = await session.texts(customers);
  const buffers = [task.learned, task.choosing, task.judges, task.latest, task.now].map(({ matrix }) => matrix.buffer as ArrayBuffer);
  return { ...await inThread<PredictionTask, Prediction>(new URL('./compute-prediction.thread.ts', import.meta.url), task, { transfer: buffers, signal }), features, customers: ids };
}
