-- The history of the schema itself. It is run before every migration and stands in no history, so it may only add
-- what is not there. The lock keeps two hosts from creating it at once.
select pg_advisory_xact_lock(hashtextextended('coagent schema', 0));
create table if not exists schema_migrations (
    number int primary key,
    name text not null,
    checksum text not null,           -- SHA-256 of the file, in hex
    applied_at timestamptz not null default now()
);
