-- Statements on the audit log. Actions write their own rows in their own statement; this one is for refusals, whose
-- transaction is gone, and for log-ins, which have no caller yet.

-- name: audit_add :exec
-- actor, action, outcome, object kind, object id, request id, address, detail
insert into audit_log (actor_id, action, outcome, object_kind, object_id, request_id, address, detail)
values ($1::uuid, $2, $3, $4, $5, $6::uuid, $7::inet, $8::jsonb)
