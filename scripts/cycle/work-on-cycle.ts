import type { WorkflowHandle } from '@temporalio/client';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { CommandContext } from '../command-line/run-command.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { mayColor } from '../display/paint.ts';
import { createProgressDisplay } from '../display/progress-display.ts';
import { renderResult } from '../display/render-result.ts';
import type { OpenStack } from '../stack/open-stack.ts';
import { createShopLife } from '../stack/shop-life.ts';
import { effectsOf } from './effects-of.ts';
import { followToEnd } from './follow-to-end.ts';
import { resultPlaces } from './result-places.ts';
import { tellWait } from './tell-wait.ts';
import { readTrueEffects } from './true-effects.ts';

export interface CycleWork {
  readonly context: CommandContext;
  readonly root: string;
  readonly stack: OpenStack;
  readonly handle: WorkflowHandle;
  readonly shop: string;
  readonly cycle: string;
  readonly settings: ShopSettings;
  readonly approveAs?: string;
  /** Print the result as JSON instead of tables. */
  readonly json: boolean;
}

/**
 * What cycle, resume, approve and quickstart do once a cycle is under way: show it to its end, then print what came of it.
 * @returns exit code: `waits` when it needs a person
 */
export async function workOnCycle({ context, root, stack, handle, shop, cycle, settings, approveAs, json }: CycleWork): Promise<number> {
  // With --json, standard output is the result's alone.
  const display = createProgressDisplay({ stream: json ? process.stderr : process.stdout, environment: process.env, now: Date.now });
  context.signal.addEventListener('abort', () => {
    context.say(`\nThe cycle is kept where it is; go on with: npm run resume -- ${shop}/${cycle}`);
  }, { once: true });
  const life = stack.simulator === undefined ? undefined : createShopLife({ root, shop, simulator: stack.simulator, say: display.note });
  const followed = await followToEnd({ handle, display, stack, shop, settings, life, approveAs });
  if (followed.kind === 'waits') {
    if (json) process.stdout.write(`${JSON.stringify(followed.progress, undefined, 2)}\n`);
    context.say(tellWait(followed.progress));
    return exitCodes.waits;
  }
  const { result } = followed;
  const effects = await effectsOf(result);
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...result, effects }, undefined, 2)}\n`);
  } else {
    const view = {
      currency: settings.currency, color: mayColor(process.stdout, process.env), effects, truth: await readTrueEffects(root, shop, cycle),
      places: resultPlaces({ root, stack, shop, cycle, report: result.report }),
    };
    process.stdout.write(`\n${renderResult(result, view)}\n`);
  }
  if (result.outcome === 'finished') return exitCodes.ok;
  context.say(`CYCLE_ENDED: Cycle ${shop}/${cycle} was ${result.outcome}${result.abandoned === undefined ? '' : ` by ${result.abandoned.by}: ${result.abandoned.reason}`}.`);
  return exitCodes.failed;
}
