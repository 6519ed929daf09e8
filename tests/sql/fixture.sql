-- A studio after some years: enough rows that a plan which reads a whole growing table shows. Loaded by the superuser
-- with the checks of foreign keys off, which the numbers keep by themselves. u0 is an administrator and everywhere.
set session_replication_role = replica;
set work_mem = '64MB';

create function fixture_id(kind text, n bigint) returns uuid language sql immutable as $$
    select (left(md5, 8) || '-' || substr(md5, 9, 4) || '-7' || substr(md5, 14, 3) || '-8' || substr(md5, 18, 3) || '-'
            || substr(md5, 21, 12))::uuid
    from (select md5(kind || n) as md5) as one
$$;

-- 20,000 users, 200 agents
insert into principals (id, kind, handle, name)
select fixture_id('user', n), 'user', 'u' || n, 'User ' || n from generate_series(0, 19999) n
union all
select fixture_id('agent', n), 'agent', 'a' || n, 'Agent ' || n from generate_series(0, 199) n;
insert into users (id, email, password_hash, role)
select fixture_id('user', n), 'u' || n || '@example.com', '$2b$04$x', case when n < 5 then 'admin' else 'user' end
from generate_series(0, 19999) n;
insert into sessions (id, user_id, family_hash, refresh_hash, expires_at, revoked_at, revoked_reason)
select fixture_id('session', n), fixture_id('user', n % 20000), md5('family' || n), md5('refresh' || n),
       now() + ((n + 500) % 2000 - 20) * interval '10 minutes', case when n % 7 = 6 then now() end,
       case when n % 7 = 6 then 'logout' end
from generate_series(0, 59999) n;
insert into api_tokens (id, user_id, name, token_hash, scopes, expires_at)
select fixture_id('token', n), fixture_id('user', n % 20000), 'token ' || n, md5('token' || n), '{read,write,admin}',
       case when n % 2 = 0 then now() + (n % 2000 - 5) * interval '1 hour' end
from generate_series(0, 29999) n;
insert into login_throttles (subject, failures, last_failure_at)
select 'a:u' || n || '@example.com', 1, now() - n * interval '3 seconds' from generate_series(1, 30000) n;
insert into idempotency_keys (user_id, key, fingerprint, expires_at)
select fixture_id('user', n % 20000), 'key ' || n, md5('request' || n), now() + (n % 1440 - 5) * interval '1 minute'
from generate_series(0, 59999) n;

-- 2,000 rooms with 20 members and one agent each, besides u0
insert into providers (id, name, kind, base_url)
select fixture_id('provider', n), 'Provider ' || n, 'openai', 'http://127.0.0.1/v1' from generate_series(0, 10) n;
insert into agents (id, provider_id, owner_id)
select fixture_id('agent', n), fixture_id('provider', n % 10), fixture_id('user', n % 5) from generate_series(0, 199) n;
insert into rooms (id, name, visibility, last_seq, last_number, last_event_at, created_by, deleted_at)
select fixture_id('room', n), 'Room ' || n, case when n % 4 = 0 then 'public' else 'private' end, 100, 60,
       now() - (n % 100000) * interval '1 minute', fixture_id('user', 0),
       case when n >= 1995 then now() - interval '1 hour' end
from generate_series(0, 1999) n;
insert into room_members (room_id, principal_id, role)
select fixture_id('room', n), fixture_id('user', 1 + (n * 20 + m) % 19999), case when m = 0 then 'owner' else 'member' end
from generate_series(0, 1999) n, generate_series(0, 19) m
union all
select fixture_id('room', n), fixture_id('agent', n % 200), 'member' from generate_series(0, 1999) n
union all
select fixture_id('room', n), fixture_id('user', 0), 'owner' from generate_series(0, 1999) n where n % 10 < 9;

-- 2,000 x 100 events and one room with 20,000 more; edits and deletions among them
insert into room_events (room_id, seq, number, kind, principal_id, run_id, reply_to, target, body)
select fixture_id('room', n), s, ceil(s * 0.6),
       case when s % 10 = 9 then 'edit' when s % 50 = 1 then 'delete' when s % 5 = 4 then 'result' else 'message' end,
       case when s % 5 = 4 then fixture_id('agent', n % 200) else fixture_id('user', 1 + (n * 20 + s % 20) % 19999) end,
       case when s % 5 = 4 then fixture_id('run', n * 50 + s / 2) end,
       case when s % 5 = 4 and s % 10 <> 9 then s - 1 end, case when s % 10 = 9 or s % 50 = 1 then greatest(s - 3, 1) end,
       jsonb_build_object('text', repeat('words and more words ', 1 + s::int % 20), 'mentions', '[]'::jsonb)
from (select n, s from generate_series(0, 1999) n, generate_series(1, 100) s
      union all select 1, s from generate_series(101, 20100) s) as places;
update rooms set last_seq = 20100, last_number = 12060 where id = fixture_id('room', 1);

