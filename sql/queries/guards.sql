-- The guards: the first statement of a request's pipeline. Each raises CA401, CA403, CA404 or CA409 when the caller may
-- not, which aborts everything after it (sql/functions/guards.sql).

-- name: guard_public :one
-- For routes that anybody may use: only names the request and the address, for the audit log.
select set_config('coagent.request', $1, true), set_config('coagent.address', $2, true)

-- name: guard_user :one
-- user, session or '', digest of the API token or '', scope, request id, address
select prove_caller($1::uuid, $2, $3, $4, $5, $6)

-- name: guard_permission :one
-- the same, permission
select prove_caller($1::uuid, $2, $3, $4, $5, $6), prove_permission($7)

-- name: guard_room :one
-- the same, room, role, whether the room must not be archived
select prove_caller($1::uuid, $2, $3, $4, $5, $6), prove_room($7::uuid, $8, $9::boolean)

-- name: guard_script :one
-- the same, script, what for: see, edit or run
select prove_caller($1::uuid, $2, $3, $4, $5, $6), prove_script($7::uuid, $8)

-- name: guard_mapping :one
-- the same, mapping, what for: see or edit
select prove_caller($1::uuid, $2, $3, $4, $5, $6), prove_mapping($7::uuid, $8)

-- name: guard_agent :one
-- the same, agent, what for: see or edit
select prove_caller($1::uuid, $2, $3, $4, $5, $6), prove_agent($7::uuid, $8)

-- name: guard_run :one
-- the same, run, what for: see or act
select prove_caller($1::uuid, $2, $3, $4, $5, $6), prove_run($7::uuid, $8)

-- name: guard_file :one
-- the same, file
select prove_caller($1::uuid, $2, $3, $4, $5, $6), prove_file($7::uuid)
