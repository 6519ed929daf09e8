-- The history of the schema (coagentctl migrate).

-- name: migrations_list :many
-- number, name, checksum, when it was applied
select number, name, checksum, to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
from schema_migrations order by number

-- name: migration_lock :exec
-- One host at a time, until the transaction ends.
select pg_advisory_xact_lock(hashtextextended('coagent schema', 0))

-- name: migration_record :many
-- number, name, checksum: no row comes back when another host was first
insert into schema_migrations (number, name, checksum) values ($1::int, $2, $3) on conflict do nothing returning number

-- name: functions_record :one
-- schema, version of the program: whether the schema is there
insert into schema_functions (name, version) values ($1, $2)
on conflict (name) do update set version = excluded.version, applied_at = now()
returning to_regnamespace(name) is not null

-- name: migrations_forget_before :many
-- The history of the last development version before the functions had schemas of their own; no row: it is another.
delete from schema_migrations where exists (select from schema_migrations where name = '0021_search_output') returning number

-- name: migrations_patience :exec
-- Milliseconds: waiting for a lock on a table keeps everybody waiting who comes after, so it may not take long.
select set_config('lock_timeout', $1, true)

-- name: migrations_blockers :many
-- Who holds a lock on a table of the program at this moment: process, role, program, since when (the last two as far as
-- the owner of the schema may see them), tables
select l.pid, a.usename, coalesce(nullif(a.application_name, ''), 'a program'),
       coalesce(to_char(now() - a.xact_start, 'HH24:MI:SS'), ''), string_agg(distinct c.relname, ', ' order by c.relname)
from pg_locks l
join pg_class c on c.oid = l.relation and c.relkind = 'r'
join pg_namespace n on n.oid = c.relnamespace and n.nspname !~ '^(pg_|information_schema)'
left join pg_stat_activity a on a.pid = l.pid
where l.granted and l.database = (select oid from pg_database where datname = current_database()) and l.pid <> pg_backend_pid()
group by l.pid, a.usename, a.application_name, a.xact_start order by a.xact_start nulls last, l.pid limit 5

-- name: functions_present :one
-- schema: whether it is there
select to_regnamespace($1) is not null
