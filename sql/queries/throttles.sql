-- Brakes on guessing passwords. Six attempts on an account, thirty failures from an address are free; each further one
-- blocks for 5, 10, 20 … seconds, at most 15 minutes. One is forgiven every 15 minutes (account) or minute (address:
-- an office shares one). Attempts while blocked are refused without a look at the password, and do not count.

-- name: throttle_check_address :exec
-- address. Refused while it is blocked
select raise_outcome('CA429', 'Too many attempts from your address. Try again in ' || seconds || ' seconds.', '', seconds)
from (select ceil(extract(epoch from blocked_until - clock_timestamp()))::int as seconds
      from login_throttles where subject = throttle_subject(nullif($1, '')::inet)) as throttle
where seconds > 0

-- name: throttle_take_account :exec
-- e-mail, or null for the caller's. An attempt counts before the password is looked at, so that attempts in parallel
-- gain nothing; a right password clears the count. Refused while the account is blocked
with account as materialized (
    select 'a:' || lower(coalesce($1, (select email::text from users where id = caller_id()))) as subject
), taken as (
    insert into login_throttles as old (subject, failures) select subject, 1 from account
    on conflict (subject) do update set
        failures = greatest(0, old.failures - extract(epoch from now() - old.last_failure_at) / 900)::real + 1,
        blocked_until = case when old.failures - extract(epoch from now() - old.last_failure_at) / 900 > 4.5
            then clock_timestamp() + least(900, 5 * 2 ^ least(20,
                 old.failures - extract(epoch from now() - old.last_failure_at) / 900 - 5)) * interval '1 second' end,
        last_failure_at = now()
    where old.blocked_until is null or old.blocked_until <= clock_timestamp()
    returning subject
)
select raise_outcome('CA429', 'Too many attempts for this account. Try again in ' || seconds || ' seconds.', '', seconds)
from (select greatest(1, max(ceil(extract(epoch from blocked_until - clock_timestamp()))))::int as seconds
      from login_throttles where subject = (select subject from account)) as throttle
where not exists (select from taken)

-- name: throttle_clear_account :exec
-- The caller's
delete from login_throttles where subject = (select 'a:' || lower(email::text) from users where id = caller_id())

-- name: throttle_count_address :exec
-- address. Only failures count here: people who share an address must not wait for each other's success
insert into login_throttles as old (subject, failures)
select throttle_subject(nullif($1, '')::inet), 1 where nullif($1, '') is not null
on conflict (subject) do update set
    failures = greatest(0, old.failures - extract(epoch from now() - old.last_failure_at) / 60)::real + 1,
    blocked_until = case when old.failures - extract(epoch from now() - old.last_failure_at) / 60 > 28.5
        then clock_timestamp() + least(900, 5 * 2 ^ least(20,
             old.failures - extract(epoch from now() - old.last_failure_at) / 60 - 29)) * interval '1 second' end,
    last_failure_at = now()

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
