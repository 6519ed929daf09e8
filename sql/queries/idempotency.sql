-- Stored answers of requests that carry an Idempotency-Key, for 24 hours.

-- name: idempotency_claim :one
-- key, fingerprint. Waits for a transaction that holds the same key. A row without a status is a fresh claim; one with
-- a status is the answer that was stored.
insert into idempotency_keys as k (user_id, key, fingerprint)
values (caller_id(), $1, $2)
on conflict (user_id, key) do update set
    fingerprint = case when k.expires_at < now() then excluded.fingerprint else k.fingerprint end,
    status = case when k.expires_at < now() then null else k.status end,
    location = case when k.expires_at < now() then null else k.location end,
    answer = case when k.expires_at < now() then null else k.answer end,
    expires_at = case when k.expires_at < now() then excluded.expires_at else k.expires_at end
returning fingerprint, status, location, answer

-- name: idempotency_store :exec
-- key, status, location or null, answer, user
update idempotency_keys set status = $2::int, location = $3, answer = $4
where user_id = $5::uuid and key = $1
