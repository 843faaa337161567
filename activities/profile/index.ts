import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import type { ProfileActivities, ProfileInput, ProfileResult } from './contract.ts';
import { estimateLifetimeValue } from './lifetime-value.ts';

export interface ProfileDependencies {
  readonly warehouse: Warehouse;
  readonly cancellation: () => AbortSignal | undefined;
}

/** The third step: who each customer is, in words and numbers a person can read. */
export function createProfileActivities({ warehouse, cancellation }: ProfileDependencies): ProfileActivities {
  return {
    async profile(input: ProfileInput): Promise<ProfileResult> {
      await using session = await warehouse.open(input.relations, {}, cancellation());
      const relations: Record<string, RelationRef> = {};
      for (const name of ['features.interests', 'features.favourite_products', 'features.profiles']) {
        relations[name] = await session.materialise(input, { name, sql: await readSql(name), parameters: { as_of: input.asOf } });
      }
      const lifetimeValue = await estimateLifetimeValue(session, input);
      const [known] = await session.rows<{ ages: number; places: number; interests: number }>(
        'select count(age) as ages, count(coalesce(city, region, country)) as places, count(favourite_category) as interests from features.profiles');
      return {
        relations: { ...relations, ...lifetimeValue.relations },
        figures: [
          { label: 'profiles', value: relations['features.profiles']!.rows },
          { label: 'with age', value: known!.ages },
          { label: 'with a place', value: known!.places },
          { label: 'with an interest', value: known!.interests },
          ...lifetimeValue.figures,
        ],
      };
    },
  };
}
