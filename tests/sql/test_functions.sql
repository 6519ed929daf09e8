-- The small functions that everything else stands on.
begin;
select plan(49);

-- uuid_v7
create temporary table made as select n, uuid_v7() as id, clock_timestamp() as at from generate_series(1, 2000) n;
select is((select count(distinct id) from made), 2000::bigint, 'uuid_v7 makes a new id each time');
select ok((select bool_and(substr(id::text, 15, 1) = '7') from made), 'uuid_v7 says version 7');
select ok((select bool_and(substr(id::text, 20, 1) in ('8', '9', 'a', 'b')) from made), 'uuid_v7 says variant RFC 9562');
select ok((select max(abs(extract(epoch from at) * 1000
                          - ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint)) < 5000 from made),
          'uuid_v7 begins with the milliseconds of the wall clock');
select pg_sleep(0.005) \g /dev/null
create temporary table late as select uuid_v7() as id;
select ok((select bool_and(made.id < late.id) from made, late), 'uuid_v7 sorts by time');

-- times
select is(api_time('2026-02-03 04:05:06.789+02'), '2026-02-03T02:05:06.789Z', 'api_time is RFC 3339 in UTC with milliseconds');
set local timezone = 'America/New_York';
select is(api_time('2026-07-01 00:00:00+00'), '2026-07-01T00:00:00.000Z', 'api_time does not depend on the session''s zone');
select is(api_time(null), null, 'api_time of nothing is nothing');

-- cursors
select is(cursor_id(cursor_of(id)), id, 'a cursor gives its id back') from made where n = 1;
select matches(cursor_of(id), '^[A-Za-z0-9_-]{22}$', 'a cursor needs no escaping in a URL') from made where n = 2;
select is(cursor_id(null), null, 'no cursor is the start');
select throws_ok($$select cursor_id('../etc/passwd')$$, 'CA422', 'The cursor is not valid. Use the "next" of the previous page.', 'a made-up cursor is refused');

-- outcomes
select throws_ok(format('select raise_outcome(%L, %L)', code, 'Because.'), code::char(5), 'Because.', 'raise_outcome raises ' || code)
from unnest(array['CA401', 'CA403', 'CA404', 'CA409', 'CA422', 'CA429']) as code;
create function caught(out field text, out retry_after text) language plpgsql as $$
begin
    perform raise_outcome('CA429', 'Too often.', 'email', 30);
exception when others then
    get stacked diagnostics field = column_name, retry_after = pg_exception_hint;
end $$;
select is((select field from caught()), 'email', 'raise_outcome names the field');
select is((select retry_after from caught()), '30', 'raise_outcome says when to try again');

-- the caller
select is(caller_id(), null, 'nobody acts before a guard has said who');
select set_config('coagent.caller', '', true) \g /dev/null
select is(caller_id(), null, 'an empty caller is nobody');
select set_config('coagent.caller', '01890000-0000-7000-8000-000000000001', true) \g /dev/null
select is(caller_id(), '01890000-0000-7000-8000-000000000001'::uuid, 'the caller is who the guard says');

-- refusals of nobody
insert into login_throttles (subject, failures) values ('r:i:192.0.2.1', 59);
select is(admit_anonymous_refusal('192.0.2.1'), true, 'sixty refusals from an address are written');
select is(admit_anonymous_refusal('192.0.2.1'), false, 'not one more');
select is(admit_anonymous_refusal('192.0.2.2'), true, 'another address has its own count');
select is(admit_anonymous_refusal(null), true, 'and so have those without one');
update login_throttles set last_failure_at = last_failure_at - interval '7 seconds';
select is(admit_anonymous_refusal('192.0.2.1'), true, 'a while later another one is');

-- throttles
select is(throttle_subject('192.0.2.7'), 'i:192.0.2.7', 'an IPv4 address counts by itself');
select is(throttle_subject('2001:db8:1:2:3:4:5:6'), 'i:2001:db8:1:2::/64', 'an IPv6 address counts as its /64');
select isnt(throttle_subject('2001:db8:1:3::1'), throttle_subject('2001:db8:1:2::1'), 'another /64 is another client');
select is(throttle_subject('::ffff:192.0.2.7'), 'i:192.0.2.7', 'an IPv4 address that is written as IPv6 is itself');
select is((select array_agg(throttle_count('x', 3, 900))
           from generate_series(1, 5)), array[true, true, true, false, false], 'an allowance ends');
select is(throttle_seconds('x'), 5, 'its first block takes five seconds');
update login_throttles set blocked_until = clock_timestamp() where subject = 'x';
select is(throttle_count('x', 3, 900), true, 'then there is one more attempt');
select is(throttle_seconds('x'), 10, 'whose block takes twice as long');
update login_throttles set blocked_until = null, failures = 40 where subject = 'x';
select throttle_count('x', 3, 900) \g /dev/null
select is(throttle_seconds('x'), 900, 'no block takes more than a quarter of an hour');
update login_throttles set blocked_until = null, failures = 3, last_failure_at = now() - interval '45 minutes' where subject = 'x';
select is((select array_agg(throttle_count('x', 3, 900))
           from generate_series(1, 4)), array[true, true, true, false], 'attempts are forgiven');

update login_throttles set blocked_until = now() + interval '10 years', failures = 3, last_failure_at = now() + interval '10 years'
where subject = 'x';
select is(throttle_seconds('x'), 0, 'a block from a clock that was ahead is none');
select is(throttle_count('x', 3, 900), true, 'there is an attempt');
select is(throttle_seconds('x'), 10, 'of those that were counted');
select cmp_ok((select failures from login_throttles where subject = 'x'), '=', 4::real, 'and no time has been taken for more of them');

-- devices
insert into principals (id, kind, handle, name) values ('01890000-0000-7000-8000-00000000d001', 'user', 'dev', 'Dev');
insert into users (id, email, password_hash) values ('01890000-0000-7000-8000-00000000d001', 'dev@example.org', 'x');
insert into devices (user_id, token_hash, expires_at, last_seen_at)
select '01890000-0000-7000-8000-00000000d001', 'h' || n, now() + interval '1 day', now() - make_interval(hours => n)
from generate_series(1, 100) n;
select lives_ok($$select device_add('01890000-0000-7000-8000-00000000d001', '', 'fresh')$$, 'one more device');
select is((select array_agg(token_hash) from (values ('h1'), ('h99'), ('h100'), ('fresh')) as v (token_hash)
           where not exists (select from devices d where d.token_hash = v.token_hash)), array['h100'],
          'a user has a hundred devices: the one that was not used for the longest time is forgotten');

-- handles
insert into principals (kind, handle, name) values ('user', 'ada', 'Ada'), ('user', 'ada-2', 'Ada');
select is(free_handle('ada'), 'ada-3', 'free_handle counts on where a handle is taken');
select is(free_handle('Ada Lovelace!'), 'ada-lovelace', 'free_handle makes a handle of any name');
select is(free_handle('...'), 'user', 'free_handle has an answer for a name without letters');
select isnt(free_handle('everyone'), 'everyone', 'free_handle never gives a reserved word');
select throws_ok($$select agent_handle('Here')$$, 'CA422', 'This handle is reserved.', 'nor may an agent be called by one');

select * from finish();
rollback;
