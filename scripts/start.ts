// npm start [-- --shop <name>]
import { setTimeout as sleep } from 'node:timers/promises';
import { ClienteleError } from '../gateways/errors.ts';
import type { CycleProgress } from '../workflows/progress.ts';
import { createProgram } from './command-line/create-program.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand } from './command-line/run-command.ts';
import { ensureDemoHistory } from './stack/ensure-demo-history.ts';
import { findRunningStack } from './stack/running-stack.ts';
import { createShopLife, readShopClock } from './stack/shop-life.ts';
import { startStack } from './stack/start-stack.ts';
import { tellWait } from './cycle/tell-wait.ts';

const lookEverySeconds = 3;

await runCommand(async ({ signal, stops, say }) => {
  const program = createProgram('start', 'Keeps the Temporal server, the worker and the console running until Ctrl-C; other commands work with them.')
    .option('--shop <name>', 'shop whose customers live, when it is a simulated one', 'demo')
    .parse();
  const { shop } = program.opts<{ shop: string }>();
  const running = await findRunningStack(root);
  if (running !== undefined) throw new ClienteleError('COMMAND_INVALID', { problem: `Process ${running.pid} runs a stack in this checkout already`, remedy: `Use it (console ${running.webUrl}), or stop that process first.` });
  await ensureDemoHistory({ root, shop, say });
  const simulate = await readShopClock(root, shop) !== undefined;
  const stack = await startStack({ root, shop, environment: process.env, simulate, log: say, stops, keepWorkerRunning: true });
  say(`Temporal  ${stack.temporalAddress}${stack.temporalUiUrl === undefined ? '' : `, pages ${stack.temporalUiUrl}`}`);
  say(`Console   ${stack.webUrl}`);
  if (stack.outbox !== undefined) say(`Outbox    ${stack.outbox}`);
  say('Running until Ctrl-C. In another terminal: npm run quickstart, npm run cycle -- --shop <name>, npm run schedule -- <shop>');

  const life = stack.simulator === undefined ? undefined : createShopLife({ root, shop, simulator: stack.simulator, say });
  const told = new Map<string, string>();
  while (!signal.aborted) {
    for (const progress of await waitingCycles()) {
      const [name, words] = [`${progress.shop}/${progress.cycle}`, tellWait(progress)];
      if (progress.waitsFor !== 'outcomes' && told.get(name) !== words) say(words);
      told.set(name, words);
      await life?.live(progress).catch((error: Error) => { say(error.message); });
    }
    await sleep(lookEverySeconds * 1000, undefined, { signal }).catch(() => undefined);
  }
  return 0;

  async function waitingCycles(): Promise<CycleProgress[]> {
    const waiting: CycleProgress[] = [];
    try {
      for await (const { workflowId, runId } of stack.client.workflow.list({ query: "WorkflowType = 'campaignCycle' and ExecutionStatus = 'Running'" })) {
        const progress = await stack.client.workflow.getHandle(workflowId, runId).query<CycleProgress>('progress');
        if (progress.waitsFor !== undefined && progress.waitsFor !== 'relay') waiting.push(progress);
      }
    } catch {
      // A worker that is being started again answers no query; the next look does.
    }
    return waiting;
  }
});
