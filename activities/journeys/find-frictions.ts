import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { excessHits, type Stratum } from '../../algorithms/journeys/excess-hits.ts';
import { outcomeRules, type OutcomeRule } from '../../algorithms/journeys/outcome-rules.ts';
import { ratioOfValues, type PairSums } from '../../algorithms/journeys/ratio-of-values.ts';

/** Sessions that have the same attributes, counted: a row of `journeys.counted`. */
export interface CountedSessions extends Readonly<Record<string, string | number | null>> {
  readonly channel: string;
  readonly device: string | null;
  readonly sessions: number;
  readonly carts: number;
  readonly checkouts: number;
  readonly purchases: number;
  readonly lost_at_payment: number;
  readonly lost_at_payment_cart: number;
  readonly lost_at_checkout_cart: number;
  readonly lost_at_cart_cart: number;
  readonly paid_count: number;
  readonly paid_x: number;
  readonly paid_y: number;
  readonly paid_xx: number;
  readonly paid_xy: number;
  readonly paid_yy: number;
}

/** A step where sessions are lost, and what stands for it in the counted sessions. */
interface Step {
  readonly name: string;
  readonly does: string;
  readonly trials: (row: CountedSessions) => number;
  readonly lost: (row: CountedSessions) => number;
  /** Value of the lost carts; absent where there is no cart yet. */
  readonly cart?: (row: CountedSessions) => number;
}

const steps: readonly Step[] = [
  { name: 'payment', does: 'fail at the payment and are lost', trials: (row) => row.checkouts, lost: (row) => row.lost_at_payment, cart: (row) => row.lost_at_payment_cart },
  { name: 'checkout', does: 'leave the checkout without a try to pay', trials: (row) => row.checkouts - row.lost_at_payment, lost: (row) => row.checkouts - row.purchases - row.lost_at_payment, cart: (row) => row.lost_at_checkout_cart },
  { name: 'cart', does: 'leave a cart behind', trials: (row) => row.carts, lost: (row) => row.carts - row.checkouts, cart: (row) => row.lost_at_cart_cart },
  { name: 'view', does: 'look and put nothing into a cart', trials: (row) => row.sessions, lost: (row) => row.sessions - row.carts },
];

/** Attributes of the way: what a shop can mend. Those of the person and of what it came for come after, and only say who is lost. */
const ways = ['channel', 'device', 'part_of_day', 'weekend'] as const;
const persons = ['entry', 'visitor_kind', 'segment_name'] as const;
const attributes = [...ways, ...persons];

/** What those who drop have in common. */
export interface DropRule extends Pick<OutcomeRule, 'trials' | 'hits' | 'rate' | 'lift' | 'pValue' | 'falseDiscoveryRate'> {
  readonly step: string;
  readonly conditions: string;
  readonly about: 'way' | 'person' | 'both';
}

/** A place of the way that loses more than it should, with what that has cost in the time looked at. */
export interface Friction extends Pick<OutcomeRule, 'trials' | 'hits' | 'rate' | 'lift' | 'pValue' | 'falseDiscoveryRate'> {
  readonly step: string;
  readonly conditions: string;
  /** A failed payment, or a device that loses more than others of its channel, is a fault; a channel or a time of day may only be chosen by other people. */
  readonly kind: 'fault' | 'difference';
  /** Share of the others of the same kind. */
  readonly rateElsewhere: number;
  readonly lostOrders: number;
  readonly lostOrdersLower: number;
  readonly lostOrdersUpper: number;
  readonly cost: number;
  readonly costLower: number;
  readonly costUpper: number;
  readonly words: string;
}

export interface FindFrictions {
  /** Days that the sessions are of. */
  readonly days: number;
  /** ISO 4217 */
  readonly currency: string;
  /** Value of a mean order with its standard deviation, for shops whose events name no value. */
  readonly meanOrder: number;
  readonly orderDeviation: number;
  readonly confidence?: number;
}

/** Fewer sessions than this are no place. */
const fewestSessions = 50;
/** So little more than elsewhere is nothing to mend. */
const smallestLift = 1.05;

/**
 * Where sessions are lost and what that costs. A place is one that loses more than the others beyond chance (false discoveries controlled at each
 * step), and that still does beside people of the same kind. Its cost is of what has happened: excess lost sessions, by the chance that those who
 * pass the step buy, by what a cart comes to when it is paid. The surest place of a step comes first, and the next is judged without its sessions:
 * a channel is not told where one device of it explains everything, and costs may be added.
 */
