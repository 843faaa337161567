import { cancelPlanned } from '../../../gateways/ledger/cancel-planned.ts';
import { retryFailed } from '../../../gateways/ledger/retry-failed.ts';
import { tally } from '../../../gateways/ledger/tally.ts';
import { createDomainPace } from '../../../gateways/mail/domain-pace.ts';
import type { DispatchActivities } from '../contract.ts';
import { closeDispatch } from './close-dispatch.ts';
import type { DispatchDependencies } from './dispatch-dependencies.ts';
import { dispatchPage } from './dispatch-page.ts';
import { openDispatch } from './open-dispatch.ts';
import { settleClaims } from './settle-claims.ts';
import { takeReports } from './take-reports.ts';

export type { DispatchDependencies } from './dispatch-dependencies.ts';

/** How often a letter is offered to the relay at most. */
const maximumAttempts = 3;

/** Sending an approved plan. The ledger is the position: every activity may be repeated after a crash at any line. */
export function createDispatchActivities(dependencies: DispatchDependencies): DispatchActivities {
  const { ledger, clock } = dependencies;
  // One for all pages: two of them run at once.
  const domains = createDomainPace(dependencies.domainRates);
  return {
    async openDispatch(input): ReturnType<DispatchActivities['openDispatch']> {
      await takeReports(dependencies);
      return openDispatch(dependencies, input);
    },
    dispatchPage: (input) => dispatchPage(dependencies, domains, input),

    async reconcileInDoubt({ campaign }): Promise<{ delivered: number; returned: number; inDoubt: number }> {
      await takeReports(dependencies);
      const { delivered, returned } = await settleClaims(dependencies, { campaign, states: ['claimed', 'in_doubt'] });
      return { delivered, returned, inDoubt: (await tally(ledger, campaign)).in_doubt };
    },

    async retryFailed({ campaign }): Promise<{ returned: number }> {
      return { returned: await retryFailed(ledger, { campaign, maximumAttempts, now: clock() }) };
    },

    async closeDispatch(input): ReturnType<DispatchActivities['closeDispatch']> {
      await takeReports(dependencies);
      return closeDispatch(dependencies, input);
    },

    async cancelDispatch({ campaign }): Promise<{ cancelled: number }> {
      return { cancelled: await cancelPlanned(ledger, { campaign, reason: 'sending was stopped', now: clock() }) };
    },
  };
}
