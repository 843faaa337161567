import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { createStopList, type StopList } from '../processes/stop-list.ts';
import { openTemporal } from './open-temporal.ts';
import { removeRunningStack, writeRunningStack } from './running-stack.ts';
import { startSimulator, type Simulator } from './start-simulator.ts';
import { startWorker, type WorkerProcess } from './start-worker.ts';

export interface StackOptions {
  /** The checkout; what the stack writes is under its `var/`. */
  readonly root: string;
  /** Shop that the simulator is for; `demo` when absent. */
  readonly shop?: string;
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  /** Whether the shop is a living one whose mail goes to its own customers. */
  readonly simulate: boolean;
  /** Told in lines what is started. */
  readonly log: (line: string) => void;
  /** Where everything started goes at once, so that a signal in the middle of the start leaves nothing behind. */
  readonly stops?: StopList;
  /** Start the worker again when it dies by itself; the commands do, chaos tests do not. */
  readonly keepWorkerRunning?: boolean;
  /** Other programs in place of the simulator and the worker, for tests. */
  readonly scripts?: { readonly simulator?: string; readonly worker?: string };
}

/** Everything a cycle needs, running. */
export interface Stack {
  readonly temporalAddress: string;
  /** Absent when the server is somebody else's. */
  readonly temporalUiUrl?: string;
  readonly webUrl: string;
  /** Folder where mail lands, when it goes to the sink. */
  readonly outbox?: string;
  readonly client: Client;
  readonly simulator?: Simulator;
  readonly worker: WorkerProcess;
  /** Stops all of it in reverse order. */
  stop(): Promise<void>;
}

/**
 * Starts the Temporal server (unless TEMPORAL_ADDRESS names one), the simulator with its mail sink, and the worker, in this order.
 * What was started is stopped again when a later part fails.
 * @throws ClienteleError TEMPORAL_NOT_FOUND, TEMPORAL_UNREACHABLE
 * @throws ProcessFailure with the words of the simulator or the worker
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stops = options.stops ?? createStopList(options.log);
  try {
    return await startParts(options, stops);
  } catch (error) {
    await stops.stopAll();
    throw error;
  }
}

async function startParts(options: StackOptions, stops: StopList): Promise<Stack> {
  const { root, shop = 'demo', environment, simulate, log } = options;
  const home = join(root, 'var');
  const temporal = await openTemporal({ root, environment, log, stops });

  const outbox = join(home, 'outbox');
  const relay = environment['SMTP_URL'] ?? '';
  const sink = simulate || relay === '';
  if (sink) await mkdir(outbox, { recursive: true });
  if (sink && !simulate) log(`SMTP_URL is not set: mail goes to ${outbox} and to nobody's mailbox.`);
  const simulator = sink ? await startSimulator({ root, environment, folder: join(home, 'shops', shop), outbox, stops, script: options.scripts?.simulator }) : undefined;

  const worker = await startWorker({
    root, stops, say: log, keepRunning: options.keepWorkerRunning ?? false, script: options.scripts?.worker,
    environment: {
      ...temporal.environment, CLIENTELE_HOME: home,
      ...(simulator === undefined ? {} : { SMTP_URL: simulator.smtpUrl, SMTP_LOG: join(outbox, 'relay.log.jsonl'),
        // The sink logs what it takes at once; a real relay may look at a letter for a minute first.
        SMTP_LOG_SETTLES_AFTER: '10' }),
    },
  });
  const stack = {
    temporalAddress: temporal.address, temporalUiUrl: temporal.uiUrl, webUrl: worker.webUrl, outbox: sink ? outbox : undefined,
  };
  writeRunningStack(root, { pid: process.pid, ownTemporal: temporal.uiUrl !== undefined, simulatedShop: simulate ? shop : undefined, ...stack });
  stops.add(() => removeRunningStack(root));
  return { ...stack, client: temporal.client, simulator: simulate ? simulator : undefined, worker, stop: () => stops.stopAll() };
}
