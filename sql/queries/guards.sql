-- The guards: the first statement of a request's pipeline. Each raises CA401, CA403, CA404 or CA409 when the caller may
-- not, which aborts everything after it (sql/migrations/0007_prove_callers.sql).

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
