import { proxyActivities } from '@temporalio/workflow';
import type { RecommendActivities, RecommendFound, RecommendInput } from '../activities/recommend/contract.ts';
import { fit } from './activity-options.ts';

const activities = proxyActivities<RecommendActivities>(fit);

/** What each customer should like next: scheduled apart from the cycle, beside whose latest relations it writes. */
export async function recommendProducts(input: RecommendInput): Promise<RecommendFound> {
  return activities.recommendProducts(input);
}
