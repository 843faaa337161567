-- What people said of two customer records that may be one person. Append only; the latest word counts.
create table identity_reviews (
  id bigint generated always as identity primary key,
  shop text not null,
  customer_id text not null,
  other_customer_id text not null,
  verdict text not null check (verdict in ('same', 'different')),
  by text not null,
  comment text not null default '',
  at timestamptz not null,
  -- A pair is one pair whichever way it is read.
  check (customer_id < other_customer_id)
);
create index identity_reviews_by_pair on identity_reviews (shop, customer_id, other_customer_id, id desc);
create index identity_reviews_by_other on identity_reviews (shop, other_customer_id);
