import type { WorkflowHandle } from '@temporalio/client';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { CycleProgress } from '../../workflows/progress.ts';
import type { ProgressDisplay } from '../display/progress-display.ts';
import type { OpenStack } from '../stack/open-stack.ts';
import type { ShopLife } from '../stack/shop-life.ts';
import { decidePlan } from './decide-plan.ts';
import { followCycle, type Followed } from './follow-cycle.ts';
import { newestProof } from './newest-proof.ts';

export interface EndOptions {
  readonly handle: WorkflowHandle;
  readonly display: ProgressDisplay;
  readonly stack: OpenStack;
  readonly shop: string;
  readonly settings: Pick<ShopSettings, 'marketers'>;
  /** Lets a simulated shop live what the cycle waits for, when that is this command's to do. */
  readonly life?: ShopLife;
  /** Who approves the plan after its proof was shown; nobody when absent, and the cycle is left waiting. */
  readonly approveAs?: string;
}

/** Follows a cycle and gives it what this command can give: an approval after showing the proof, and a simulated shop's week. */
export async function followToEnd({ handle, display, stack, shop, settings, life, approveAs }: EndOptions): Promise<Followed> {
  let decidedHash: string | undefined;

  async function approve(progress: CycleProgress, by: string): Promise<void> {
    if (progress.plan === undefined || progress.plan.hash === decidedHash) return;
    decidedHash = progress.plan.hash;
    const proof = stack.outbox === undefined ? undefined : await newestProof(stack.outbox, settings.marketers);
    display.note(proof === undefined ? 'The proof was mailed to the marketers of shop.yaml.' : `The proof that the marketers see: ${proof}`);
    await decidePlan(handle, progress, 'approvePlan', { by, comment: 'approved by the command line after the proof was shown' });
    display.note(`Plan ${progress.plan.hash.slice(0, 12)} approved by ${by}.`);
  }

  return followCycle({
    handle, display,
    async onWait(progress) {
      if (progress.waitsFor === 'relay') return 'stay';
      if (progress.waitsFor === 'approval' && approveAs !== undefined) {
        await approve(progress, approveAs);
        return 'stay';
      }
      if (progress.waitsFor !== 'outcomes') return 'leave';
      if (life !== undefined) {
        await life.live(progress);
        return 'stay';
      }
      return stack.simulatedShop === shop ? 'stay' : 'leave';
    },
  });
}
