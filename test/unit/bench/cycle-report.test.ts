import { describe, expect, it } from 'vitest';
import { compareAnswers } from '../../../bench/compare-answers.ts';
import { cycleReport, renderCycleReport } from '../../../bench/cycle-report.ts';
import { stepNames, stepOfActivity } from '../../../bench/step-of-activity.ts';

describe('comparing answers', () => {
  it('lets counts differ by nothing', () => {
    expect(compareAnswers({ orders: 10 }, { orders: 10 })).toEqual([]);
    expect(compareAnswers({ orders: 10 }, { orders: 11 })).toEqual([{ figure: 'orders', own: 10, peer: 11 }]);
  });

  it('lets sums differ by rounding, and inertia by the luck of seeds', () => {
    expect(compareAnswers({ 'sum of monetary': 1e6, 'inertia 3': 100 }, { 'sum of monetary': 1e6 + 1e-5, 'inertia 3': 102 })).toEqual([]);
    expect(compareAnswers({ 'sum of monetary': 1e6, 'inertia 3': 100 }, { 'sum of monetary': 1e6 + 1, 'inertia 3': 110 }).map(({ figure }) => figure)).toEqual(['sum of monetary', 'inertia 3']);
  });

  it('does not overlook a figure that one side lacks', () => {
    expect(compareAnswers({ orders: 10 }, { rules: 3 }).map(({ figure }) => figure)).toEqual(['orders', 'rules']);
  });
});

describe('steps of activities', () => {
  it('knows the step of every activity, and leaves others their name', () => {
    expect(stepOfActivity('audit')).toBe('collect');
    expect(stepOfActivity('dispatchPage')).toBe('campaign');
    expect(stepOfActivity('somethingElse')).toBe('somethingElse');
    expect(stepNames).toEqual(['collect', 'preprocess', 'profile', 'analyse', 'campaign', 'evaluate', 'feedback']);
  });
});

describe('cycle report', () => {
  const ownRun = (factor: number) => ({
    steps: stepNames.map((name) => ({ name, seconds: factor, rows: 1000 })), peakBytes: 1e9 * factor, answers: {},
    share: { total: 9 * factor, working: 6.8 * factor, temporal: 0.2 * factor, waiting: 2 * factor, share: 0.2 / 7, byStep: { collect: 0.1 * factor }, byActivity: { planCampaign: 0.5 * factor } },
  });
  const peerRun = (factor: number) => ({ seconds: { collect: 4 * factor, preprocess: 4 * factor, profile: 4 * factor, analyse: 4 * factor, campaign: 4 * factor }, peakBytes: 2e9, answers: {} });
  const report = cycleReport({ scale: 'S', machine: { cores: 2, model: 'some processor', node: '24' }, own: [ownRun(1), ownRun(1.2), ownRun(0.9)], peer: [peerRun(1), peerRun(1.1), peerRun(0.9)] });

  it('sets medians against medians, and leaves steps without a peer without a ratio', () => {
    const collect = report.steps.find(({ step }) => step === 'collect');
    expect(collect).toMatchObject({ seconds: { median: 1, least: 0.9, most: 1.2, runs: 3 }, peerSeconds: { median: 4 }, ratio: 4, rowsPerSecond: 1000 });
    expect(report.steps.find(({ step }) => step === 'evaluate')).not.toHaveProperty('ratio');
  });

  it('compares the work both do, of the campaign the plan, the whole cycle without its waiting, and memory', () => {
    expect(report.plan.ratio).toBeCloseTo(8);
    expect(report.shared.ratio).toBeCloseTo(20 / 4.5);
    expect(report.cycle.seconds.median).toBeCloseTo(7);
    expect(report.cycle.ratio).toBeCloseTo(20 / 7);
    expect(report.peakBytes.ratio).toBeCloseTo(2);
    expect(report.temporalShare.median).toBeCloseTo(0.2 / 7);
  });

  it('reads as a table with the ratio of every step', () => {
    const text = renderCycleReport(report);
    expect(text).toMatch(/^collect +1\.00 +0\.90–1\.20 +1,000 +1,000 +0\.10 +4\.00 +3\.60–4\.40 +4\.00x$/m);
    expect(text).toMatch(/^whole cycle .* 2\.86x$/m);
    expect(text).toContain("Temporal's own share of the cycle: 2.86 %");
  });
});
