import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { allDone } from '../all-done.ts';
import type { ProfileActivities, ProfileInput, ProfileResult } from './contract.ts';
import { estimateLifetimeValue } from './lifetime-value.ts';

export interface ProfileDependencies {
  readonly warehouse: Warehouse;
  readonly cancellation: () => AbortSignal | undefined;
}

/** One relation a topic, in an order in which each finds what it reads. */
const topics = ['features.interests', 'features.brands', 'features.favourite_products', 'features.social', 'features.habits'];

/** The third step: who each customer is, in words and numbers a person can read. */
export function createProfileActivities({ warehouse, cancellation }: ProfileDependencies): ProfileActivities {
  return {
    async profile(input: ProfileInput): Promise<ProfileResult> {
      const open = (): Promise<WarehouseSession> => warehouse.open(input.relations, {}, cancellation());
      const make = async (session: WarehouseSession, name: string): Promise<RelationRef> => session.materialise(input, { name, sql: await readSql(name), parameters: { as_of: input.asOf } });
      await using session = await open();
      // The model is fitted while DuckDB groups and sorts.
      const [made, lifetimeValue] = await allDone([
        (async () => {
          const relations: Record<string, RelationRef> = {};
          for (const name of topics) relations[name] = await make(session, name);
          return relations;
        })(),
        (async () => {
          await using beside = await open();
          return await estimateLifetimeValue(beside, input);
        })(),
      ]);
      for (const [name, ref] of Object.entries(lifetimeValue.relations)) await session.addView(name, ref);
      const profiles = await make(session, 'features.profiles');
      const [known] = await session.rows<{ ages: number; places: number; interests: number; social: number }>(
        'select count(age) as ages, count(coalesce(city, region, country)) as places, count(favourite_category) as interests, count_if(social_activities > 0) as social from features.profiles');
      return {
        relations: { ...made, ...lifetimeValue.relations, 'features.profiles': profiles },
        figures: [
          { label: 'profiles', value: profiles.rows },
          { label: 'with age', value: known!.ages },
          { label: 'with a place', value: known!.places },
          { label: 'with an interest', value: known!.interests },
          { label: 'with social activity', value: known!.social },
          ...lifetimeValue.figures,
        ],
      };
    },
  };
}