export function findFrictions(rows: readonly CountedSessions[], { days, currency, meanOrder, orderDeviation, confidence = 0.95 }: FindFrictions): { readonly rules: readonly DropRule[]; readonly frictions: readonly Friction[] } {
  const names = attributes.map((attribute) => [...new Set(rows.map((row) => row[attribute]).filter((value): value is string => typeof value === 'string'))].sort());
  const codes = Int32Array.from(rows.flatMap((row) => attributes.map((attribute, column) => names[column]!.indexOf(String(row[attribute])))));
  const words = (rule: OutcomeRule): string => rule.conditions.map(({ column, code }) => condition(attributes[column]!, names[column]![code]!)).join(' and ');
  const z = normalQuantile((1 + confidence) / 2, 0, 1);
  const money = new Intl.NumberFormat('en', { style: 'currency', currency, maximumFractionDigits: 0 });
  const share = (rate: number): string => `${(rate * 100).toFixed(1)} %`;
  const rules: DropRule[] = [];
  const frictions: Friction[] = [];
  for (const step of steps) {
    const found = outcomeRules({ codes, columns: attributes.length, trials: Float64Array.from(rows, step.trials), hits: Float64Array.from(rows, step.lost) }, { minTrials: fewestSessions, minLift: smallestLift });
    const told = new Set<number>();
    for (const rule of found) {
      const ofWay = rule.conditions.filter(({ column }) => column < ways.length).length;
      const figures = { trials: rule.trials, hits: rule.hits, rate: rule.rate, lift: rule.lift, pValue: rule.pValue, falseDiscoveryRate: rule.falseDiscoveryRate };
      rules.push({ step: step.name, conditions: words(rule), about: ofWay === rule.conditions.length ? 'way' : ofWay === 0 ? 'person' : 'both', ...figures });
      if (ofWay < rule.conditions.length) continue;
      const sized = sizeOf({ rows, codes, told, rule, step }, { meanOrder, orderDeviation });
      if (sized === undefined || sized.orders - z * sized.ordersError <= 0 || sized.rate < sized.rateElsewhere * smallestLift) continue;
      sized.places.forEach((place) => told.add(place));
      const kind = step.name === 'payment' || rule.conditions.some(({ column }) => attributes[column] === 'device') ? 'fault' : 'difference';
      const [costLower, costUpper] = [Math.max(0, sized.cost - z * sized.error), sized.cost + z * sized.error];
      frictions.push({
        step: step.name, conditions: words(rule), kind, ...figures, trials: sized.trials, hits: sized.hits, rate: sized.rate, rateElsewhere: sized.rateElsewhere,
        lostOrders: sized.orders, lostOrdersLower: sized.orders - z * sized.ordersError, lostOrdersUpper: sized.orders + z * sized.ordersError, cost: sized.cost, costLower, costUpper,
        words: `With ${words(rule)}, ${share(sized.rate)} ${step.does}, against ${share(sized.rateElsewhere)} of others of the same kind: about ${Math.round(sized.orders)} orders and ${money.format(sized.cost)} in ${days} days (${money.format(costLower)} to ${money.format(costUpper)}).${kind === 'fault' ? '' : ' Other people may choose it: try a change before you count on the money.'}`,
      });
    }
  }
  return { rules, frictions: frictions.sort((a, b) => Number(a.kind === 'difference') - Number(b.kind === 'difference') || b.cost - a.cost || (a.words < b.words ? -1 : 1)) };
}

const condition = (attribute: (typeof attributes)[number], value: string): string => ({
  channel: `channel ${value}`, device: `device ${value}`, part_of_day: `the ${value}`, weekend: `a ${value}`, entry: `a ${value.replaceAll('_', ' ')} first`, visitor_kind: value === 'returning' ? 'a returning visitor' : 'a first visit', segment_name: `segment ${value}`,
}[attribute]);

interface Sized { readonly places: readonly number[]; readonly trials: number; readonly hits: number; readonly rate: number; readonly rateElsewhere: number; readonly orders: number; readonly ordersError: number; readonly cost: number; readonly error: number }

interface Place {
  readonly rows: readonly CountedSessions[];
  readonly codes: Int32Array;
  /** Rows that a surer place of the step has told of already. */
  readonly told: ReadonlySet<number>;
  readonly rule: OutcomeRule;
  readonly step: Step;
}

