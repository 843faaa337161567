import { UnionFind } from '../../algorithms/record-linkage/union-find.ts';

/** An account and a value of it that another account has too. */
export interface AccountLink {
  readonly kind: string;
  readonly link_key: string;
  readonly customer_id: string;
}

export interface LinkedAccount {
  readonly customer: string;
  /** The first account of the person, by id. */
  readonly person: string;
  readonly accounts: number;
  /** What links them, in order: `address, device`. */
  readonly linkedBy: string;
}

/** Accounts that share an address, a card, a device or the like are one person's: connected components, of two accounts or more. */
export function linkAccounts(links: readonly AccountLink[]): LinkedAccount[] {
  const customers = [...new Set(links.map((link) => link.customer_id))].sort();
  const places = new Map(customers.map((customer, place) => [customer, place]));
  const sets = new UnionFind(customers.length);
  const firstOf = new Map<string, number>();
  for (const { link_key: key, customer_id: customer } of links) {
    const place = places.get(customer)!;
    const first = firstOf.get(key);
    if (first === undefined) firstOf.set(key, place);
    else sets.union(first, place);
  }
  const persons = Map.groupBy(customers, (customer) => sets.find(places.get(customer)!));
  const kinds = new Map<number, Set<string>>();
  for (const { kind, customer_id: customer } of links) {
    const set = sets.find(places.get(customer)!);
    kinds.set(set, (kinds.get(set) ?? new Set()).add(kind));
  }
  return [...persons].filter(([, accounts]) => accounts.length > 1).flatMap(([set, accounts]) => accounts.map((customer): LinkedAccount => ({ customer, person: accounts[0]!, accounts: accounts.length, linkedBy: [...kinds.get(set)!].sort().join(', ') }))).sort((a, b) => (a.customer < b.customer ? -1 : 1));
}
