import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { AlertEntry, RiskFound, ScoreRiskInput } from '../../activities/risk/contract.ts';
import { createRiskActivities } from '../../activities/risk/index.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { openLedger } from '../../gateways/ledger/open-ledger.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { readEnvironment } from '../../workers/environment.ts';
import { taskQueues } from '../../workflows/activity-options.ts';
import { alertsId, riskId } from '../../workflows/ids.ts';
import type { keepAlerts, KeepAlertsInput, scoreRisk } from '../../workflows/study-shop.ts';
import type { CommandContext } from '../command-line/run-command.ts';
import { joinStack } from '../stack/join-stack.ts';

export interface RiskDesk {
  score(input: ScoreRiskInput): Promise<RiskFound>;
  /** What waits, after a verdict where one is given. */
  alerts(input: KeepAlertsInput): Promise<readonly AlertEntry[]>;
}

/**
 * Lake and ledger themselves where the ledger is free; where a running stack of this checkout has it open, that stack's worker answers through Temporal.
 * @throws ClienteleError LEDGER_LOCKED when another process has it that is no stack of this checkout
 */
export async function openRiskDesk({ root, stops, say }: { readonly root: string } & Pick<CommandContext, 'stops' | 'say'>): Promise<RiskDesk> {
  const { home, databaseUrl, lake, shops } = readEnvironment(process.env);
  try {
    const ledger = await openLedger({ databaseUrl, folder: join(home, 'ledger') });
    stops.add(() => ledger.close());
    const { scoreRisk: score, listAlerts, decideAlert } = createRiskActivities({ warehouse: await openWarehouse({ lake }), ledger, openShop: (name) => openShopFolder(shops, name), clock: () => new Date(), cancellation: () => undefined });
    return {
      score,
      alerts: async ({ shop, decide }) => {
        if (decide !== undefined) await decideAlert({ shop, ...decide });
        return listAlerts({ shop });
      },
    };
  } catch (error) {
    if (!(error instanceof ClienteleError && error.code === 'LEDGER_LOCKED')) throw error;
    const joined = await joinStack({ root, environment: process.env, log: say, stops });
    if (joined === undefined) throw error;
    const { workflow } = joined.client;
    return {
      score: (input) => workflow.execute<typeof scoreRisk>('scoreRisk', { workflowId: riskId(input.shop), taskQueue: taskQueues.orchestrate, workflowIdConflictPolicy: 'USE_EXISTING', args: [input] }),
      alerts: (input) => workflow.execute<typeof keepAlerts>('keepAlerts', { workflowId: alertsId(input.shop, randomUUID()), taskQueue: taskQueues.orchestrate, workflowExecutionTimeout: '1 minute', args: [input] }),
    };
  }
}
