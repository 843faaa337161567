-- Models that told who will do what, by cycle: the champion, whose word counted, and those that challenged it on the same customers.
-- The first table of that name knew one champion for good, so that a cycle run again could not meet the one it met at first; nothing was ever written to it.
drop table models;
create table models (
  shop text not null,
  cycle text not null,
  -- What is told: buys, churns, opens, redeems.
  target text not null,
  model text not null,
  role text not null check (role in ('champion', 'challenger')),
  -- By name: value, and its bootstrap interval as lower and upper.
  metrics jsonb not null,
  -- Of a difference from the champion's AUC by chance (DeLong); 1 for the champion itself.
  p_value double precision not null,
  parameters jsonb not null,
  -- Fingerprint by relation that it learned from and was judged on.
  data jsonb not null,
  recorded_at timestamptz not null default now(),
  primary key (shop, target, cycle, model)
);
create unique index one_champion_a_cycle on models (shop, target, cycle) where role = 'champion';
