-- What the runner does now and then, and how each chore went last. Not every minute is written down: a chore that comes
-- each second leaves a row a minute.
create table chores (
    name text not null,
    host text not null default '',               -- of a chore that each host does for itself; '': one does it for all
    period_seconds int not null,
    state text not null check (state in ('running', 'done', 'failed')), -- of one that is due again, how it ended
    begun_at timestamptz not null default now(),
    duration_ms bigint not null default 0,       -- of its work, when it ended last
    rows bigint not null default 0,              -- that it removed or changed then
    failures bigint not null default 0,          -- ever
    failure text,                                -- why it failed last; null when it did not
    primary key (name, host)
);
delete from settings where key = 'runner.cleanup';
