import type { CycleScope, Relations, StepFigure } from '../contract.ts';

export interface AnalyseInput extends CycleScope {
  readonly relations: Relations;
  /** 0 at first, then 1, 2, … for every segmentation the quality gate refused. */
  readonly analysis: number;
  readonly previousCycle?: string;
}

export interface SegmentSummary {
  readonly segment: number;
  readonly name: string;
  readonly customers: number;
  readonly averageSpend: number;
  readonly averageOrders: number;
  readonly averageRecencyDays: number;
}

export interface AnalyseResult {
  /** `segments.*`: memberships, summaries, k_curve, pairs, rules, predictions. */
  readonly relations: Relations;
  readonly segments: readonly SegmentSummary[];
  readonly silhouette: number;
  readonly figures: readonly StepFigure[];
}

export interface AnalyseActivities {
  analyse(input: AnalyseInput): Promise<AnalyseResult>;
  /** The segmentation of the last cycle carried over to this cycle's customers, for when none of this cycle's is good enough. */
  reuseLastSegmentation(input: AnalyseInput): Promise<AnalyseResult>;
}
