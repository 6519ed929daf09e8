-- The history of the schema itself. It is run before every migration and stands in no history, so it may only add
-- what is not there. The lock keeps two hosts from creating it at once.
select pg_advisory_xact_lock(hashtextextended('coagent schema', 0));
create table if not exists schema_migrations (
    number int primary key,
    name text not null,
    checksum text not null,           -- SHA-256 of the file, in hex
    applied_at timestamptz not null default now()
);
-- The functions of each version of the program that was here, each in a schema of its own.
create table if not exists schema_functions (
    name text primary key,            -- of the schema: fn_ and the beginning of the SHA-256 of all functions
    version text not null,            -- of the program that brought them last
    applied_at timestamptz not null default now() -- when it did
);
