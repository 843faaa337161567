-- Payments that people are asked to look at, and what they said: a verdict is a label that later models learn from.
create table risk_alerts (
  shop text not null,
  payment_id text not null,
  order_id text not null,
  customer_id text,
  -- Of the cycle that scored it last.
  cycle text not null,
  score double precision not null,
  amount numeric(18, 4) not null,
  -- In words, the strongest first.
  reasons jsonb not null,
  paid_at timestamptz,
  opened_at timestamptz not null,
  verdict text check (verdict in ('fraud', 'genuine')),
  decided_by text,
  decided_at timestamptz,
  comment text not null default '',
  primary key (shop, payment_id),
  check ((verdict is null) = (decided_at is null) and (verdict is null) = (decided_by is null))
);
create index risk_alerts_open on risk_alerts (shop, score desc) where verdict is null;
create index risk_alerts_by_customer on risk_alerts (shop, customer_id);
