-- How satisfied the recipient of a letter is: one answer a letter, the last one counts.
create table survey_answers (
  send_key text primary key references sends (key) on delete cascade,
  score smallint not null check (score between 1 and 5),
  -- In the recipient's own words: it stays in the ledger and never enters the lake.
  comment text not null default '' check (length(comment) <= 2000),
  answered_at timestamptz not null
);
