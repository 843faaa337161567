import { proxyActivities } from '@temporalio/workflow';
import type { IdentitiesFound, IdentityActivities, RecordReview, ResolveInput } from '../activities/identities/contract.ts';
import { fit, quick } from './activity-options.ts';

const identities = proxyActivities<IdentityActivities>(fit);
const { recordReview } = proxyActivities<IdentityActivities>(quick);

export interface ResolveIdentitiesInput extends ResolveInput {
  /** A person's word on two records, to be recorded before they are resolved. */
  readonly review?: Omit<RecordReview, 'shop'>;
}

/** Which customer records are one person, and what they do in each channel: scheduled apart from the cycle, beside whose latest relations it writes. */
export async function resolveIdentities({ review, ...input }: ResolveIdentitiesInput): Promise<IdentitiesFound> {
  if (review !== undefined) await recordReview({ shop: input.shop, ...review });
  return identities.resolveIdentities(input);
}
