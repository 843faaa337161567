import { kilometresBetween, savingsRoutes } from '../../algorithms/route/savings-routes.ts';
import type { Depots } from '../../gateways/shop-folder/read-depots.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { DemandFound } from './contract.ts';

/** Tours of the first week: each region's expected units from the depot nearest to it. `demand.deliveries` has one row a stop. */
export async function planDeliveries(session: WarehouseSession, folder: CycleFolder, { depots, regions, vehicle_capacity: capacity }: Depots): Promise<{ readonly relation: RelationRef; readonly delivery: NonNullable<DemandFound['delivery']> }> {
  const wanted = await session.rows<{ region: string; units: number }>('select region, forecast as units from demand.region_weeks where week = (select min(week) from demand.region_weeks) and forecast > 0 order by region');
  const places = new Map(regions.map((place) => [place.region, place]));
  const served = wanted.filter(({ region }) => places.has(region)).map(({ region, units }) => {
    const place = places.get(region)!;
    const depot = depots.reduce((nearest, one) => (kilometresBetween(one, place) < kilometresBetween(nearest, place) ? one : nearest));
    return { region, load: units, latitude: place.latitude, longitude: place.longitude, depot: depot.name };
  });
  const tours = depots.flatMap((depot) => {
    const stops = served.filter((stop) => stop.depot === depot.name);
    return savingsRoutes(depot, stops, capacity).map((route) => ({ depot: depot.name, ...route, stops: route.stops.map((index) => stops[index]!) }));
  });
  const rows = tours.flatMap(({ depot, load, kilometres, stops }, tour) => stops.map(({ region, load: units }, place) => ({ depot, tour: tour + 1, place: place + 1, region, units: Math.min(units, capacity), load, kilometres })));
  const relation = await session.write(folder, {
    name: 'demand.deliveries', algorithm: 'savings-routes 1', inputs: ['demand.region_weeks'], parameters: { depots: JSON.stringify({ depots, regions, capacity }) },
    columns: () => [
      ...(['depot', 'region'] as const).map((name) => ({ name, type: 'VARCHAR' as const, values: rows.map((row) => row[name]) })),
      ...(['tour', 'place'] as const).map((name) => ({ name, type: 'INTEGER' as const, values: rows.map((row) => row[name]) })),
      ...(['units', 'load', 'kilometres'] as const).map((name) => ({ name, type: 'DOUBLE' as const, values: rows.map((row) => row[name]) })),
    ],
  });
  return {
    relation,
    delivery: {
      routes: tours.length, kilometres: tours.reduce((sum, { kilometres }) => sum + kilometres, 0), units: served.reduce((sum, { load }) => sum + load, 0),
      regionsLeftOut: wanted.filter(({ region }) => !places.has(region)).map(({ region }) => region).slice(0, 20),
    },
  };
}
