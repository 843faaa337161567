import { Context } from '@temporalio/activity';
import { createAnalyseActivities } from '../activities/analyse/index.ts';
import { atTheEdge } from '../activities/at-the-edge.ts';
import { createDispatchActivities } from '../activities/campaign/dispatch/index.ts';
import { unsubscribeKey } from '../activities/campaign/dispatch/unsubscribe-key.ts';
import { createCampaignActivities } from '../activities/campaign/index.ts';
import { createLetterComposer } from '../activities/campaign/letters/create-letter-composer.ts';
import { proofLinks } from '../activities/campaign/letters/proof-links.ts';
import { createCollectActivities } from '../activities/collect/index.ts';
import { createEvaluateActivities } from '../activities/evaluate/index.ts';
import { createDecisionActivities } from '../activities/feedback/decision-desk.ts';
import { createFeedbackActivities } from '../activities/feedback/index.ts';
import { createIdentityActivities } from '../activities/identities/index.ts';
import { createJourneyActivities } from '../activities/journeys/index.ts';
import { createForecastActivities } from '../activities/forecast/index.ts';
import { createPreprocessActivities } from '../activities/preprocess/index.ts';
import { createProfileActivities } from '../activities/profile/index.ts';
import { createRecommendActivities } from '../activities/recommend/index.ts';
import { createRiskActivities } from '../activities/risk/index.ts';
import { createTellActivities } from '../activities/tell/index.ts';
import type { Services } from './open-services.ts';

/** Every activity over its doors: the one place where steps and services meet. */
export function wireActivities(services: Services): object {
  const { openShop: shops, links, publicUrl, returnPaths, reportsFolder } = services;
  const parts = {
    ...services,
    returnPath: returnPaths?.of,
    reports: reportsFolder === undefined ? undefined : { folder: reportsFolder, proofs: { returnPath: returnPaths?.read, unsubscribeLink: (link: string) => unsubscribeKey(links, link) } },
    letters: createLetterComposer({ shops, links }),
    proofLetters: createLetterComposer({ shops, links: proofLinks(publicUrl) }),
    cancellation: () => Context.current().cancellationSignal,
  };
  return atTheEdge({
    ...createCollectActivities(parts),
    ...createPreprocessActivities(parts),
    ...createProfileActivities(parts),
    ...createAnalyseActivities(parts),
    ...createCampaignActivities(parts),
    ...createDispatchActivities(parts),
    ...createEvaluateActivities(parts),
    ...createFeedbackActivities(parts),
    ...createDecisionActivities(parts),
    ...createForecastActivities(parts),
    ...createJourneyActivities(parts),
    ...createRecommendActivities(parts),
    ...createRiskActivities(parts),
    ...createIdentityActivities(parts),
    ...createTellActivities(parts),
  });
}
