import { Context } from '@temporalio/activity';
import { createAnalyseActivities } from '../activities/analyse/index.ts';
import { atTheEdge } from '../activities/at-the-edge.ts';
import { createCollectActivities } from '../activities/collect/index.ts';
import { createEvaluateActivities } from '../activities/evaluate/index.ts';
import { createPreprocessActivities } from '../activities/preprocess/index.ts';
import { createProfileActivities } from '../activities/profile/index.ts';
import type { Services } from './open-services.ts';

/** Every activity over its doors: the one place where steps and services meet. */
export function wireActivities(services: Services): object {
  const parts = { ...services, cancellation: () => Context.current().cancellationSignal };
  return atTheEdge({
    ...createCollectActivities(parts),
    ...createPreprocessActivities(parts),
    ...createProfileActivities(parts),
    ...createAnalyseActivities(parts),
    ...createEvaluateActivities(parts),
  });
}
