import { proxyActivities } from '@temporalio/workflow';
import type { DemandFound, ForecastActivities, ForecastInput } from '../activities/forecast/contract.ts';
import { fit } from './activity-options.ts';

const activities = proxyActivities<ForecastActivities>(fit);

/** What will be asked for, and what to keep in stock: scheduled apart from the cycle, beside whose latest relations it writes. */
export async function forecastDemand(input: ForecastInput): Promise<DemandFound> {
  return activities.forecastDemand(input);
}
