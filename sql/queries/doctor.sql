-- The queries of coagentctl doctor and status.

-- name: doctor_role :one
-- role, whether it may do everything, whether it owns the schema's tables, version of PostgreSQL, the same as a number
select current_user, r.rolsuper,
       exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
               where n.nspname = 'public' and c.relkind = 'r' and pg_has_role(c.relowner, 'usage')),
       current_setting('server_version'), current_setting('server_version_num')
from pg_roles r where r.rolname = current_user

-- name: doctor_grants :many
-- APPEND_ONLY_CHOICES, which are not asked for here: without its rights the role does not see the functions.
-- SQL that brings the role's rights to where sql/grants.sql has put them, for each table where they are not: it reads
-- and writes everything, but only adds to the logs and to the versions of scripts, leaves the history of the schema
-- alone, truncates nothing, and makes no temporary tables. And for each function that runs with its owner's rights and
-- would look for names where others can put some.
with wanted (privilege, excepted) as (
    values ('select', '{}'::text[]), ('insert', '{schema_migrations,schema_functions,run_kinds}'),
           ('update', '{schema_migrations,schema_functions,run_kinds}' || string_to_array($1, '|')),
           ('delete', '{schema_migrations,schema_functions,run_kinds}' || string_to_array($1, '|')), ('truncate', null)
), rights as (
    select c.oid, c.relname, w.privilege, coalesce(c.relname <> all (w.excepted), false) as wanted
    from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join wanted w
    where n.nspname = 'public' and c.relkind in ('r', 'p')
)
select case when wanted then 'grant ' else 'revoke ' end || string_agg(privilege, ', ') || ' on ' || quote_ident(relname)
       || case when wanted then ' to ' else ' from ' end || quote_ident(current_user)
from rights
where has_table_privilege(oid, privilege) <> wanted
group by relname, wanted
union all
select format('revoke temporary on database %I from public, %I', current_database(), current_user)
where has_database_privilege(current_database(), 'temporary') and to_regclass('public.schema_functions') is not null
union all
select format('alter function %s set search_path = public, pg_temp', p.oid::regprocedure)
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where p.prosecdef and (n.nspname = 'public' or n.nspname like 'fn\_%')
      and not coalesce(p.proconfig @> array['search_path=public, pg_temp'], false)
order by 1

-- name: doctor_connections :one
-- how many connections there may be, without those that are kept for superusers
select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int

-- name: doctor_clock :one
-- the server's time in milliseconds
select (extract(epoch from clock_timestamp()) * 1000)::bigint

-- name: doctor_administrator :one
-- whether somebody can administer the studio
select case count(*) when 0 then 'f' else 't' end
from (select from users where role = 'admin' and disabled_at is null limit (select 1)) one

-- name: doctor_runner :one
-- Milliseconds since a dispatcher at work asked something, and seconds since a chore began; each null when none ever did.
-- A dispatcher asks something every few seconds, so its connection is its heartbeat. After a jump of the clock they may lie
-- in the future, which is no time ago.
select (select case when count(*) > 0 then greatest(0, extract(epoch from clock_timestamp() - max(a.state_change)) * 1000)::bigint end
        from pg_locks l join pg_stat_activity a on a.pid = l.pid
        where l.locktype = 'advisory' and l.classid = 4242 and l.objid = 3 and l.granted
          and l.database = (select oid from pg_database where datname = current_database())),
       (select case when count(*) > 0 then greatest(0, extract(epoch from now() - max(begun_at)))::bigint end from chores)

-- name: doctor_chores :many
-- Problems first: name, seconds since it began last, period in seconds, whether it is late, why it failed
-- last or null
select name, greatest(extract(epoch from now() - begun_at), 0)::bigint, period_seconds, late, failure
from (select *, begun_at < now() - make_interval(secs => 3 * period_seconds + 300) as late
      from chores where chore_counts(chores)) judged
order by late desc, failure is null, name

-- name: status_summary :one
-- The state of a studio. Counts at most 1000 rows of growing tables; a larger count means "1000 or more".
select json_build_object(
    'server', current_setting('server_version'),
    'runs', (select json_build_object('queued', count(*) filter (where state = 'queued'),
                                      'running', count(*) filter (where state = 'running'),
                                      'waiting', count(*) filter (where state = 'waiting'),
                                      'oldest_due_seconds', coalesce(extract(epoch from now() - min(due_at) filter (
                                          where state = 'queued' and due_at <= now()))::bigint, 0))
             from (select state, due_at from runs where state in ('queued', 'running', 'waiting')
                   limit (select 1000)) live),
    'sessions', (select count(*) from (select from sessions where expires_at > now() and revoked_at is null
                                       order by expires_at limit (select 1000)) live),
    'users', (select count(*) from (select from users order by id limit (select 1000)) few),
    'rooms', (select count(*) from (select from rooms where deleted_at is null limit (select 1000)) few),
    'agents', (select count(*) from (select from agents limit (select 1000)) few),
    'connections', (select count(*) from pg_stat_activity where datname = current_database()))
