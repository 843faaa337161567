import { createDispatchActivities } from '../../activities/campaign/dispatch/index.ts';
import { openLedger } from '../../gateways/ledger/open-ledger.ts';
import { openRelay } from '../../gateways/mail/relay.ts';
import { openRelayLog } from '../../gateways/mail/relay-log.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { plainLetters } from './mail-dispatch-letters.ts';

/** A process that sends one page, for a test that kills it: `node mail-dispatch-process.ts <settings as JSON>`. */
const settings = JSON.parse(process.argv[2] ?? '{}') as { folder: string; lake: string; url: string; log: string; campaign: string };
const ledger = await openLedger({ folder: settings.folder });
const dispatch = createDispatchActivities({
  warehouse: await openWarehouse({ lake: settings.lake }), ledger, relay: openRelay({ url: settings.url, maximumConnections: 3 }), relayLog: openRelayLog(settings.log),
  letters: plainLetters, clock: () => new Date(), cancellation: () => undefined, settleAfterSeconds: 1,
});
const result = await dispatch.dispatchPage({ shop: 'demo', cycle: '2026-W48', asOf: '2026-11-23T00:00:00Z', campaign: settings.campaign, page: 0, mailsPerSecond: 500, stoppedArms: [] });
console.log(JSON.stringify(result));
process.exit(0);
