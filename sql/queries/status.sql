-- The status of the site.

-- name: status_show :one
-- user or '', session or '', digest of the API token or '', CSRF token or null, whether registration is open.
-- Unlike a guard it never refuses: a caller whose session has ended is nobody.
select json_build_object(
    'status', 'ok',
    'authenticated', who.id is not null,
    'csrf_token', case when who.id is not null then $4::text end,
    'user', who.document,
    'registration_open', $5::boolean and not setup.needed,
    'setup_needed', setup.needed)
from (select not exists (select from users) as needed) setup
left join lateral (
    select u.id, user_json(u, p) as document
    from users u join principals p on p.id = u.id
    where u.id = nullif($1, '')::uuid and u.disabled_at is null
      and (exists (select from sessions s where s.id = nullif($2, '')::uuid and s.user_id = u.id
                                            and s.revoked_at is null and s.expires_at > now())
           or exists (select from api_tokens t where t.token_hash = $3 and t.user_id = u.id
                                                 and (t.expires_at is null or t.expires_at > now()))
           or (run_of_token($3, u.id)).id is not null)
) who on true

-- name: status_ping :one
select 1

-- name: status_write :one
select health_write()

-- name: metrics_list :many
-- name, label or '', its value, number. Only what an index of live rows answers. Of a chore that each host does, the host
-- where it is oldest and took longest.
select 'coagent_runs_live', 'state', state, count(*) from runs where state in ('queued', 'running', 'waiting') group by state
union all
select 'coagent_runs_oldest_queued_seconds', '', '',
       coalesce(extract(epoch from now() - min(due_at))::bigint, 0) from runs where state = 'queued' and due_at <= now()
union all
select 'coagent_database_connections', 'state', coalesce(state, 'other'), count(*)
from pg_stat_activity where datname = current_database() group by state
union all
select metric, 'chore', name, number
from (select name, min(begun_at) as begun_at, max(duration_ms) as duration_ms, sum(failures) as failures
      from chores where chore_counts(chores) group by name) of_all_hosts, lateral (values
    ('coagent_chore_last_run_seconds', greatest(extract(epoch from now() - begun_at), 0)),
    ('coagent_chore_duration_seconds', duration_ms / 1000.0),
    ('coagent_chore_failures_total', failures)) as of_it (metric, number)
