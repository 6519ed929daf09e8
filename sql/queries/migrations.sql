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
