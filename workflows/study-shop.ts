import { proxyActivities } from '@temporalio/workflow';
import type { JourneyActivities, JourneysFound, StudyInput } from '../activities/journeys/contract.ts';
import type { AlertEntry, AlertVerdict, RiskActivities, RiskFound, ScoreRiskInput } from '../activities/risk/contract.ts';
import { fit, quick, scan } from './activity-options.ts';
import { payloadLimit } from './cycle-result.ts';

const { studyJourneys: study } = proxyActivities<JourneyActivities>(scan);
const { scoreRisk: score } = proxyActivities<RiskActivities>(fit);
const { listAlerts, decideAlert } = proxyActivities<RiskActivities>(quick);

/** A shop's journeys, apart from its cycle: of what its latest cycle knows. */
export async function studyJourneys(input: StudyInput): Promise<JourneysFound> {
  return study(input);
}

/** A shop's payments scored, apart from its cycle; the worst wait for a person afterwards. */
export async function scoreRisk(input: ScoreRiskInput): Promise<RiskFound> {
  return score(input);
}

export interface KeepAlertsInput {
  readonly shop: string;
  /** A person's word on one of them, before they are listed. */
  readonly decide?: AlertVerdict;
}

/** A shop's review queue from wherever its ledger is, as many alerts as a history should hold. */
export async function keepAlerts({ shop, decide }: KeepAlertsInput): Promise<readonly AlertEntry[]> {
  if (decide !== undefined) await decideAlert({ shop, ...decide });
  let size = 0;
  return (await listAlerts({ shop })).filter((entry) => (size += JSON.stringify(entry).length) <= payloadLimit);
}
