import type { Column } from '../../gateways/warehouse/warehouse.ts';
import { changeOf, type EarlierChoice } from './earlier-choice.ts';

/** One feature of `features.selection`: whether it is used, its scores (absent where the shop's list decides) and why. */
export interface SelectedFeature {
  readonly feature: string;
  readonly used: boolean;
  readonly why: string;
  /** Share of customers without it. */
  readonly missingShare?: number;
  /** Variance of its values brought to a range of 1. */
  readonly variance?: number;
  /** Mutual information with who buys, in nats. */
  readonly information?: number;
  /** Change of the log odds of buying by a unit of the scaled feature, under an L1 penalty. */
  readonly coefficient?: number;
  /** Share of resamples on which it is among the features that tell most. */
  readonly stability?: number;
  /** Feature that stands for it, and their correlation. */
  readonly rival?: string;
  readonly correlation?: number;
  /** Decision that took it out. */
  readonly takenOutBy?: string;
}

/** What `features.selection` is written from: one row a feature that could be chosen. */
export function selectionColumns(features: readonly SelectedFeature[], judgedBy: string | undefined, previous: EarlierChoice | undefined): readonly Column[] {
  const column = (name: string, type: Column['type'], of: (row: SelectedFeature) => string | number | boolean | null | undefined): Column => ({ name, type, values: features.map(of) });
  return [
    column('feature', 'VARCHAR', ({ feature }) => feature),
    column('used', 'BOOLEAN', ({ used }) => used),
    column('change', 'VARCHAR', ({ feature, used }) => changeOf(feature, used, previous)),
    column('why', 'VARCHAR', ({ why }) => why),
    column('judged_by', 'VARCHAR', () => judgedBy),
    column('missing_share', 'DOUBLE', ({ missingShare }) => missingShare),
    column('variance', 'DOUBLE', ({ variance }) => variance),
    column('information', 'DOUBLE', ({ information }) => information),
    column('coefficient', 'DOUBLE', ({ coefficient }) => coefficient),
    column('stability', 'DOUBLE', ({ stability }) => stability),
    column('rival', 'VARCHAR', ({ rival }) => rival),
    column('correlation', 'DOUBLE', ({ correlation }) => correlation),
    column('taken_out_by', 'VARCHAR', ({ takenOutBy }) => takenOutBy),
    column('previous_cycle', 'VARCHAR', () => previous?.cycle),
  ];
}
