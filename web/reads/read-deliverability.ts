import type { LedgerTransaction } from '../../gateways/ledger/ledger.ts';

/** Fewer recipients than this would let a domain name its people. */
const smallestDomain = 5;

export interface DomainTally {
  readonly domain: string;
  readonly sends: number;
  readonly arrived: number;
  readonly soft: number;
  readonly hard: number;
  readonly complained: number;
  readonly open: number;
}

/** Sends of a cycle by the domain of the address, the largest first; domains of fewer than five recipients are one row, `other`. */
export const readDomains = (ledger: LedgerTransaction, { shop, cycle }: { readonly shop: string; readonly cycle: string }): Promise<DomainTally[]> => ledger.query<DomainTally>(
  `with sent as (
     select split_part(s.address_normalised, '@', 2) as domain, s.state
     from campaigns as k
     join sends as s on s.campaign = k.campaign
     where k.shop = $1 and k.cycle = $2 and s.state not in ('suppressed', 'cancelled')
   ), domains as (
     select domain, count(*)::integer as sends,
       count(*) filter (where state in ('delivered', 'handed_over'))::integer as arrived,
       count(*) filter (where state in ('soft_bounced', 'failed'))::integer as soft,
       count(*) filter (where state = 'hard_bounced')::integer as hard,
       count(*) filter (where state = 'complained')::integer as complained,
       count(*) filter (where state in ('planned', 'claimed', 'in_doubt'))::integer as open
     from sent
     group by domain
   )
   select case when sends < ${smallestDomain} then 'other' else domain end as domain, sum(sends)::integer as sends, sum(arrived)::integer as arrived, sum(soft)::integer as soft, sum(hard)::integer as hard, sum(complained)::integer as complained, sum(open)::integer as open
   from domains
   group by 1
   order by 2 desc, 1`,
  [shop, cycle],
);

export interface Bounce {
  readonly customerId: string;
  readonly state: string;
  readonly code: number | null;
  readonly text: string | null;
  readonly at: Date;
}

/** The latest letters of a cycle that came back or were complained about. */
export const readBounces = (ledger: LedgerTransaction, { shop, cycle }: { readonly shop: string; readonly cycle: string }): Promise<Bounce[]> => ledger.query<Bounce>(
  `select s.customer_id as "customerId", s.state, s.relay_code as code, s.relay_text as text, s.updated_at as at
   from campaigns as k
   join sends as s on s.campaign = k.campaign
   where k.shop = $1 and k.cycle = $2 and s.state in ('soft_bounced', 'hard_bounced', 'complained', 'failed', 'in_doubt')
   order by s.updated_at desc, s.key
   limit 100`,
  [shop, cycle],
);

/** Suppressed addresses of a shop by reason and source. */
export const readSuppressionReasons = (ledger: LedgerTransaction, shop: string): Promise<{ readonly reason: string; readonly source: string; readonly addresses: number; readonly latest: Date }[]> => ledger.query(
  "select reason, source, count(*)::integer as addresses, max(suppressed_at) as latest from suppressions where shop in ($1, '*') group by reason, source order by addresses desc, reason, source", [shop]);

/** The addresses suppressed last. */
export const readSuppressions = (ledger: LedgerTransaction, shop: string, limit: number, offset: number): Promise<{ readonly address: string | null; readonly reason: string; readonly source: string; readonly at: Date }[]> => ledger.query(
  "select address, reason, source, suppressed_at as at from suppressions where shop in ($1, '*') order by suppressed_at desc, address_hash limit $2 offset $3", [shop, limit, offset]);
