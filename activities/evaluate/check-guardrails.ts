import { wilsonInterval } from '../../algorithms/statistics/wilson-interval.ts';
import type { Effect } from './contract.ts';

/** A limit that an arm must keep whatever else it gains. */
export interface Guardrail {
  readonly guardrail: 'unsubscribes and complaints' | 'revenue against the holdout';
  readonly arm: string;
  /** A share of the mailed, or money a customer. */
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  readonly limit: number;
  /** The whole 95 % interval is on the wrong side of the limit. */
  readonly tripped: boolean;
}

/** Mailed customers of an arm, and whom the mail annoyed. */
export interface ArmComplaints {
  readonly arm: string;
  readonly mailed: number;
  readonly left: number;
}

/** Where each mailed arm stands against the limits. */
export function checkGuardrails(complaints: readonly ArmComplaints[], effects: readonly Effect[], { maximumUnsubscribeShare }: { readonly maximumUnsubscribeShare: number }): Guardrail[] {
  const annoyed = complaints.filter(({ mailed }) => mailed > 0).map(({ arm, mailed, left }): Guardrail => {
    const { lower, upper } = wilsonInterval({ successes: left, trials: mailed });
    return { guardrail: 'unsubscribes and complaints', arm, value: left / mailed, lower, upper, limit: maximumUnsubscribeShare, tripped: lower > maximumUnsubscribeShare };
  });
  const lost = complaints.flatMap(({ arm }): Guardrail[] => {
    const effect = effects.find((found) => found.metric === 'revenue_corrected' && found.segment === 'all' && (found.arm === arm || (found.arm === 'all' && complaints.length === 1)));
    if (effect === undefined) return [];
    return [{ guardrail: 'revenue against the holdout', arm, value: effect.difference, lower: effect.lower, upper: effect.upper, limit: 0, tripped: effect.upper < 0 }];
  });
  return [...annoyed, ...lost];
}

/** A tripped guardrail for people. */
export function guardrailWords({ guardrail, arm, value, lower, upper, limit }: Guardrail): string {
  if (guardrail === 'revenue against the holdout') return `arm ${arm} earns ${(-value).toFixed(2)} less a customer than no mail does (95 % interval ${lower.toFixed(2)} to ${upper.toFixed(2)})`;
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return `${percent(value)} of those who got arm ${arm} unsubscribed or complained (95 % interval ${percent(lower)} to ${percent(upper)}), over the gate of ${percent(limit)}`;
}
