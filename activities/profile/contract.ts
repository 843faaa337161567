import type { CycleScope, Relations, StepFigure } from '../contract.ts';

export interface ProfileInput extends CycleScope {
  readonly relations: Relations;
}

export interface ProfileResult {
  /**
   * One relation a topic: `features.interests` and `features.brands` (a row a customer and category or brand), `features.favourite_products`,
   * `features.habits`, `features.social`, `features.lifetime_value` with its model; and `features.profiles`, one wide row a customer.
   */
  readonly relations: Relations;
  readonly figures: readonly StepFigure[];
}

export interface ProfileActivities {
  profile(input: ProfileInput): Promise<ProfileResult>;
}