-- 100,000 runs, their output; 20 wait and 20 are running
insert into runs (id, kind, state, asked_by, agent_id, room_id, trigger_seq, retriable, inputs_plain, host, queued_at,
                  finished_at, stored_bytes)
select fixture_id('run', n), 'agent',
       case when n < 20 then 'queued' when n % 9 = 0 then 'failed' else 'succeeded' end,
       fixture_id('user', 1 + n % 19999), fixture_id('agent', n / 50 % 200), fixture_id('room', n / 50), 1, n % 2 = 0, false,
       case when n >= 20 then 'host' end, now() - n * interval '1 minute', case when n >= 20 then now() end,
       case when n >= 20 then 0 end
from generate_series(0, 99999) n;
insert into runs (id, kind, state, asked_by, agent_id, room_id, trigger_seq, inputs_plain, host, lease_until, started_at)
select fixture_id('live', n), 'agent', 'running', fixture_id('user', n), fixture_id('agent', n % 200),
       fixture_id('room', n), 1, false, 'host', now() + (n - 100) * interval '1 second', now()
from generate_series(100, 119) n;
insert into run_output (run_id, position, stream, bytes)
select fixture_id('run', n), p * 40, 'text', convert_to(repeat('an answer ', 4), 'UTF8')
from generate_series(0, 99999) n, generate_series(0, 1) p
union all
select fixture_id('live', n), p * 40, 'text', convert_to(repeat('an answer ', 4), 'UTF8')
from generate_series(100, 119) n, generate_series(0, 4) p;

-- 300 scripts with three versions each and a mapping for every tenth; 30,000 runs of one
insert into mappings (id, name, visibility, owner_id)
select fixture_id('mapping', n), 'Mapping ' || n, case when n % 2 = 0 then 'team' else 'private' end, fixture_id('user', n % 50)
from generate_series(0, 29) n;
insert into mapping_entries (mapping_id, key, value, sealed)
select fixture_id('mapping', n), 'KEY_' || e, case when e % 2 = 0 then 'plain' end, case when e % 2 = 1 then 's1.x' end
from generate_series(0, 29) n, generate_series(0, 9) e;
insert into scripts (id, name, kind, visibility, owner_id, latest, mapping_id)
select fixture_id('script', n), 'Script ' || n, 'sh', case when n % 3 = 0 then 'private' else 'team' end,
       fixture_id('user', n % 50), 3, case when n % 10 = 0 then fixture_id('mapping', n / 10) end
from generate_series(0, 299) n;
insert into script_versions (script_id, number, code, author_id)
select fixture_id('script', n), v, 'echo ' || v, fixture_id('user', n % 50) from generate_series(0, 299) n, generate_series(1, 3) v;
-- 40 files of each script, of which each version changes two; some bytes are those of deleted scripts
insert into script_blobs (digest, bytes, orphaned_at)
select sha256(n::text::bytea), n::text::bytea, case when n % 50 = 0 then now() - interval '1 day' end from generate_series(0, 12000) n;
insert into script_files (script_id, path, since, until, digest, size, executable)
select fixture_id('script', n), 'roles/web/' || f || '.yml', v, case when v < 3 and f < 2 then v + 1 end,
       sha256((n * 40 + f)::text::bytea), octet_length((n * 40 + f)::text), f = 0
from generate_series(0, 299) n, generate_series(0, 39) f, generate_series(1, 3) v where v = 1 or f < 2;
insert into networks (id, name, destinations)
select fixture_id('network', n), 'network ' || n, array['10.' || n % 256 || '.0.0/16 tcp 22'] from generate_series(0, 1999) n;
insert into network_people (network_id, user_id)
select fixture_id('network', n), fixture_id('user', n * 7 + p) from generate_series(0, 1999) n, generate_series(0, 2) p;
insert into script_networks (script_id, network_id)
select fixture_id('script', n), fixture_id('network', n * 6 + m) from generate_series(0, 299) n, generate_series(0, 5) m;
insert into runs (id, kind, state, asked_by, script_id, script_version, inputs_plain, queued_at, finished_at, stored_bytes)
select fixture_id('script run', n), 'script', case when n < 5 then 'queued' else 'succeeded' end, fixture_id('user', n % 100),
       fixture_id('script', 50), 3, n % 1000 = 0, now() - n * interval '1 minute', case when n >= 5 then now() end,
       case when n >= 5 then 80 end
from generate_series(0, 29999) n;

-- 200,000 actions
insert into audit_log (at, actor_id, action, object_kind, object_id, request_id, address)
select now() - (200000 - n) * interval '1 minute', fixture_id('user', n % 20000),
       (array['message.post', 'room.edit', 'auth.login', 'agent.start', 'user.change'])[1 + n % 5],
       (array['room', 'room', 'session', 'agent', 'user'])[1 + n % 5], fixture_id('room', n % 2000)::text,
       fixture_id('request', n), '192.0.2.1'
from generate_series(0, 199999) n;

set session_replication_role = origin;
vacuum analyze;
