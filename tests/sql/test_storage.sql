-- What users' runs have stored: counted at the end of a run, taken down with it, mended, and refused beyond the quota.
begin;
select plan(16);
insert into principals (id, kind, handle, name) values ('01890000-0000-7000-8000-000000000001', 'user', 'ann', 'Ann');
insert into users (id, email, password_hash) values ('01890000-0000-7000-8000-000000000001', 'ann@example.com', 'x');
insert into runs (id, kind, state, asked_by, lease_until, output_bytes)
select ('01890000-0000-7000-8000-00000000010' || n)::uuid, 'housekeeping', 'running', '01890000-0000-7000-8000-000000000001',
       now() + interval '1 hour', 300 from generate_series(1, 3) n;
insert into run_output (run_id, position, bytes) select id, 0, repeat('x', 300)::bytea from runs;
insert into files (run_id, path, size, sha256) select id, 'a', 700, '' from runs where right(id::text, 1) = '1';
insert into file_chunks (file_id, position, bytes) select id, 0, repeat('y', 700)::bytea from files;
set local role coagent_app;
select set_config('coagent.caller', '01890000-0000-7000-8000-000000000001', true) \g /dev/null

select is(storage_used(caller_id()), 1600::bigint, 'runs in progress count');
select count(*) as told from finish_run('01890000-0000-7000-8000-000000000101', null, 'succeeded', null, null, '{}') \g /dev/null
select count(*) as told from finish_run('01890000-0000-7000-8000-000000000102', null, 'failed', 'x', null, '{}') \g /dev/null
select is(storage_used(caller_id()), 1600::bigint, 'and the same when they end');
select is(count_storage(100), 2, 'the chore adds up two changes');
select is(count_storage(100), 0, 'once');
select is((select bytes from storage_counts), 1300::bigint, 'which are in the count now');
select is(storage_used(caller_id()), 1600::bigint, 'and the use stays');
select throws_ok($$select run_remove_output('01890000-0000-7000-8000-000000000103')$$, 'CA409', 'The run has not finished yet.',
                 'what is written still is not removed');
select count(*) as told from run_remove_output('01890000-0000-7000-8000-000000000101') \g /dev/null
select is(storage_used(caller_id()), 600::bigint, 'removed output and files are free');
select is(remove_runs(array['01890000-0000-7000-8000-000000000101', '01890000-0000-7000-8000-000000000102']::uuid[]), 2, 'runs go');
select is(storage_used(caller_id()), 300::bigint, 'and what they stored');
update storage_counts set bytes = 99999, counted_at = now() - interval '2 days';
select is(recount_storage(), 1, 'an old count is compared');
select is(storage_used(caller_id()), 300::bigint, 'and mended');
select lives_ok('select prove_storage()', 'below the quota nothing is wrong');
insert into settings (key, value) values ('user_storage_mb', '1');
update runs set output_bytes = 2000000 where id = '01890000-0000-7000-8000-000000000103';
select throws_like('select prove_storage()', 'Your storage is full: the output and files of your runs take up 2.0 MB of 1.0 MB.%',
                   'beyond the quota nothing is started');
update users set storage_mb = 0;
select lives_ok('select prove_storage()', 'a user may have no limit');
select is(bytes_text(999) || ', ' || bytes_text(1400000) || ', ' || bytes_text(20000000000), '999 bytes, 1.4 MB, 20 GB',
          'as people read it');

select * from finish();
rollback;
