import type { CycleScope, Relations, StepFigure } from '../contract.ts';

export interface ProfileInput extends CycleScope {
  readonly relations: Relations;
}

export interface ProfileResult {
  /** `features.profiles`: one wide row a customer, and `features.interests`: one row a customer and category; `features.lifetime_value` and its model. */
  readonly relations: Relations;
  readonly figures: readonly StepFigure[];
}

export interface ProfileActivities {
  profile(input: ProfileInput): Promise<ProfileResult>;
}
