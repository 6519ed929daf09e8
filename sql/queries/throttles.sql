-- Brakes on guessing passwords, see sql/functions/throttles.sql.

-- name: throttle_check_address :exec
-- address. Refused while it is blocked
select throttle_check_address(nullif($1, '')::inet)

-- name: throttle_count_address :exec
-- address
select throttle_count_address(nullif($1, '')::inet)

-- name: throttle_take_log_in :exec
-- e-mail, address, hash of the device's cookie or ''. Refused while what the attempt counts on is blocked
select throttle_take_log_in($1, nullif($2, '')::inet, $3)

-- name: throttle_clear_log_in :exec
-- e-mail, address, the proved device or ''. The password was right
select throttle_clear_log_in($1, nullif($2, '')::inet, $3)

-- name: throttle_take_own :exec
-- the session or '', hash of the API token or ''. Before the caller's own password is looked at
select throttle_take_own($1::text || $2)

-- name: throttle_clear_own :exec
-- the same. The password was right
delete from login_throttles where subject = 's:' || $1::text || $2

-- name: throttle_take_registration :exec
-- address. An account that is made counts: five at once, then one in ten minutes. Refused beyond
with taken as (
    insert into login_throttles as old (subject, failures)
    values ('n:' || coalesce(throttle_subject(nullif($1, '')::inet), ''), 1)
    on conflict (subject) do update set
        failures = greatest(0, old.failures - extract(epoch from now() - old.last_failure_at) / 600)::real + 1,
        last_failure_at = now()
    where old.failures - extract(epoch from now() - old.last_failure_at) / 600 < 4.5
    returning subject
)
select raise_outcome('CA429', 'Too many accounts were created from your address. Try again in a few minutes.', '', 600)
where not exists (select from taken)
