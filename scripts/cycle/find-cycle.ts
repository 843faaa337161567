import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import { ClienteleError } from '../../gateways/errors.ts';
import { cycleId } from '../../workflows/ids.ts';

/**
 * A cycle that was started before.
 * @throws ClienteleError CYCLE_NOT_FOUND, which names the shop's cycles that Temporal knows
 */
export async function findCycle(client: Client, shop: string, cycle: string): Promise<{ readonly handle: WorkflowHandle; readonly running: boolean }> {
  const handle = client.workflow.getHandle(cycleId(shop, cycle));
  try {
    const { status } = await handle.describe();
    return { handle, running: status.name === 'RUNNING' };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new ClienteleError('CYCLE_NOT_FOUND', { shop, cycle, known: await knownCycles(client, shop) }, { cause: error });
  }
}

async function knownCycles(client: Client, shop: string): Promise<string> {
  const prefix = cycleId(shop, '');
  const known = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query: `WorkflowType = 'campaignCycle'` })) {
    if (workflowId.startsWith(prefix)) known.add(workflowId.slice(prefix.length));
  }
  return [...known].sort().join(', ') || 'none';
}
