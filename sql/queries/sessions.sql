-- Sessions: a log-in on one device, kept alive by refresh tokens that rotate.

-- name: session_start :one
-- family hash, refresh hash, days, agent, action for the audit log, the password hash that was verified, hash of the
-- device's cookie or '', hash of a new one or '' for a client without cookies
-- For the caller of request_context: the session, its user, whether the new cookie counts. No row when the account was
-- disabled or its password changed meanwhile
select session_id, user_id, document, is_fresh from session_start($1, $2, $3::int, $4, $5, $6, $7, $8)

-- name: session_refresh :one
-- family hash, hash of the presented token, hash of its successor, days, agent
-- What became of it (rotated, repeated, reused, ended), the session and its user. No row: no such family.
-- repeated: the token before the present one, within ten seconds: two tabs at once, or an answer that got lost. The
-- successor is derived from the token, so both get the same one and neither is logged out.
-- reused: an older one, so somebody has a copy: the session ends for whoever holds it
with session as materialized (
    select s.id, s.user_id, case
        when s.revoked_at is not null or s.expires_at <= now() or u.disabled_at is not null then 'ended'
        when s.refresh_hash = $2 then 'rotated'
        when s.previous_hash = $2 and s.rotated_at > now() - interval '10 seconds' then 'repeated'
        else 'reused' end as verdict
    from sessions s join users u on u.id = s.user_id
    where s.family_hash = $1
    for update of s
), rotated as (
    update sessions set previous_hash = refresh_hash, refresh_hash = $3, rotated_at = clock_timestamp(),
        last_seen_at = now(), expires_at = now() + make_interval(days => $4::int),
        address = coalesce(nullif(current_setting('coagent.address', true), '')::inet, address), agent = left($5, 300)
    where id = (select id from session where verdict = 'rotated')
), revoked as (
    update sessions set revoked_at = now(), revoked_reason = 'reuse'
    where id = (select id from session where verdict = 'reused')
), audited as (
    insert into audit_log (actor_id, action, outcome, object_kind, object_id, detail)
    select user_id, 'auth.refresh', case when verdict in ('rotated', 'repeated') then 'done' else 'refused' end,
           'session', id::text, jsonb_build_object('token', verdict)
    from session
    where verdict <> 'ended' or admit_anonymous_refusal(nullif(current_setting('coagent.address', true), '')::inet)
)
select session.verdict, session.id, session.user_id, user_json(u, p)::text
from session join users u on u.id = session.user_id join principals p on p.id = session.user_id

-- name: session_list :one
-- the caller's own session or null, limit, cursor. The caller's live sessions, the newest first
with page as (
    select id, row_number() over (order by id desc) as position, json_build_object('id', id,
        'current', coalesce(id = nullif($1, '')::uuid, false), 'address', host(address), 'agent', agent,
        'created_at', api_time(created_at), 'last_seen_at', api_time(last_seen_at),
        'expires_at', api_time(expires_at)) as document
    from sessions
    where user_id = caller_id() and revoked_at is null and expires_at > now()
      and id < coalesce(cursor_id($3), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    order by id desc limit $2::int + 1
)
select json_build_object(
    'items', coalesce(json_agg(document order by position) filter (where position <= $2::int), '[]'),
    'next', case when count(*) > $2::int then cursor_of((array_agg(id order by position))[$2::int]) end)::text
from page

-- name: session_revoke :many
-- session, why: user or logout
select * from session_revoke($1::uuid, $2)

-- name: log_ins_expire :many
-- most rows of each kind. Removes sessions and API tokens that have expired, and answers the channels whose sockets end
-- with them: call it again while there are any. A session's are its own; the sockets of a token are not told apart from
-- the others of its user, which come back
with sessions_gone as (
    delete from sessions where ctid = any (array(
        select ctid from sessions where expires_at < now() order by expires_at limit $1::int for update skip locked))
    returning id
), tokens_gone as (
    delete from api_tokens where ctid = any (array(
        select ctid from api_tokens where expires_at < now() order by expires_at limit $1::int for update skip locked))
    returning user_id
)
select 's_' || id as channel from sessions_gone
union all
select distinct 'u_' || user_id from tokens_gone

-- name: cleanup_expired :one
-- most rows of each kind. Removes what has expired, and answers how many rows that were: call it again while there are many
with keys_gone as (
    delete from idempotency_keys where ctid = any (array(
        select ctid from idempotency_keys where expires_at < now() order by expires_at limit $1::int for update skip locked))
    returning 1
), throttles_gone as (
    delete from login_throttles where ctid = any (array(
        select ctid from login_throttles where last_failure_at < now() - interval '1 day'
        order by last_failure_at limit $1::int for update skip locked))
    returning 1
), devices_gone as (
    delete from devices where ctid = any (array(
        select ctid from devices where expires_at < now() order by expires_at limit $1::int for update skip locked))
    returning 1
), chores_gone as ( -- that no program does any more, or whose host is gone
    delete from chores where begun_at < now() - interval '30 days'
       or (host <> '' and begun_at < now() - interval '2 days' - make_interval(secs => 3 * period_seconds))
    returning 1
)
select (select count(*) from keys_gone) + (select count(*) from throttles_gone) + (select count(*) from devices_gone)
     + (select count(*) from chores_gone)
