import { recordReports } from '../../../gateways/ledger/record-reports.ts';
import { readMaildir } from '../../../gateways/mail/maildir.ts';
import { readReport } from '../../../gateways/mail/read-report.ts';
import type { DispatchDependencies } from './dispatch-dependencies.ts';

/** Takes the bounces and complaints that have come to the Maildir into account; does nothing where there is none. */
export async function takeReports({ ledger, clock, reports }: Pick<DispatchDependencies, 'ledger' | 'clock' | 'reports'>): Promise<void> {
  if (reports === undefined) return;
  await readMaildir(reports.folder, async (message) => {
    await recordReports(ledger, await readReport(message, reports.proofs), { source: 'maildir', now: clock() });
  });
}
