-- States and limits are CHECK constraints: what a fault in the program would write is refused by the database.
begin;
select plan(38);

insert into principals (id, kind, handle, name) values
    ('01890000-0000-7000-8000-000000000001', 'user', 'one', 'One'),
    ('01890000-0000-7000-8000-000000000002', 'user', 'two', 'Two'),
    ('01890000-0000-7000-8000-000000000003', 'agent', 'three', 'Three');
insert into users (id, email, password_hash) values ('01890000-0000-7000-8000-000000000001', 'one@example.com', 'x');
insert into agents (id, owner_id) values ('01890000-0000-7000-8000-000000000003', '01890000-0000-7000-8000-000000000001');
insert into rooms (id, name, created_by)
values ('01890000-0000-7000-8000-0000000000aa', 'Room', '01890000-0000-7000-8000-000000000001');

create function refused(statement text, code text, what text) returns text language sql as
    $$ select throws_ok(statement, code::char(5), null, what) $$;

-- principals and users
select refused($$insert into principals (kind, handle, name) values ('robot', 'r', 'R')$$, '23514', 'a principal is a user or an agent');
select refused($$insert into principals (kind, handle, name) values ('user', 'One', 'R')$$, '23505', 'handles are unique without regard to case');
select refused($$insert into principals (kind, handle, name) values ('user', '-x', 'R')$$, '23514', 'a handle begins with a letter or digit');
select refused($$insert into principals (kind, handle, name) values ('user', 'a b', 'R')$$, '23514', 'a handle has no spaces');
select refused($$insert into principals (kind, handle, name) values ('user', repeat('a', 40), 'R')$$, '23514', 'a handle has at most 39 characters');
select refused($$insert into principals (kind, handle, name) values ('user', 'x', '')$$, '23514', 'a name is not empty');
select refused($$insert into users (id, email, password_hash) values ('01890000-0000-7000-8000-000000000002', 'ONE@example.com', 'x')$$,
               '23505', 'e-mail addresses are unique without regard to case');
select refused($$insert into users (id, email, password_hash) values (gen_random_uuid(), 'x@example.com', 'x')$$, '23503', 'a user is a principal');
select refused($$update users set role = 'root'$$, '23514', 'roles are admin and user');
select refused($$update users set permissions = array['rooms.create', 'everything']$$, '23514', 'permissions are those that are known');
select refused($$update users set theme = 'pink'$$, '23514', 'themes are system, light and dark');

-- sessions and tokens
select refused($$insert into sessions (user_id, family_hash, refresh_hash, expires_at, revoked_reason)
                 values ('01890000-0000-7000-8000-000000000001', 'f', 'r', now(), 'whim')$$, '23514', 'a session ends for a known reason');
select lives_ok($$insert into sessions (user_id, family_hash, refresh_hash, expires_at)
                  values ('01890000-0000-7000-8000-000000000001', 'f', 'r', now())$$, 'a session is stored');
select refused($$insert into sessions (user_id, family_hash, refresh_hash, expires_at)
                 values ('01890000-0000-7000-8000-000000000001', 'f', 'r2', now())$$, '23505', 'a family of tokens has one session');
select refused($$insert into api_tokens (user_id, name, token_hash, scopes)
                 values ('01890000-0000-7000-8000-000000000001', 't', 'h', '{}')$$, '23514', 'a token has a scope');
select refused($$insert into api_tokens (user_id, name, token_hash, scopes)
                 values ('01890000-0000-7000-8000-000000000001', 't', 'h', '{root}')$$, '23514', 'scopes are those that are known');

-- audit
select refused($$insert into audit_log (action) values ('whatever')$$, '23514', 'an action is named domain.verb');
select refused($$insert into audit_log (action, outcome) values ('a.b', 'maybe')$$, '23514', 'an action is done, refused or failed');
select lives_ok($$select set_config('coagent.caller', '01890000-0000-7000-8000-000000000001', true),
                         set_config('coagent.request', '01890000-0000-7000-8000-00000000000f', true),
                         set_config('coagent.address', '192.0.2.9', true);
                  insert into audit_log (action) values ('test.defaults')$$, 'an audit row needs only its action');
select results_eq($$select actor_id::text, request_id::text, host(address) from audit_log where action = 'test.defaults'$$,
                  $$values ('01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-00000000000f', '192.0.2.9')$$,
                  'the audit log takes actor, request and address from the transaction');

-- rooms
select refused($$update rooms set name = ''$$, '23514', 'a room has a name');
select refused($$update rooms set visibility = 'secret'$$, '23514', 'a room is private or public');
select refused($$insert into room_members (room_id, principal_id, role)
                 values ('01890000-0000-7000-8000-0000000000aa', '01890000-0000-7000-8000-000000000001', 'king')$$, '23514', 'roles in a room');
select lives_ok($$insert into room_members (room_id, principal_id, role)
                  values ('01890000-0000-7000-8000-0000000000aa', '01890000-0000-7000-8000-000000000001', 'owner')$$, 'a member');
select refused($$insert into room_members (room_id, principal_id, role)
                 values ('01890000-0000-7000-8000-0000000000aa', '01890000-0000-7000-8000-000000000001', 'member')$$, '23505', 'once a member');
select refused($$insert into room_events (room_id, seq, number, kind) values ('01890000-0000-7000-8000-0000000000aa', 1, 1, 'gossip')$$,
               '23514', 'an event is of a known kind');
select is((append_event('01890000-0000-7000-8000-0000000000aa', 'message', null, null, null, null, '{}')).seq, 1::bigint, 'the first event is number 1');
select is((append_event('01890000-0000-7000-8000-0000000000aa', 'room', null, null, null, null, '{}')).seq, 2::bigint, 'the second is number 2');
select results_eq($$select last_seq, last_number from rooms where id = '01890000-0000-7000-8000-0000000000aa'$$, $$values (2::bigint, 1::bigint)$$,
                  'only messages and results count as unread');
select refused($$insert into room_events (room_id, seq, number, kind) values ('01890000-0000-7000-8000-0000000000aa', 2, 1, 'message')$$,
               '23505', 'no number is given twice');
select refused($$select append_event('01890000-0000-7000-8000-0000000000ff', 'message', null, null, null, null, '{}')$$, 'CA404',
               'nothing is written into a room that is gone');

-- agents and runs
select refused($$update agents set kind = 'oracle'$$, '23514', 'agents are chat or worker');
select refused($$update agents set context_tokens = 1$$, '23514', 'a context has a least size');
select refused($$insert into providers (name, kind) values ('x', 'psychic')$$, '23514', 'providers are openai or command');
select refused($$insert into runs (kind, state) values ('agent', 'running')$$, '23514', 'a running run has a lease');
select refused($$insert into runs (kind, state) values ('agent', 'succeeded')$$, '23514', 'a run that ended says when');
select refused($$insert into runs (kind, state, finished_at) values ('agent', 'queued', now())$$, '23514', 'a run that waits has not ended');
insert into runs (kind, state, lease_until, agent_id, room_id)
values ('agent', 'running', now(), '01890000-0000-7000-8000-000000000003', '01890000-0000-7000-8000-0000000000aa');
select refused($$insert into runs (kind, state, lease_until, agent_id, room_id)
                 values ('agent', 'running', now(), '01890000-0000-7000-8000-000000000003', '01890000-0000-7000-8000-0000000000aa')$$, '23505',
               'an agent answers one message of a room at a time');

select * from finish();
rollback;
