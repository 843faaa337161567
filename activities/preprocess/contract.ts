import type { CycleScope, Relations, StepFigure } from '../contract.ts';

export interface PreprocessInput extends CycleScope {
  readonly relations: Relations;
  /** 0 at first; a rejected segmentation asks for the next feature set of the shop's list. */
  readonly featureSet: number;
}

export interface PreprocessResult {
  /** `features.*` relations: cleaned order lines and orders, customers, their imputed and standardised matrix. */
  readonly relations: Relations;
  readonly features: readonly string[];
  readonly figures: readonly StepFigure[];
}

export interface PreprocessActivities {
  preprocess(input: PreprocessInput): Promise<PreprocessResult>;
}
