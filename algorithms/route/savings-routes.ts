export interface Stop {
  /** Degrees. */
  readonly latitude: number;
  readonly longitude: number;
  /** In the unit of the capacity. */
  readonly load: number;
}

export interface Route {
  /** Indices of stops in the order of the visit; the depot is before the first and after the last. */
  readonly stops: readonly number[];
  readonly load: number;
  /** Great-circle kilometres there and back. */
  readonly kilometres: number;
}

/**
 * Tours from one depot that serve every stop once and carry no more than a vehicle holds: pairs of tours are joined at their ends as long as
 * that saves kilometres, the largest saving first; then each tour is untangled by exchanging two of its legs. A stop that is more than a
 * vehicle is served by full vehicles of its own, and by one with the rest.
 *
 * Source: G. Clarke and J. Wright, "Scheduling of vehicles from a central depot to a number of delivery points", Operations Research 12 (1964);
 * G. Croes, "A method for solving traveling-salesman problems" (1958), the 2-opt exchange.
 * @throws RangeError when the capacity is not positive or a load is negative
 */
export function savingsRoutes(depot: Omit<Stop, 'load'>, stops: readonly Stop[], capacity: number): Route[] {
  if (!(capacity > 0)) throw new RangeError(`capacity must be positive, not ${capacity}`);
  if (stops.some(({ load }) => !(load >= 0))) throw new RangeError('a load is negative');
  const full: Route[] = [];
  const rest = stops.map(({ load }, index) => {
    const vehicles = load > capacity ? Math.ceil(load / capacity) - 1 : 0;
    for (let vehicle = 0; vehicle < vehicles; vehicle++) full.push({ stops: [index], load: capacity, kilometres: lengthOf(depot, stops, [index]) });
    return load - vehicles * capacity;
  });
  const places = stops.map((_, index) => index).filter((index) => (rest[index] as number) > 0);
  const tourOf = new Map(places.map((index) => [index, { stops: [index], load: rest[index] as number }]));
  const savings = places.flatMap((one, at) => places.slice(at + 1).map((other) => {
    const [a, b] = [stops[one] as Stop, stops[other] as Stop];
    return { one, other, saved: kilometresBetween(depot, a) + kilometresBetween(depot, b) - kilometresBetween(a, b) };
  }));
  savings.sort((a, b) => b.saved - a.saved || a.one - b.one || a.other - b.other);
  for (const { one, other, saved } of savings) {
    if (saved <= 0) break;
    const [a, b] = [tourOf.get(one)!, tourOf.get(other)!];
    // Loads are sums of fractions: a vehicle is not too small by their rounding.
    if (a === b || a.load + b.load > capacity * (1 + 1e-9)) continue;
    const joined = join(a.stops, b.stops, one, other);
    if (joined === undefined) continue;
    const tour = { stops: joined, load: a.load + b.load };
    for (const index of joined) tourOf.set(index, tour);
  }
  const routes = [...new Set(tourOf.values())].map(({ stops: order, load }) => {
    const untangled = twoOpt(depot, stops, order);
    return { stops: untangled, load, kilometres: lengthOf(depot, stops, untangled) };
  });
  return [...full, ...routes];
}

/** Great-circle distance on a sphere of 6,371 km (haversine). */
export function kilometresBetween(a: Omit<Stop, 'load'>, b: Omit<Stop, 'load'>): number {
  const radians = Math.PI / 180;
  const [dLatitude, dLongitude] = [(b.latitude - a.latitude) * radians, (b.longitude - a.longitude) * radians];
  const chord = Math.sin(dLatitude / 2) ** 2 + Math.cos(a.latitude * radians) * Math.cos(b.latitude * radians) * Math.sin(dLongitude / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/** Two tours as one in which `one` and `other` are neighbours; nothing where either is inside its tour. */
function join(a: readonly number[], b: readonly number[], one: number, other: number): number[] | undefined {
  const ends = (tour: readonly number[], stop: number): boolean => tour[0] === stop || tour[tour.length - 1] === stop;
  if (!ends(a, one) || !ends(b, other)) return undefined;
  const first = a[a.length - 1] === one ? a : a.toReversed();
  const second = b[0] === other ? b : b.toReversed();
  return [...first, ...second];
}

function lengthOf(depot: Omit<Stop, 'load'>, stops: readonly Stop[], order: readonly number[]): number {
  const points = [depot, ...order.map((index) => stops[index] as Stop), depot];
  return points.slice(1).reduce((sum, point, at) => sum + kilometresBetween(points[at] as Stop, point), 0);
}

function twoOpt(depot: Omit<Stop, 'load'>, stops: readonly Stop[], order: readonly number[]): number[] {
  let best = [...order];
  const at = (index: number): Omit<Stop, 'load'> => (index < 0 || index >= best.length ? depot : (stops[best[index] as number] as Stop));
  for (let better = true; better;) {
    better = false;
    for (let from = 0; from < best.length - 1; from++) {
      for (let to = from + 1; to < best.length; to++) {
        const gain = kilometresBetween(at(from - 1), at(from)) + kilometresBetween(at(to), at(to + 1)) - kilometresBetween(at(from - 1), at(to)) - kilometresBetween(at(from), at(to + 1));
        if (gain <= 1e-9) continue;
        best = [...best.slice(0, from), ...best.slice(from, to + 1).reverse(), ...best.slice(to + 1)];
        better = true;
      }
    }
  }
  return best;
}
