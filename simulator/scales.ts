/** Size of a simulated shop. Order lines and events are what the generator aims at on average, not exact counts. */
export interface Scale {
  readonly customers: number;
  readonly ordersPerCustomer: number;
  readonly eventsPerCustomer: number;
  /** Products in each of the twelve categories, at least 20. */
  readonly productsPerCategory: number;
}

/** `demo` is the shop of the quickstart; S, M and L are the sizes that benchmarks use (about 50k, 1M and 10M order lines; 200k, 4M and 40M events). */
export const scales = {
  demo: { customers: 5_000, ordersPerCustomer: 5, eventsPerCustomer: 60, productsPerCategory: 40 },
  S: { customers: 10_000, ordersPerCustomer: 2.8, eventsPerCustomer: 20, productsPerCategory: 40 },
  M: { customers: 100_000, ordersPerCustomer: 5.6, eventsPerCustomer: 40, productsPerCategory: 200 },
  L: { customers: 1_000_000, ordersPerCustomer: 5.6, eventsPerCustomer: 40, productsPerCategory: 400 },
} as const satisfies Record<string, Scale>;
