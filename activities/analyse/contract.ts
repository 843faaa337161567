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
  /** `segments.*` that later steps read; the lake has more: memberships with reasons, summaries, descriptions, coordinates, k_curve (and dendrogram, neighbourhoods where the settings ask for them), migration and matches with the last cycle, itemsets, rules, predictions. */
  readonly relations: Relations;
  readonly segments: readonly SegmentSummary[];
  readonly silhouette: number;
  /** Mean adjusted Rand index of the segments under resampling; absent in histories recorded before it was measured. */
  readonly stability?: number;
  readonly figures: readonly StepFigure[];
}

export interface AnalyseActivities {
  analyse(input: AnalyseInput): Promise<AnalyseResult>;
  /** The segmentation of the last cycle carried over to this cycle's customers, for when none of this cycle's is good enough. */
  reuseLastSegmentation(input: AnalyseInput): Promise<AnalyseResult>;
}
