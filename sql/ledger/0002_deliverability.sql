-- What sending a million letters, bounces and complaints need beyond 0001.

-- A send whose domain asked for patience is not claimed before this time.
alter table sends add column not_before timestamptz;
-- Whose matter the last refusal was: the recipient's, the relay's or ours.
alter table sends add column fault text check (fault in ('recipient', 'relay', 'ours'));
-- Which of several relays gave the last answer, host:port.
alter table sends add column relay text;

-- What each page has handed over by arm, counted when a page ends: the guardrail looks after every page, and a page of 250 costs what it costs at any size.
create table page_tallies (
  campaign text not null,
  page integer not null,
  arm text not null,
  handed_over integer not null,
  primary key (campaign, page, arm)
);

-- By time, so that a campaign does not look through those of all earlier ones.
create index touches_of_harm on touches (at) where kind in ('unsubscribe', 'complaint') and not bot;

-- Reports of receivers that came after the relay had taken a letter (RFC 3464, RFC 5965). Append only.
create table bounces (
  id bigint generated always as identity primary key,
  send_key text not null references sends (key),
  shop text not null,
  address_hash text not null,
  -- hard: no such mailbox; soft: the mailbox, now; block: the receiver's opinion of the sender.
  kind text not null check (kind in ('hard', 'soft', 'block')),
  -- Enhanced status code (RFC 3463), for example 5.1.1.
  status text not null,
  source text not null,
  at timestamptz not null,
  -- The same report twice is one.
  unique (send_key, kind, status)
);
create index bounces_by_address on bounces (shop, address_hash, at);

-- As in 0001, and a letter that the relay had taken may come back as a soft bounce.
create or replace function send_may_move(old_state text, new_state text) returns boolean language sql immutable as $$
  select case old_state
    when 'planned' then new_state in ('claimed', 'suppressed', 'cancelled')
    when 'claimed' then new_state in ('handed_over', 'delivered', 'soft_bounced', 'hard_bounced', 'failed', 'in_doubt', 'planned')
    when 'handed_over' then new_state in ('delivered', 'soft_bounced', 'hard_bounced', 'complained')
    when 'delivered' then new_state in ('soft_bounced', 'hard_bounced', 'complained')
    when 'soft_bounced' then new_state in ('planned', 'delivered', 'hard_bounced')
    when 'failed' then new_state in ('planned')
    when 'in_doubt' then new_state in ('planned', 'handed_over', 'delivered', 'soft_bounced', 'hard_bounced', 'complained')
    else false
  end
$$;
