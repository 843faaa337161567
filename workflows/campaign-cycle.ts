import { allHandlersFinished, ApplicationFailure, CancellationScope, condition, isCancellation, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { AnalyseActivities, AnalyseResult } from '../activities/analyse/contract.ts';
import type { CollectActivities, CollectResult, CycleSettings } from '../activities/collect/contract.ts';
import type { CycleScope, Relations } from '../activities/contract.ts';
import type { EvaluateResult } from '../activities/evaluate/contract.ts';
import type { FeedbackActivities } from '../activities/feedback/contract.ts';
import type { PreprocessActivities, PreprocessResult } from '../activities/preprocess/contract.ts';
import type { ProfileActivities, ProfileResult } from '../activities/profile/contract.ts';
import { fit, quick, scan } from './activity-options.ts';
import { openCycleDesk, type CycleDesk, type StepDone } from './cycle-desk.ts';
import type { CycleResult, CycleYield } from './cycle-result.ts';
import { cycleScope, type CycleInput } from './cycle-scope.ts';
import { measureOutcomes } from './measure-outcomes.ts';
import { runCampaign } from './run-campaign.ts';
import { tellMarketers } from './tell-marketers.ts';

const { readCycleSettings } = proxyActivities<CollectActivities>(quick);
const { collect, audit } = proxyActivities<CollectActivities>(scan);
const { preprocess } = proxyActivities<PreprocessActivities>(scan);
const { profile } = proxyActivities<ProfileActivities>(scan);
const { analyse, reuseLastSegmentation } = proxyActivities<AnalyseActivities>(fit);
const { decide, writeReport } = proxyActivities<FeedbackActivities>(scan);

/** One turn of the loop: learns who a shop's customers are, writes to them, measures what that did, and decides what to do better. */
export async function campaignCycle(input: CycleInput): Promise<CycleResult> {
  const scope = cycleScope(input, workflowInfo().startTime);
  const turn = new CancellationScope();
  const desk = openCycleDesk(scope, () => turn.cancel());
  const gathered: CycleYield = { relations: {} };
  try {
    await turn.run(() => turnTheLoop(desk, scope, input, gathered));
    return await endCycle(desk, scope, 'finished', gathered);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return await CancellationScope.nonCancellable(() => endCycle(desk, scope, desk.abandoned ? 'abandoned' : 'cancelled', gathered));
  }
}

async function turnTheLoop(desk: CycleDesk, scope: CycleScope, input: CycleInput, gathered: CycleYield): Promise<void> {
  const keep = (relations: Relations): Relations => (gathered.relations = { ...gathered.relations, ...relations });

  const { settings, collected } = await desk.step('collect', (attempt) => collectSound(desk, scope, attempt));
  keep(collected.relations);
  gathered.tallies = collected.tallies;
  gathered.decisionsInForce = collected.decisionsInForce;
  const { previousCycle } = collected;

  const preprocessed = await desk.step('preprocess', () => preprocessWith(scope, gathered.relations, 0));
  keep(preprocessed.relations);

  const profiled = await desk.step('profile', () => profileCustomers(scope, gathered.relations));
  keep(profiled.relations);

  const analysed = await desk.step('analyse', (attempt) => analyseUntilGood(desk, scope, gathered.relations, settings, { previousCycle, featuresAreThere: attempt === 1 }));
  keep(analysed.relations);
  gathered.segments = analysed.segments;
  gathered.silhouette = analysed.silhouette;

  const campaign = await desk.step('campaign', () => runCampaign(desk, { scope, relations: gathered.relations, settings, approval: input.approval ?? settings.approval, startedBy: input.startedBy }));
  keep({ ...campaign.plan.relations, ...campaign.sent?.relations });
  gathered.campaign = campaign.outcome;

  const evaluation = await desk.step('evaluate', () => measureOutcomes(desk, { scope, relations: gathered.relations, settings, campaign, previousCycle }));
  keep(evaluation.relations);
  const { relations: _, ...measured } = evaluation;
  gathered.evaluation = measured;

  const feedback = await desk.step('feedback', () => feedBack(desk, scope, gathered.relations, evaluation));
  keep(feedback.relations);
  gathered.decisions = feedback.decisions;
  gathered.report = feedback.report;
  gathered.manifest = feedback.manifest;
}

async function collectSound(desk: CycleDesk, scope: CycleScope, attempt: number): Promise<StepDone<{ readonly settings: CycleSettings; readonly collected: CollectResult }>> {
  const settings = await readCycleSettings({ shop: scope.shop });
  const collected = await collect({ ...scope, attempt });
  const { findings } = await audit({ ...scope, relations: collected.relations });
  const failed = findings.find(({ severity }) => severity === 'hold');
  if (failed) throw ApplicationFailure.nonRetryable(`Audit ${failed.audit} found ${failed.rows} rows: ${failed.message} Mend the data, then \`npm run resume -- ${scope.cycle}\`.`, 'AUDIT_FAILED');
  findings.forEach(({ audit: name, rows, message }) => desk.warn(`Audit ${name} found ${rows} rows: ${message}`));
  return {
    value: { settings, collected },
    rows: collected.tallies.reduce((sum, { read }) => sum + read, 0),
    figures: collected.tallies.map(({ table, kept, quarantined }) => ({ label: table, value: `${kept} kept, ${quarantined} quarantined` })),
    note: collected.leftOut.length > 0 ? `No source for ${collected.leftOut.join(', ')}.` : '',
  };
}

async function preprocessWith(scope: CycleScope, relations: Relations, featureSet: number): Promise<StepDone<PreprocessResult>> {
  const value = await preprocess({ ...scope, relations, featureSet });
  return { value, rows: rowsOf(value.relations), figures: value.figures };
}

async function profileCustomers(scope: CycleScope, relations: Relations): Promise<StepDone<ProfileResult>> {
  const value = await profile({ ...scope, relations });
  return { value, rows: rowsOf(value.relations), figures: value.figures };
}

/** Tries the shop's feature sets in turn until a segmentation passes the gate; else the last cycle's, else the best there was. */
async function analyseUntilGood(desk: CycleDesk, scope: CycleScope, given: Relations, settings: CycleSettings, { previousCycle, featuresAreThere }: { readonly previousCycle: string | undefined; readonly featuresAreThere: boolean }): Promise<StepDone<AnalyseResult>> {
  const tries = Math.max(settings.maximumAnalyses, 1);
  let best = { analysis: 0, silhouette: -Infinity };
  let relations = given;

  async function attempt(analysis: number): Promise<AnalyseResult> {
    // The lake holds one feature set at a time, so going back to the first means making it again.
    const features = featuresAreThere && relations === given ? {} : (await preprocess({ ...scope, relations, featureSet: analysis })).relations;
    relations = { ...relations, ...features };
    const result = await analyse({ ...scope, relations, analysis, previousCycle });
    return { ...result, relations: { ...features, ...result.relations } };
  }
  const done = (value: AnalyseResult, note: string): StepDone<AnalyseResult> => ({ value, rows: rowsOf(value.relations), figures: value.figures, note });

  let result: AnalyseResult | undefined;
  for (let analysis = 0; analysis < tries; analysis += 1) {
    result = await attempt(analysis);
    const stable = (result.stability ?? 1) >= (settings.minimumStability ?? -1);
    if (stable && result.silhouette >= settings.minimumSilhouette) return done(result, analysis === 0 ? '' : `Feature set ${analysis + 1} gave the segments.`);
    if (result.silhouette > best.silhouette) best = { analysis, silhouette: result.silhouette };
  }
  const words = `No segmentation reached a silhouette of ${settings.minimumSilhouette}${settings.minimumStability === undefined ? '' : ` and a stability of ${settings.minimumStability}`}; the best of ${tries} had ${best.silhouette.toFixed(3)}`;
  if (previousCycle !== undefined) {
    desk.warn(`${words}. The segments of ${previousCycle} are used again.`);
    return done(await reuseLastSegmentation({ ...scope, relations, analysis: tries, previousCycle }), `Segments of ${previousCycle} used again.`);
  }
  desk.warn(`${words}, and there is no cycle before this one: it is used with caution.`);
  const last = tries - 1;
  return done(result && best.analysis === last ? result : await attempt(best.analysis), 'The best segmentation is under the floor.');
}

async function feedBack(desk: CycleDesk, scope: CycleScope, relations: Relations, { measured, why }: EvaluateResult) {
  const steps = desk.progress.steps.map(({ name, seconds, rows }) => ({ name, seconds, rows }));
  const evaluation = { measured, why };
  const decided = await decide({ ...scope, relations, evaluation, steps });
  const written = await writeReport({ ...scope, relations: { ...relations, ...decided.relations }, evaluation, steps, window: desk.progress.window, decisions: decided.decisions });
  return { value: { ...decided, report: written.report, manifest: written.manifest }, rows: decided.decisions.length, figures: decided.decisions.map(({ subject, words }) => ({ label: subject, value: words })) };
}

async function endCycle(desk: CycleDesk, scope: CycleScope, outcome: CycleResult['outcome'], gathered: CycleYield): Promise<CycleResult> {
  const { shop, cycle, asOf } = scope;
  const untold = await tellMarketers(scope, { outcome, reason: desk.abandoned?.reason ?? '', warnings: desk.progress.warnings });
  if (untold !== '') desk.warn(untold);
  desk.close(outcome);
  await condition(allHandlersFinished);
  const { steps, warnings } = desk.progress;
  return {
    shop, cycle, asOf, outcome, warnings, ...gathered,
    ...(desk.abandoned ? { abandoned: desk.abandoned } : {}),
    steps: steps.map(({ name, state, seconds, rows }) => ({ name, state, seconds, rows })),
  };
}

function rowsOf(relations: Relations): number {
  return Object.values(relations).reduce((sum, { rows }) => sum + rows, 0);
}
