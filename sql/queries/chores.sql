-- The chores of the runner, see cron/chores.

-- name: runner_lead :one
-- Whether this connection leads all runners of the database, so that its process does the chores of all: the lock is
-- the session's, so it is free again when its holder is gone, however that came.
select case when pg_try_advisory_lock(4242, 1) then 't' else 'f' end

-- name: runner_serves :one
-- This connection is a dispatcher's. Many may hold the lock at once, and doctor sees by it who they are.
select pg_advisory_lock_shared(4242, 3)

-- name: chores_wait :one
-- milliseconds: so long does this connection wait for a lock. What a clean-up does not get now it gets the next time.
select set_config('lock_timeout', $1, false)

-- name: chores_due :many
-- names, periods in seconds, host or '': which of them are due: those that were never done, those that somebody began
-- and did not end, and those whose last time is a period ago or, after a jump of the clock, still to come. What failed is
-- tried again after a minute. Storage without a change is counted each minute only. Those of each second (period 1) are
-- due when there is something for them to do: one question instead of one for each keeps an idle studio cheap.
-- name, the server's time in milliseconds
select wanted.name, (extract(epoch from clock_timestamp()) * 1000)::bigint
from unnest($1::text[], $2::int[]) as wanted (name, period)
left join chores c on c.name = wanted.name and c.host = $3
where case
    when period = 1 then case wanted.name
        when 'reap_leases' then exists (select from runs where state = 'running' and lease_until < now())
        when 'send_heartbeats' then exists (select from rooms where last_event_at > now() - interval '2 minutes' and deleted_at is null)
        else true end
    else c.name is null or c.state = 'running' or c.begun_at > now()
         or c.begun_at <= now() - make_interval(secs => case c.state when 'failed' then least(wanted.period, 60) else wanted.period end)
            and (wanted.name <> 'count_storage' or c.begun_at <= now() - interval '1 minute' or storage_has_changed())
    end

-- name: chore_begin :exec
-- name, host or '', period in seconds
insert into chores (name, host, period_seconds, state) values ($1, $2, $3, 'running')
on conflict (name, host) do update set period_seconds = excluded.period_seconds, state = 'running', begun_at = now()

-- name: chore_end :exec
-- name, host or '', period in seconds, why it failed or null, milliseconds of work, rows. Of a chore without a beginning,
-- one of each second, this is both.
insert into chores (name, host, period_seconds, state, failure, duration_ms, rows, failures)
values ($1, $2, $3, case when $4::text is null then 'done' else 'failed' end, $4, $5, $6, ($4::text is not null)::int)
on conflict (name, host) do update
set period_seconds = excluded.period_seconds, state = excluded.state, failure = excluded.failure,
    duration_ms = excluded.duration_ms, rows = excluded.rows, failures = chores.failures + excluded.failures,
    begun_at = case chores.state when 'running' then chores.begun_at else now() end

-- name: times_mend :one
-- most rows of each kind: brings back what lies in the future after a jump of the clock; how many rows that were
select mend_times($1::int)

-- name: functions_drop :one
-- Drops one schema of functions that nobody uses: 1, or 0 when there is none. Nothing while somebody migrates.
select case when pg_try_advisory_xact_lock(hashtextextended('coagent schema', 0))
            then cardinality(drop_functions(unused_functions(1))) else 0 end

-- name: script_blobs_sweep :one
-- most rows. Files beside scripts whose script was deleted: those that no script has go, the others are not looked at again.
-- Who stores the same bytes at this moment locks the row, and it is passed over.
with due as materialized (
    select b.digest, exists (select from script_files f where f.digest = b.digest) as is_used
    from script_blobs b where b.orphaned_at is not null order by b.orphaned_at limit $1::int for update skip locked
), gone as (
    delete from script_blobs b using due where b.digest = due.digest and not due.is_used returning 1
), kept as (
    update script_blobs b set orphaned_at = null from due where b.digest = due.digest and due.is_used returning 1
)
select (select count(*) from gone) + (select count(*) from kept)
