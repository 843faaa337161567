import { interactionMatrix, type InteractionMatrix } from './interaction-matrix.ts';

/** Who chose what, and when; row by row. */
export interface TimedInteractions {
  readonly customers: number;
  readonly items: number;
  readonly customer: ArrayLike<number>;
  readonly item: ArrayLike<number>;
  /** Any number that rises with time. */
  readonly time: ArrayLike<number>;
}

/** Three times, one after the other. `later` parts hold only what is new to the customer. */
export interface TimeSplit {
  readonly train: InteractionMatrix;
  readonly validation: InteractionMatrix;
  /** Train and validation together, to learn from before the test. */
  readonly known: InteractionMatrix;
  readonly test: InteractionMatrix;
}

/**
 * Splits at two moments for everybody: what happens before the first, between the two, and from the second on. Values of what is learnt from are
 * 1 however often a customer chose an item.
 * @throws RangeError unless the first moment is before the second
 */
export function splitByTime(all: TimedInteractions, first: number, second: number): TimeSplit {
  if (!(first < second)) throw new RangeError(`the first moment must be before the second, not ${first} and ${second}`);
  return splitBy(all, (row) => (all.time[row]! < first ? 0 : all.time[row]! < second ? 1 : 2));
}

/**
 * Splits each customer's interactions at the customer's own moments: the last `testShare` are the test, and as many of `validationShare` before
 * them the validation; rows of one customer must be in the order of time.
 */
export function splitEachByTime(all: TimedInteractions, testShare: number, validationShare: number): TimeSplit {
  const count = new Uint32Array(all.customers);
  for (let row = 0; row < all.customer.length; row++) count[all.customer[row]!]!++;
  const seen = new Uint32Array(all.customers);
  const part = new Uint8Array(all.customer.length);
  for (let row = 0; row < all.customer.length; row++) {
    const customer = all.customer[row]!;
    const [place, of] = [seen[customer]!++, count[customer]!];
    part[row] = place >= of - Math.floor(of * testShare) ? 2 : place >= of - Math.floor(of * (testShare + validationShare)) ? 1 : 0;
  }
  return splitBy(all, (row) => part[row]!);
}

function splitBy(all: TimedInteractions, partOf: (row: number) => number): TimeSplit {
  const take = (parts: readonly number[], without?: InteractionMatrix): InteractionMatrix => {
    const had = without === undefined ? undefined : new Set(pairs(without));
    const rows = Array.from({ length: all.customer.length }, (_, row) => row).filter((row) => parts.includes(partOf(row)) && !(had?.has(all.customer[row]! * all.items + all.item[row]!) ?? false));
    const matrix = interactionMatrix({ rows: all.customers, columns: all.items, row: rows.map((row) => all.customer[row]!), column: rows.map((row) => all.item[row]!) });
    return { ...matrix, values: matrix.values.fill(1) };
  };
  const [train, known] = [take([0]), take([0, 1])];
  return { train, validation: take([1], train), known, test: take([2], known) };
}

function* pairs({ rows, columns, offsets, indices }: InteractionMatrix): Generator<number> {
  for (let row = 0; row < rows; row++) for (let place = offsets[row]!; place < offsets[row + 1]!; place++) yield row * columns + indices[place]!;
}
