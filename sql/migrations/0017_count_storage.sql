-- What the runs of each user have stored, in output and files, and how much they may store.

-- Of a run that is over: what is stored of it now. Null: it has not ended, or nobody has counted it.
alter table runs add column stored_bytes bigint constraint runs_stored_bytes_check check (stored_bytes >= 0);
-- What the runs of one user have stored is read from this index alone.
create index runs_stored on runs (asked_by) include (stored_bytes) where stored_bytes > 0;
-- Those that ended before there was a count, or that a program of the previous version ended.
create index runs_uncounted on runs (id) where stored_bytes is null and finished_at is not null;

-- The sum for each who asked for runs. Only the chore count_storage changes it.
create table storage_counts (
    principal_id uuid primary key references principals on delete cascade,
    bytes bigint not null default 0,
    counted_at timestamptz not null default now() -- when it was last compared with the runs
);
create index storage_counts_age on storage_counts (counted_at);

-- What came and went since: the chore adds it to the sum. Rows are only added here, so that nobody who ends or removes a run
-- waits for another.
create table storage_changes (
    id bigint generated always as identity primary key,
    principal_id uuid not null references principals on delete cascade,
    bytes bigint not null
);
create index storage_changes_principal on storage_changes (principal_id);

-- How much a user may store, in MB; null: as much as the setting says, 0: without a limit.
alter table users add column storage_mb int constraint users_storage_mb_check check (storage_mb between 0 and 1000000000);
