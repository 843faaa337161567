import { ApplicationFailure } from '@temporalio/common';
import type { AnalyseActivities } from '../../activities/analyse/contract.ts';
import type { CampaignActivities, CampaignPlan, DispatchActivities, DispatchTally, PageResult } from '../../activities/campaign/contract.ts';
import type { CollectActivities, CycleSettings } from '../../activities/collect/contract.ts';
import type { RelationRef } from '../../activities/contract.ts';
import type { EvaluateActivities } from '../../activities/evaluate/contract.ts';
import type { FeedbackActivities } from '../../activities/feedback/contract.ts';
import type { PreprocessActivities } from '../../activities/preprocess/contract.ts';
import type { ProfileActivities } from '../../activities/profile/contract.ts';
import type { TellActivities } from '../../activities/tell/contract.ts';

/** Every activity a cycle calls. */
export type Activities = CollectActivities & PreprocessActivities & ProfileActivities & AnalyseActivities & CampaignActivities & DispatchActivities & EvaluateActivities & FeedbackActivities & TellActivities;

/** One call of an activity, in the order they came. */
export interface Call {
  readonly name: keyof Activities;
  readonly input: Record<string, unknown>;
}

export interface FakeActivities {
  readonly activities: Activities;
  readonly calls: readonly Call[];
  /** Inputs of one activity's calls. */
  callsOf(name: keyof Activities): readonly Record<string, unknown>[];
}

export const settings: CycleSettings = {
  approval: 'required', remindAfterSeconds: 86_400, giveUpAfterSeconds: 3 * 86_400, windowSeconds: 7 * 86_400, maximumWindowSeconds: 14 * 86_400,
  earlyLooks: [0.25, 0.5], minimumSilhouette: 0.15, maximumAnalyses: 2, mailsPerSecond: 50, maximumUnsubscribeShare: 0.05,
};

export const relation = (name: string, rows = 10): RelationRef => ({ uri: `shop/2026-W48/${name.replace('.', '/')}.parquet`, rows, bytes: rows * 8, fingerprint: `fingerprint of ${name}` });

const relations = (...names: string[]): Record<string, RelationRef> => Object.fromEntries(names.map((name) => [name, relation(name)]));

export const plan: CampaignPlan = {
  campaign: 'shop/2026-W48/weekly', relations: relations('plan.recipients', 'plan.offers'), toSend: 900, holdout: 100, leftOut: [{ reason: 'no consent', customers: 12 }],
  hash: 'the-plan', offers: [{ segment: 'regulars', offer: 'ten percent', customers: 900, cost: 90 }], budget: 100, expectedCost: 90,
};

export const tally: DispatchTally = { planned: 0, claimed: 0, handedOver: 0, delivered: 900, softBounced: 0, hardBounced: 0, failed: 0, suppressed: 0, complained: 0, inDoubt: 0 };

export const page = (change: Partial<PageResult> = {}): PageResult => ({ handedOver: 100, failed: 0, suppressed: 0, arms: [], relayDown: false, ...change });

/** An error of the table as the edge hands it on. */
export const failure = (code: string, message: string = code): ApplicationFailure => ApplicationFailure.create({ type: code, message, nonRetryable: true });

/** A shop in which everything goes well, except where a test says otherwise. */
export function fakeActivities(changes: Partial<Activities> = {}): FakeActivities {
  const calls: Call[] = [];
  const well: Activities = {
    readCycleSettings: async () => settings,
    collect: async () => ({ relations: relations('snapshot.order_lines', 'snapshot.quarantine'), tallies: [{ table: 'order_lines', read: 1000, kept: 990, quarantined: 10, reasons: [{ reason: 'no price', rows: 10 }] }], leftOut: ['social'], decisionsInForce: [] }),
    audit: async () => ({ findings: [] }),
    preprocess: async ({ featureSet }) => ({ relations: relations('features.customers'), features: ['recency'], figures: [{ label: 'feature set', value: featureSet }] }),
    profile: async () => ({ relations: relations('features.profiles'), figures: [] }),
    analyse: async () => ({ relations: relations('segments.memberships'), segments: [{ segment: 0, name: 'regulars', customers: 1000, averageSpend: 20, averageOrders: 2, averageRecencyDays: 9 }], stability: 0.9, silhouette: 0.4, figures: [] }),
    reuseLastSegmentation: async () => ({ relations: relations('segments.memberships'), segments: [], stability: 0.9, silhouette: 0.3, figures: [] }),
    planCampaign: async () => plan,
    sendProof: async () => ({ proofs: 1 }),
    recordApproval: async () => undefined,
    openDispatch: async () => ({ recipients: 900, pages: 9 }),
    dispatchPage: async () => page(),
    reconcileInDoubt: async () => ({ delivered: 0, returned: 0, inDoubt: 0 }),
    retryFailed: async () => ({ returned: 0 }),
    closeDispatch: async () => ({ relations: relations('sends.sends'), tally, openedAt: '2026-11-23T09:00:00.000Z', figures: [] }),
    cancelDispatch: async () => ({ cancelled: 5 }),
    attributionWindow: async () => ({ from: '2026-11-23T00:00:00.000Z', to: '2026-11-30T00:00:00.000Z' }),
    outcomesReady: async () => ({ ready: true, dataUntil: '2026-11-30T00:00:00.000Z' }),
    lookEarly: async () => ({ tripped: false, message: '' }),
    evaluate: async ({ plan: mailed }) => ({ relations: relations('outcomes.effects'), measured: mailed !== undefined, why: mailed ? '' : 'Nobody was mailed.', figures: [] }),
    decide: async () => ({ relations: relations('feedback.decisions'), decisions: [{ id: '1', kind: 'no_change', subject: 'offers', words: 'Nothing changes.', evidence: 'too little' }] }),
    writeReport: async () => ({ manifest: 'shop/2026-W48/manifest.json', report: 'shop/2026-W48/report.html', relations: 9 }),
    tellMarketers: async () => ({ told: 1, inDoubt: 0 }),
  };
  const recorded = Object.entries({ ...well, ...changes }).map(([name, activity]) => [name, async (input: Record<string, unknown>) => {
    calls.push({ name: name as keyof Activities, input });
    return (activity as (input: unknown) => Promise<unknown>)(input);
  }]);
  return { activities: Object.fromEntries(recorded) as Activities, calls, callsOf: (name) => calls.filter((call) => call.name === name).map(({ input }) => input) };
}
