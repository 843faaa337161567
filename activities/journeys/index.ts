import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { cycleAsOf } from '../cycle-as-of.ts';
import { latestCycle } from '../latest-cycle.ts';
import type { JourneyActivities, JourneysFound, StudyInput } from './contract.ts';
import { makeJourneys } from './make-journeys.ts';
import { cartPlanNeeds, planCartReminders } from './plan-cart-reminders.ts';

export interface JourneyDependencies {
  readonly warehouse: Warehouse;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  readonly cancellation: () => AbortSignal | undefined;
}

/** Journeys, apart from the cycle: they read what a cycle knows and write beside it. */
export function createJourneyActivities({ warehouse, openShop, cancellation }: JourneyDependencies): JourneyActivities {
  return {
    async studyJourneys(input: StudyInput): Promise<JourneysFound> {
      const shop = await openShop(input.shop);
      const { cycle, relations: known } = await latestCycle(warehouse, input, ['snapshot.events', 'features.customers', 'features.orders', 'segments.memberships', 'segments.summaries']);
      const folder = { shop: input.shop, cycle };
      const asOf = await cycleAsOf(warehouse, known);
      await using session = await warehouse.open(known, {}, cancellation());
      const relations = await makeJourneys(session, { folder, asOf, currency: shop.settings.currency, settings: shop.settings.journeys });
      const [all] = await session.rows<{ sessions: number; carts: number; checkouts: number; purchases: number }>("select sessions, carts, checkouts, purchases from journeys.funnel where dimension = 'all'");
      const frictions = await session.rows<{ words: string }>('select words from journeys.frictions limit 20');
      const plan = cartPlanNeeds.every((need) => known[need] !== undefined || relations[need] !== undefined) ? await planCartReminders(session, shop, folder) : undefined;
      return {
        ...folder, asOf, days: shop.settings.journeys.days, relations: { ...relations, ...plan?.relations },
        sessions: all?.sessions ?? 0, carts: all?.carts ?? 0, checkouts: all?.checkouts ?? 0, purchases: all?.purchases ?? 0,
        frictions: frictions.map(({ words }) => words), abandonedCarts: relations['journeys.abandoned_carts']!.rows,
        ...(plan === undefined ? {} : { reminders: { offer: plan.offer, toSend: plan.toSend, holdout: plan.holdout, expectedCost: plan.expectedCost, leftOut: plan.leftOut } }),
      };
    },
  };
}
