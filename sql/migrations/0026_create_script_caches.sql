-- Runs of the script share a folder, which each runner keeps on its own host.
alter table scripts add column cache boolean not null default false;

-- Of scripts that have or had one.
create table script_caches (
    script_id uuid primary key references scripts on delete cascade,
    generation int not null default 0,           -- what a host has kept of another one counts for nothing
    bytes bigint check (bytes >= 0),             -- of the last that was kept; null: none since it was cleared
    kept_at timestamptz
);
