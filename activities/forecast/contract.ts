import type { Relations } from '../contract.ts';

export interface ForecastInput {
  readonly shop: string;
  /** The latest cycle that knows orders and products when not given. */
  readonly cycle?: string;
}

/** What was found, small enough to travel; the relations have all of it. */
export interface DemandFound {
  readonly shop: string;
  readonly cycle: string;
  readonly asOf: string;
  readonly weeks: number;
  /** `demand.*` */
  readonly relations: Relations;
  readonly products: number;
  readonly categories: number;
  /** Mean of the products' scaled errors in their backtests, by the chosen models and by the seasonal naive floor; null where no product is long enough known. */
  readonly mase: number | null;
  readonly naiveMase: number | null;
  /** Products by chosen model, the most frequent first. */
  readonly models: readonly { readonly model: string; readonly products: number }[];
  /** Products by state of their stock: out, short, enough, slow, over, gone, unknown. */
  readonly stock: Readonly<Record<string, number>>;
  /** Units expected over all weeks, and the money that slow and superfluous stock binds. */
  readonly expectedUnits: number;
  readonly tiedUp: number;
  readonly delivery?: { readonly routes: number; readonly kilometres: number; readonly units: number; readonly regionsLeftOut: readonly string[] };
}

export interface ForecastActivities {
  /** Forecasts of every product and category by day and week, levels to order up to, and where units will be asked for. */
  forecastDemand(input: ForecastInput): Promise<DemandFound>;
}
