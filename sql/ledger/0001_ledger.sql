-- What must be right row by row under concurrency. The same on PGlite and on Postgres 15 and later.

-- One opened dispatch of one approved plan.
create table campaigns (
  campaign text primary key,
  shop text not null,
  cycle text not null,
  hash text not null,
  opened_at timestamptz not null
);

create table sends (
  key text primary key,
  shop text not null,
  cycle text not null,
  campaign text not null,
  customer_id text not null,
  address text not null,
  address_normalised text not null generated always as (lower(btrim(address))) stored,
  -- True for a further customer of an address that already has its mail in this campaign; such a send stays suppressed.
  shares_address boolean not null default false,
  locale text not null,
  arm text not null,
  segment text not null,
  offer text not null,
  page integer not null check (page >= 0),
  variables jsonb not null,
  message_id text not null,
  state text not null check (state in (
    'planned', 'claimed', 'handed_over', 'delivered', 'soft_bounced', 'hard_bounced',
    'complained', 'failed', 'suppressed', 'cancelled', 'in_doubt'
  )),
  reason text,
  claimed_by text,
  claimed_at timestamptz,
  attempts integer not null default 0,
  relay_code integer,
  relay_text text,
  planned_at timestamptz not null,
  updated_at timestamptz not null,
  constraint one_send_a_customer unique (campaign, customer_id),
  constraint shared_address_is_suppressed check (not shares_address or state = 'suppressed')
) with (fillfactor = 80);

-- One mail an address, not a customer.
create unique index one_send_an_address on sends (campaign, address_normalised) where not shares_address;
create index sends_by_page on sends (campaign, page);

-- The one statement of which moves exist. A send that may have left the house only comes back to planned from in_doubt or claimed, by proof.
create function send_may_move(old_state text, new_state text) returns boolean language sql immutable as $$
  select case old_state
    when 'planned' then new_state in ('claimed', 'suppressed', 'cancelled')
    when 'claimed' then new_state in ('handed_over', 'delivered', 'soft_bounced', 'hard_bounced', 'failed', 'in_doubt', 'planned')
    when 'handed_over' then new_state in ('delivered', 'soft_bounced', 'hard_bounced', 'complained')
    when 'delivered' then new_state in ('hard_bounced', 'complained')
    when 'soft_bounced' then new_state in ('planned', 'delivered', 'hard_bounced')
    when 'failed' then new_state in ('planned')
    when 'in_doubt' then new_state in ('planned', 'handed_over', 'delivered', 'soft_bounced', 'hard_bounced', 'complained')
    else false
  end
$$;

create function refuse_send_move() returns trigger language plpgsql as $$
begin
  raise exception 'send % cannot go from % to %', new.key, case tg_op when 'INSERT' then 'nothing' else old.state end, new.state
    using errcode = 'CL001',
      detail = json_build_object('send', new.key, 'from', case tg_op when 'INSERT' then 'nothing' else old.state end, 'to', new.state)::text;
end
$$;

create trigger sends_begin before insert on sends
  for each row when (new.state not in ('planned', 'suppressed')) execute function refuse_send_move();

create trigger sends_move before update of state on sends
  for each row when (old.state is distinct from new.state and not send_may_move(old.state, new.state)) execute function refuse_send_move();

-- The hash outlives the address where the address must be erased. Shop '*' holds for every shop.
create table suppressions (
  shop text not null,
  address_hash text not null,
  address text,
  reason text not null,
  source text not null,
  suppressed_at timestamptz not null,
  primary key (shop, address_hash)
);

-- Append only: the latest line of a customer and purpose is in force.
create table consents (
  id bigint generated always as identity primary key,
  shop text not null,
  customer_id text not null,
  purpose text not null,
  state text not null check (state in ('granted', 'denied', 'revoked')),
  at timestamptz not null,
  source text not null,
  unique (shop, customer_id, purpose, at, state)
);
create index consents_in_force on consents (shop, customer_id, purpose, at desc, id desc);

create function address_hash_of(address text) returns text language sql immutable as $$
  select encode(sha256(convert_to(lower(btrim(address)), 'UTF8')), 'hex')
$$;

-- Why this customer must not be written to at this moment; null when nothing stands in the way.
create function send_obstacle(of_shop text, of_customer text, of_address text) returns text language sql stable as $$
  select coalesce(
    (select 'address suppressed: ' || reason from suppressions where shop in (of_shop, '*') and address_hash = address_hash_of(of_address) order by shop limit 1),
    (
      select 'consent ' || latest.state
      from (select state from consents where shop = of_shop and customer_id = of_customer and purpose = 'marketing' order by at desc, id desc limit 1) as latest
      where latest.state <> 'granted'
    )
  )
$$;

create table coupons (
  code text primary key,
  send_key text not null unique references sends (key),
  campaign text not null,
  customer_id text not null,
  offer text not null,
  kind text not null,
  value double precision not null,
  issued_at timestamptz not null,
  redeemed_at timestamptz,
  order_id text,
  check ((redeemed_at is null) = (order_id is null))
);
create index coupons_by_campaign on coupons (campaign);

create table touches (
  id bigint generated always as identity primary key,
  send_key text not null references sends (key),
  kind text not null check (kind in ('open', 'click', 'unsubscribe', 'redeem', 'complaint')),
  at timestamptz not null,
  bot boolean not null,
  detail text not null default '',
  -- A repeated report of the same touch is the same touch.
  unique (send_key, kind, at, detail)
);

create table decisions (
  id text primary key,
  shop text not null,
  cycle text not null,
  kind text not null,
  subject text not null,
  value jsonb not null,
  words text not null,
  evidence jsonb not null,
  rule text not null,
  actor text not null,
  made_at timestamptz not null,
  undone_at timestamptz,
  undoes text references decisions (id)
);
create index decisions_by_shop on decisions (shop, kind, subject, cycle);

create table approvals (
  id bigint generated always as identity primary key,
  campaign text not null,
  hash text not null,
  decision text not null check (decision in ('approved', 'rejected', 'timed_out')),
  by text not null,
  comment text not null,
  at timestamptz not null
);
create index approvals_by_plan on approvals (campaign, hash, id);

create table models (
  id text primary key,
  shop text not null,
  cycle text not null,
  task text not null,
  role text not null check (role in ('champion', 'challenger', 'retired')),
  algorithm text not null,
  parameters jsonb not null,
  metrics jsonb not null,
  data_fingerprints jsonb not null,
  uri text,
  made_at timestamptz not null
);
create unique index one_champion_a_task on models (shop, task) where role = 'champion';

create table privacy_budget (
  id bigint generated always as identity primary key,
  shop text not null,
  release text not null,
  epsilon double precision not null check (epsilon > 0),
  delta double precision not null default 0 check (delta >= 0 and delta < 1),
  mechanism text not null,
  spent_at timestamptz not null,
  unique (shop, release)
);
