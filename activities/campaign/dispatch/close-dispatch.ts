import { createHash } from 'node:crypto';
import { ClienteleError } from '../../../gateways/errors.ts';
import { exportSends, type ExportedSend } from '../../../gateways/ledger/export-sends.ts';
import { readCampaign } from '../../../gateways/ledger/open-campaign.ts';
import { findUnsettled, settleInDoubt } from '../../../gateways/ledger/settle-in-doubt.ts';
import { tally } from '../../../gateways/ledger/tally.ts';
import type { Column } from '../../../gateways/warehouse/warehouse.ts';
import type { DispatchActivities, DispatchTally } from '../contract.ts';
import type { DispatchDependencies } from './dispatch-dependencies.ts';
import { tallyOf } from './tally-of.ts';

const batchSize = 5000;

/** Marks as delivered what the relay's log has, writes `sends.sends` (grain: key) and counts. */
export async function closeDispatch(dependencies: DispatchDependencies, { shop, cycle, campaign, plan }: Parameters<DispatchActivities['closeDispatch']>[0]): ReturnType<DispatchActivities['closeDispatch']> {
  const { warehouse, ledger, cancellation } = dependencies;
  const opened = await readCampaign(ledger, campaign);
  if (opened === undefined) throw new ClienteleError('PLAN_NOT_APPROVED', { campaign, hash: plan.hash });
  await markDelivered(dependencies, campaign);
  const { columns, mark } = await readColumns(exportSends(ledger, campaign));
  await using session = await warehouse.open({}, {}, cancellation());
  const relation = await session.write({ shop, cycle }, {
    name: 'sends.sends', algorithm: 'ledger', inputs: [], columns: () => columns,
    // The mark follows the content: the same sends are not written again, and others are.
    external: `ledger ${mark}`,
  });
  const counts = tallyOf(await tally(ledger, campaign));
  return { relations: { 'sends.sends': relation }, tally: counts, openedAt: opened.openedAt.toISOString(), figures: figuresOf(counts) };
}

async function markDelivered({ ledger, relayLog, clock }: DispatchDependencies, campaign: string): Promise<void> {
  for (let after = ''; ;) {
    const sends = await findUnsettled(ledger, { campaign, states: ['handed_over', 'in_doubt'], after, limit: batchSize });
    const last = sends.at(-1);
    if (last === undefined) return;
    const log = await relayLog.accepted(sends.map(({ messageId }) => messageId));
    if (log === undefined) return;
    const now = clock();
    await settleInDoubt(ledger, { proofs: sends.filter(({ messageId }) => log.get(messageId) === true).map(({ key }) => ({ key, proof: 'accepted' })), quietSince: now, now });
    after = last.key;
  }
}

const exported = [['key', 'key'], ['campaign', 'campaign'], ['customer_id', 'customerId'], ['arm', 'arm'], ['segment', 'segment'], ['offer', 'offer'], ['state', 'state'], ['coupon_code', 'couponCode']] as const satisfies readonly (readonly [string, keyof ExportedSend])[];
/** These have few values, and a million sends need not hold a million texts of each. */
const shared = new Set<string>(['campaign', 'arm', 'segment', 'offer', 'state']);

/** Columns of all sends, and a mark of their content, without ever holding the sends as objects or as one text. */
async function readColumns(batches: AsyncIterable<readonly ExportedSend[]>): Promise<{ readonly columns: Column[]; readonly mark: string }> {
  const known = new Map<string, string>();
  const one = (text: string | null): string | null => {
    if (text === null) return null;
    const first = known.get(text);
    if (first === undefined) known.set(text, text);
    return first ?? text;
  };
  const hash = createHash('sha256');
  const columns = exported.map(([name, property]) => ({ name, property, type: 'VARCHAR' as const, values: [] as (string | null)[] }));
  for await (const batch of batches) {
    for (const send of batch) {
      hash.update(JSON.stringify(exported.map(([, property]) => send[property])));
      for (const { name, property, values } of columns) values.push(shared.has(name) ? one(send[property]) : send[property]);
    }
  }
  return { columns: columns.map(({ name, type, values }) => ({ name, type, values })), mark: hash.digest('hex').slice(0, 16) };
}

const figuresOf = (counts: DispatchTally): { label: string; value: number }[] => [
  { label: 'delivered', value: counts.delivered },
  { label: 'handed over, delivery not known', value: counts.handedOver },
  { label: 'bounced', value: counts.softBounced + counts.hardBounced },
  { label: 'failed', value: counts.failed },
  { label: 'suppressed', value: counts.suppressed },
  { label: 'complained', value: counts.complained },
  { label: 'in doubt', value: counts.inDoubt },
].filter(({ value }, place) => place === 0 || value > 0);
