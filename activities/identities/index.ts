import { readIdentityReviews, recordIdentityReview } from '../../gateways/ledger/identity-reviews.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { cycleAsOf } from '../cycle-as-of.ts';
import { latestCycle } from '../latest-cycle.ts';
import { attributeOrders } from './attribute-orders.ts';
import type { IdentitiesFound, IdentityActivities, ResolveInput } from './contract.ts';
import { addEarlierLetters } from './earlier-letters.ts';
import { resolvePersons } from './resolve-persons.ts';

export interface IdentityDependencies {
  readonly warehouse: Warehouse;
  readonly ledger: Ledger;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  readonly clock: () => Date;
  readonly cancellation: () => AbortSignal | undefined;
}

/** People and their channels, apart from the cycle: they read what a cycle knows and write beside it. */
export function createIdentityActivities({ warehouse, ledger, openShop, clock, cancellation }: IdentityDependencies): IdentityActivities {
  return {
    recordReview: ({ shop, ...review }) => recordIdentityReview(ledger, shop, { ...review, at: clock() }),

    async resolveIdentities(input: ResolveInput): Promise<IdentitiesFound> {
      const { settings: { identities: settings, seed } } = await openShop(input.shop);
      const { cycle, relations: known } = await latestCycle(warehouse, input, ['snapshot.customers', 'snapshot.identities', 'snapshot.events', 'features.customers', 'features.orders']);
      const folder = { shop: input.shop, cycle };
      const asOf = await cycleAsOf(warehouse, known);
      const reviews = await readIdentityReviews(ledger, input.shop);
      await using session = await warehouse.open(known, {}, cancellation());
      const relations: Record<string, RelationRef> = await resolvePersons(session, { folder, settings, seed, reviews, signal: cancellation() });
      const make = async (name: string, inputs?: readonly string[]): Promise<void> => { relations[name] = await session.materialise(folder, { name, sql: await readSql(name), inputs }); };
      await make('identities.purchases');
      await make('identities.people');
      const letters = await addEarlierLetters(warehouse, session, folder, { asOf, days: settings.attribution_days });
      const { relations: attributed, channels } = await attributeOrders(session, { folder, asOf, days: settings.attribution_days, letters });
      Object.assign(relations, attributed);

      let offers: IdentitiesFound['offers'];
      if (known['plan.recipients'] !== undefined) {
        await make('identities.offers');
        const hasSends = known['sends.sends'] !== undefined;
        await session.run(`create or replace view identities.coupons as ${hasSends ? "select customer_id, coupon_code from sends.sends where coupon_code <> ''" : 'select null::varchar as customer_id, null::varchar as coupon_code where false'}`);
        const coupons = hasSends ? ['sends.sends'] : [];
        await make('identities.app_push', ['identities.offers', 'identities.purchases', 'snapshot.events', ...coupons]);
        await make('identities.till', ['identities.offers', 'snapshot.identities', ...coupons]);
        const [counted] = await session.rows<{ people: number; odds: number }>("select count(distinct person_id) filter (decision = 'offer') as people, count(distinct person_id) filter (is_at_odds) as odds from identities.offers");
        offers = { people: counted!.people, atOdds: counted!.odds, appPush: relations['identities.app_push']!.rows, till: relations['identities.till']!.rows };
      }
      const [persons] = await session.rows<{ records: number; persons: number; key: number; evidence: number; decided: number }>(
        `select count(*) as records, count(distinct person_id) as persons, count_if(records > 1 and kind = 'key') as key, count_if(records > 1 and kind = 'evidence') as evidence, count_if(records > 1 and kind = 'decided') as decided from identities.persons`);
      const [omnichannel] = await session.rows<{ people: number }>('select count_if(is_omnichannel) as people from identities.people');
      return {
        ...folder, asOf, relations, records: persons!.records, persons: persons!.persons, joinedByKey: persons!.key, joinedByEvidence: persons!.evidence, joinedByPeople: persons!.decided,
        toReview: relations['identities.review']!.rows, omnichannel: omnichannel!.people, attribution: channels, attributionDays: settings.attribution_days, ...(offers === undefined ? {} : { offers }),
      };
    },
  };
}
