-- Mails to the marketers themselves, each at most once.
create table notices (
  -- Of shop, cycle, what it is about and whom it is for.
  key text primary key,
  shop text not null,
  cycle text not null,
  message_id text not null,
  -- claimed: SMTP may be spoken at this moment, or the process died in it.
  state text not null check (state in ('claimed', 'sent', 'refused', 'in_doubt')),
  claimed_at timestamptz not null
);

-- People who asked to be forgotten, as hashes only: their rows are left out of what later cycles read.
create table erasures (
  shop text not null,
  kind text not null check (kind in ('customer', 'address')),
  -- sha256 of the salt, a line end and the id or the normalised address, hex.
  hash text not null,
  erased_at timestamptz not null,
  primary key (shop, kind, hash)
);

-- One salt a ledger, so that hashes of one installation say nothing in another.
create table erasure_salt (
  one boolean primary key default true check (one),
  salt text not null default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
);
insert into erasure_salt default values;
