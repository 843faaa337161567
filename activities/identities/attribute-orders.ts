import { markovCredits } from '../../algorithms/attribution/markov-credits.ts';
import { firstTouchCredits, lastTouchCredits, linearCredits } from '../../algorithms/attribution/touch-credits.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { AttributedChannel } from './contract.ts';
import type { EarlierLetters } from './earlier-letters.ts';

export interface AttributeOrders {
  readonly folder: CycleFolder;
  readonly asOf: string;
  readonly days: number;
  readonly letters: EarlierLetters;
}

/**
 * Which touches led to orders: `identities.touches`, `identities.paths`, and `identities.attribution`, the orders credited to each channel by first, last and every
 * touch and by removal from the chain, beside what the holdout says that letters did. Where the two differ, the experiment is right.
 */
export async function attributeOrders(session: WarehouseSession, { folder, asOf, days, letters }: AttributeOrders): Promise<{ readonly relations: Record<string, RelationRef>; readonly channels: readonly AttributedChannel[] }> {
  const touches = await session.materialise(folder, {
    name: 'identities.touches', sql: await readSql('identities.touches'), parameters: { as_of: asOf, attribution_days: days, letters: letters.cycles.join(' ') },
    inputs: ['snapshot.events', 'identities.persons', 'identities.purchases', ...letters.inputs],
  });
  const paths = await session.materialise(folder, { name: 'identities.paths', sql: await readSql('identities.paths') });
  const attribute = async (): Promise<readonly AttributedChannel[]> => {
    const rows = await session.rows<{ path: string; conversions: number; non_conversions: number }>('select path, conversions, non_conversions from identities.paths order by path');
    const channels = [...new Set(rows.flatMap(({ path }) => path.split(' > ')))].sort();
    const counted = rows.map(({ path, conversions, non_conversions: nonConversions }) => ({ touches: path.split(' > ').map((channel) => channels.indexOf(channel)), conversions, nonConversions }));
    const [first, last, linear] = [firstTouchCredits(counted, channels.length), lastTouchCredits(counted, channels.length), linearCredits(counted, channels.length)];
    const { credits, removalEffects } = markovCredits(counted, channels.length);
    return channels.map((channel, at) => ({
      channel, first: first[at]!, last: last[at]!, linear: linear[at]!, markov: credits[at]!, removalEffect: removalEffects[at]!, experiment: channel === 'mail' ? letters.experiment : null,
    }));
  };
  const attribution = await session.write(folder, {
    name: 'identities.attribution', algorithm: 'attribute-orders 1', inputs: ['identities.paths'], parameters: { experiment: JSON.stringify(letters.experiment) },
    columns: async () => {
      const made = await attribute();
      const column = (name: string, of: (channel: AttributedChannel) => number | null) => ({ name, type: 'DOUBLE' as const, values: made.map(of) });
      return [
        { name: 'channel', type: 'VARCHAR', values: made.map(({ channel }) => channel) },
        column('first_touch', ({ first }) => first), column('last_touch', ({ last }) => last), column('linear', ({ linear }) => linear), column('markov', ({ markov }) => markov), column('removal_effect', ({ removalEffect }) => removalEffect),
        column('experiment', ({ experiment }) => experiment?.orders ?? null), column('experiment_lower', ({ experiment }) => experiment?.lower ?? null), column('experiment_upper', ({ experiment }) => experiment?.upper ?? null),
      ];
    },
  });
  const channels = await session.rows<{ channel: string; first: number; last: number; linear: number; markov: number; effect: number; experiment: number | null; lower: number | null; upper: number | null }>(
    'select channel, first_touch as first, last_touch as last, linear, markov, removal_effect as effect, experiment, experiment_lower as lower, experiment_upper as upper from identities.attribution order by channel');
  return {
    relations: { 'identities.touches': touches, 'identities.paths': paths, 'identities.attribution': attribution },
    channels: channels.map(({ effect, experiment, lower, upper, ...channel }) => ({ ...channel, removalEffect: effect, experiment: experiment === null ? null : { orders: experiment, lower: lower!, upper: upper! } })),
  };
}
