/** Words every step shares. Types only: workflows import them, and a workflow may import nothing that runs. */

export type { RelationRef, Relations } from '../gateways/warehouse/relation-ref.ts';

/** Which turn of the loop an activity works for. */
export interface CycleScope {
  /** Folder name under `shops/`. */
  readonly shop: string;
  /** ISO week of `asOf`, for example `2026-W48`. */
  readonly cycle: string;
  /** ISO 8601 instant: the cycle knows what happened before it and nothing after. */
  readonly asOf: string;
  /** Folder or URL that the shop's sources read; the shop's own setting when absent. */
  readonly dataFolder?: string;
}

export type StepName = 'collect' | 'preprocess' | 'profile' | 'analyse' | 'campaign' | 'evaluate' | 'feedback';

/** A figure a step wants a person to see, in the order it should be shown. */
export interface StepFigure {
  readonly label: string;
  readonly value: string | number;
}
