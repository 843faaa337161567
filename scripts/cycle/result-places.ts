import { join } from 'node:path';
import { cycleId } from '../../workflows/ids.ts';
import type { OpenStack } from '../stack/open-stack.ts';

/** Where a person looks after a cycle. */
export function resultPlaces({ root, stack, shop, cycle, report }: { readonly root: string; readonly stack: Pick<OpenStack, 'temporalUiUrl' | 'webUrl' | 'outbox' | 'joined'>; readonly shop: string; readonly cycle: string; readonly report?: string }): { label: string; where: string }[] {
  const whileRunning = stack.joined ? '' : ' (while `npm start` runs)';
  return [
    ...(report === undefined ? [] : [{ label: 'report', where: report.startsWith('/') ? report : join(root, report) }]),
    ...(stack.outbox === undefined ? [] : [{ label: 'outbox', where: stack.outbox }]),
    ...(stack.temporalUiUrl === undefined ? [] : [{ label: 'Temporal', where: `${stack.temporalUiUrl}/namespaces/default/workflows/${encodeURIComponent(cycleId(shop, cycle))}${whileRunning}` }]),
    { label: 'console', where: `${stack.webUrl}${whileRunning}` },
  ];
}
