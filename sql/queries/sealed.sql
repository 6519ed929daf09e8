-- Everything that is sealed under SECRET_KEY, for its rotation: a pair of statements a column. The first reads a page: what
-- it is for people, id and key of the row, the sealed value. The second exchanges a value, unless it has changed since.

-- name: sealed_lock :one
-- One rotation at a time: the lock is the session's, so it is free again when its holder is gone, however that came.
select case when pg_try_advisory_lock(4242, 2) then 't' else 'f' end

-- name: sealed_providers :many
-- after which id, after which key, how many
select 'the key of the provider ' || name, id, '', key_sealed from providers
where key_sealed is not null and id > $1::uuid and $2::text is not null order by id limit $3::int

-- name: sealed_provider_exchange :exec
-- id, key, the value, the new value
update providers set key_sealed = $4 where id = $1::uuid and $2::text is not null and key_sealed = $3

-- name: sealed_mappings :many
select e.key || ' of the mapping ' || m.name, e.mapping_id, e.key, e.sealed
from mapping_entries e join mappings m on m.id = e.mapping_id
where e.sealed is not null and (e.mapping_id, e.key) > ($1::uuid, $2) order by e.mapping_id, e.key limit $3::int

-- name: sealed_mapping_exchange :exec
update mapping_entries set sealed = $4 where mapping_id = $1::uuid and key = $2 and sealed = $3

-- name: sealed_states :many
select 'the state of the script ' || s.name, t.script_id, '', t.sealed
from script_states t join scripts s on s.id = t.script_id
where t.script_id > $1::uuid and $2::text is not null order by t.script_id limit $3::int

-- name: sealed_state_exchange :exec
update script_states set sealed = $4 where script_id = $1::uuid and $2::text is not null and sealed = $3

-- name: sealed_inputs :many
select 'the passwords of the run ' || id, id, '', inputs_sealed from runs
where inputs_sealed is not null and id > $1::uuid and $2::text is not null order by id limit $3::int

-- name: sealed_inputs_exchange :exec
update runs set inputs_sealed = $4 where id = $1::uuid and $2::text is not null and inputs_sealed = $3

-- name: plain_inputs :many
-- how many: of runs that a program of an older version queued: id, inputs, what the script takes (null: no script). Locks
-- are taken in the order of ids.
select r.id, r.inputs, v.parameters
from runs r left join script_versions v on v.script_id = r.script_id and v.number = r.script_version
where r.inputs_plain order by r.id limit $1::int

-- name: plain_inputs_seal :exec
-- id, inputs without passwords, the passwords or null
update runs set inputs = $2::jsonb, inputs_sealed = $3, inputs_plain = false where id = $1::uuid and inputs_plain

-- name: sealed_rotated :exec
-- what was done, for the audit log
insert into audit_log (action, object_kind, detail) values ('settings.rotate_key', 'settings', $1::jsonb)
