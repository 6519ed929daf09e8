-- The same volumes as the peer's: 1,000 users with a session each, 2,000 rooms, everybody in the first 20 of them, which
-- have 1,000 messages each. psql variable "hash": the bcrypt hash of everybody's password.
set session_replication_role = replica; -- the numbers keep the foreign keys by themselves

create function bench_id(kind text, n bigint) returns uuid language sql immutable as $$
    select (left(md5, 8) || '-' || substr(md5, 9, 4) || '-7' || substr(md5, 14, 3) || '-8' || substr(md5, 18, 3) || '-'
            || substr(md5, 21, 12))::uuid
    from (select md5(kind || n) as md5) as one
$$;

insert into principals (id, kind, handle, name)
select bench_id('user', n), 'user', 'bench-' || n, 'User ' || n from generate_series(1, 1000) n;
insert into users (id, email, password_hash)
select bench_id('user', n), 'user' || n || '@example.org', :'hash' from generate_series(1, 1000) n;
insert into sessions (id, user_id, family_hash, refresh_hash, expires_at)
select bench_id('session', n), bench_id('user', n), md5('family' || n), md5('refresh' || n), now() + interval '7 days'
from generate_series(1, 1000) n;
insert into rooms (id, name, topic, created_by, last_seq, last_number)
select bench_id('room', n), 'Room ' || n, 'Topic of room ' || n, bench_id('user', 1),
       case when n <= 20 then 1000 else 0 end, case when n <= 20 then 1000 else 0 end
from generate_series(1, 2000) n;
insert into room_members (room_id, principal_id, role, read_seq, read_number)
select bench_id('room', r), bench_id('user', u), case when u = 1 then 'owner' else 'member' end, 990, 990
from generate_series(1, 1000) u, generate_series(1, 20) r;
insert into room_events (room_id, seq, number, kind, principal_id, body)
select bench_id('room', r), s, s, 'message', bench_id('user', 1 + s % 1000),
       jsonb_build_object('text', 'message ' || s || ' ' || repeat('lorem ipsum ', 8), 'mentions', '[]'::jsonb)
from generate_series(1, 20) r, generate_series(1, 1000) s;

set session_replication_role = origin;
vacuum analyze;
