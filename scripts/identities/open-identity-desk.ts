import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { IdentitiesFound } from '../../activities/identities/contract.ts';
import { createIdentityActivities } from '../../activities/identities/index.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { openLedger } from '../../gateways/ledger/open-ledger.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { readEnvironment } from '../../workers/environment.ts';
import { taskQueues } from '../../workflows/activity-options.ts';
import { identitiesId } from '../../workflows/ids.ts';
import type { resolveIdentities, ResolveIdentitiesInput } from '../../workflows/resolve-identities.ts';
import type { CommandContext } from '../command-line/run-command.ts';
import { joinStack } from '../stack/join-stack.ts';

/** Resolves a shop's people, after writing down a person's word where one is given. */
export type IdentityDesk = (input: ResolveIdentitiesInput) => Promise<IdentitiesFound>;

/**
 * In this process where the ledger is free; where a running stack of this checkout has it open, that stack's workers do it through Temporal.
 * @throws ClienteleError LEDGER_LOCKED when another process has it that is no stack of this checkout
 */
export async function openIdentityDesk({ root, stops, say, signal }: { readonly root: string } & Pick<CommandContext, 'stops' | 'say' | 'signal'>): Promise<IdentityDesk> {
  const { home, databaseUrl, lake, shops } = readEnvironment(process.env);
  try {
    const ledger = await openLedger({ databaseUrl, folder: join(home, 'ledger') });
    stops.add(() => ledger.close());
    const activities = createIdentityActivities({ warehouse: await openWarehouse({ lake }), ledger, openShop: (name) => openShopFolder(shops, name), clock: () => new Date(), cancellation: () => signal });
    return async ({ review, ...input }) => {
      if (review !== undefined) await activities.recordReview({ shop: input.shop, ...review });
      return activities.resolveIdentities(input);
    };
  } catch (error) {
    if (!(error instanceof ClienteleError && error.code === 'LEDGER_LOCKED')) throw error;
    const joined = await joinStack({ root, environment: process.env, log: say, stops });
    if (joined === undefined) throw error;
    return (input) => joined.client.workflow.execute<typeof resolveIdentities>('resolveIdentities', { workflowId: `${identitiesId(input.shop)}/${randomUUID()}`, taskQueue: taskQueues.orchestrate, workflowExecutionTimeout: '1 hour', args: [input] });
  }
}