function sizeOf({ rows, codes, told, rule, step }: Place, { meanOrder, orderDeviation }: Pick<FindFrictions, 'meanOrder' | 'orderDeviation'>): Sized | undefined {
  const conditioned = new Set(rule.conditions.map(({ column }) => column));
  const strataColumns = attributes.map((_, column) => column).filter((column) => !conditioned.has(column) && (column === 0 || column >= ways.length));
  const strata = new Map<string, { trials: number; hits: number; otherTrials: number; otherHits: number }>();
  const places: number[] = [];
  const others: CountedSessions[] = [];
  rows.forEach((row, place) => {
    if (told.has(place)) return;
    const key = strataColumns.map((column) => codes[place * attributes.length + column]).join('|');
    const stratum = strata.get(key) ?? strata.set(key, { trials: 0, hits: 0, otherTrials: 0, otherHits: 0 }).get(key)!;
    const [trials, hits] = [step.trials(row), step.lost(row)];
    if (rule.conditions.every(({ column, code }) => codes[place * attributes.length + column] === code)) { stratum.trials += trials; stratum.hits += hits; places.push(place); } else { stratum.otherTrials += trials; stratum.otherHits += hits; others.push(row); }
  });
  const found = excessHits([...strata.values()] satisfies Stratum[]);
  if (found.excess <= 0 || found.trials < fewestSessions) return undefined;

  const passed = others.reduce((sum, row) => sum + step.trials(row) - step.lost(row), 0);
  const bought = others.reduce((sum, row) => sum + row.purchases, 0);
  // Whoever gets past the payment or tries to pay at all has bought, but for the few whose payment fails.
  const buys = step.name === 'payment' || step.name === 'checkout' || passed === 0 ? 1 : bought / passed;
  const value = valueOf(places.map((place) => rows[place]!), rows, step, { meanOrder, orderDeviation });
  const orders = found.excess * buys;
  const ordersError = Math.sqrt((found.standardError * buys) ** 2 + found.excess * buys * (1 - buys) + (buys === 1 ? 0 : found.excess ** 2 * buys * (1 - buys) / passed));
  return {
    places, trials: found.trials, hits: found.hits, rate: found.hits / found.trials, rateElsewhere: found.expected / found.trials, orders, ordersError, cost: orders * value.mean,
    error: Math.sqrt((value.mean * ordersError) ** 2 + (orders * value.error) ** 2 + Math.max(orders, 1) * value.deviation ** 2),
  };
}

/** What a lost order would have come to: its cart by the ratio of paid to carted, or a mean order where carts have no value. */
function valueOf(own: readonly CountedSessions[], all: readonly CountedSessions[], step: Step, { meanOrder, orderDeviation }: Pick<FindFrictions, 'meanOrder' | 'orderDeviation'>): { readonly mean: number; readonly error: number; readonly deviation: number } {
  const lost = own.reduce((sum, row) => sum + step.lost(row), 0);
  const cart = step.cart === undefined ? 0 : own.reduce((sum, row) => sum + step.cart!(row), 0);
  const sums = [pairs(own), pairs(all)].find(({ count, x }) => count >= fewestSessions && x > 0);
  if (sums === undefined) return { mean: meanOrder, error: 0, deviation: orderDeviation };
  const { ratio, standardError: ownError, residual: ownResidual } = ratioOfValues(sums);
  // Few orders of much value make most of the deviation, and a place of few orders may not have met one yet.
  const residual = Math.max(ownResidual, ratioOfValues(pairs(all)).residual);
  const standardError = (ownError * residual) / Math.max(ownResidual, Number.MIN_VALUE);
  if (cart === 0) {
    const mean = sums.y / sums.count;
    const deviation = Math.sqrt(Math.max(0, sums.yy / sums.count - mean * mean));
    return { mean, error: deviation / Math.sqrt(sums.count), deviation };
  }
  return { mean: (ratio * cart) / lost, error: (standardError * cart) / lost, deviation: residual };
}

const pairs = (rows: readonly CountedSessions[]): PairSums => {
  const sum = (name: 'paid_count' | 'paid_x' | 'paid_y' | 'paid_xx' | 'paid_xy' | 'paid_yy'): number => rows.reduce((total, row) => total + row[name], 0);
  return { count: sum('paid_count'), x: sum('paid_x'), y: sum('paid_y'), xx: sum('paid_xx'), xy: sum('paid_xy'), yy: sum('paid_yy') };
};
