-- What the runner removes: old runs in bounded steps, functions that nobody uses.
begin;
select plan(22);

-- old runs
insert into principals (id, kind, handle, name) values ('01890000-0000-7000-8000-000000000001', 'user', 'ann', 'Ann');
insert into runs (id, kind, state, finished_at, output_bytes)
select (left(uuid_floor(now() - interval '200 days')::text, 24) || lpad(n::text, 12, '0'))::uuid, 'agent',
       case n when 1 then 'waiting' else 'succeeded' end, case n when 1 then null else now() - interval '200 days' end, 9000000
from generate_series(1, 6) n;
insert into run_output (run_id, position, bytes) select id, 0, 'old' from runs;
insert into files (run_id, path, size, sha256) select id, 'a', 1, '' from runs where right(id::text, 1) = '6';
set local role coagent_app;
select results_eq('select * from sweep_runs(3)', 'values (2, 0, 2)', 'a step ends where runs have 16 MB together');
select results_eq('select * from sweep_runs(1)', 'values (1, 0, 1)', 'or as many runs as it may take');
select results_eq('select * from sweep_runs(3)', 'values (2, 1, 2)', 'files go with the output');
select results_eq('select * from sweep_runs(3)', 'values (0, 0, 0)', 'until nothing is left');
select is((select count(*) from runs), 1::bigint, 'but what has not ended');
reset role;

-- Schemas of functions: of this program's version, and of five before it. The two newest of these came within a day.
create schema trial;
create function trial.schema_of(n int) returns text language sql immutable as $$ select 'fn_' || repeat(n::text, 16) $$;
create function trial.there() returns text language sql stable as $$
    select string_agg(n::text, ',' order by n) from generate_series(1, 5) n where to_regnamespace(trial.schema_of(n)) is not null $$;
grant usage on schema trial to public;
do $$ begin
    for n in 1 .. 5 loop
        execute format('create schema %I authorization coagent', trial.schema_of(n));
        execute format('create function %I.f() returns int language sql as ''select 1''', trial.schema_of(n));
        insert into schema_functions (name, version, applied_at)
        values (trial.schema_of(n), n,
                now() - case when n > 3 then interval '23 hours' else (6 - n) * interval '10 days' end + n * interval '1 minute');
    end loop;
end $$;
-- Of another role than the program's, which sees the name of the session all the same.
select set_config('application_name', 'coagent ' || trial.schema_of(1), false), pg_stat_clear_snapshot() \g /dev/null
set local role coagent_app;
select is(unused_functions(10), array[trial.schema_of(2), trial.schema_of(3)],
          'functions in use, of the last day or of the last two versions are never unused');
select is(unused_functions(1), array[trial.schema_of(2)], 'the oldest go first');
select is(drop_functions(unused_functions(1)), array[trial.schema_of(2)], 'one is dropped');
select is(trial.there(), '1,3,4,5', 'and no other');
select is(drop_functions(unused_functions(1)), array[trial.schema_of(3)], 'then the next');
select is(drop_functions(unused_functions(1)), '{}', 'until none is left that may go');
reset role;
update schema_functions set applied_at = applied_at - interval '2 days' where name in (trial.schema_of(4), trial.schema_of(5));
select set_config('application_name', 'coagent ' || trial.schema_of(4), false), pg_stat_clear_snapshot() \g /dev/null
set local role coagent_app;
select is(unused_functions(10), array[trial.schema_of(1)],
          'what nobody uses any more may go, what somebody uses now may not, nor the last two');
select is(drop_functions(array[trial.schema_of(5)]), '{}', 'the last two are not dropped whoever asks for it');
select is(drop_functions(unused_functions(10)), array[trial.schema_of(1)], 'it is dropped');
select is(trial.there(), '4,5', 'and the others are there');
select is((select count(*) from schema_functions where name = any (array(select trial.schema_of(n) from generate_series(1, 5) n))),
          2::bigint, 'the history of functions tells what is there');
reset role;

-- a clock that was ahead
update runs set state = 'queued', finished_at = null, queued_at = now() + interval '10 years', due_at = now() + interval '10 years',
                lease_until = null;
insert into runs (kind, state, host, lease_until) values ('agent', 'running', 'here', now() + interval '10 years');
insert into rooms (name, created_by, last_event_at)
values ('R', '01890000-0000-7000-8000-000000000001', now() + interval '10 years');
insert into runs (kind, state, due_at) values ('agent', 'queued', now() + interval '1 day');
set local role coagent_app;
select is(mend_times(10), 3, 'what lies in the future is brought back');
select is((select count(*) from runs where state = 'queued' and due_at <= now()), 1::bigint, 'a run is due');
select is((select count(*) from runs where state = 'queued' and due_at > now()), 1::bigint, 'but for one that is meant to be later');
select is((select lease_until from runs where state = 'running'), now() + interval '20 seconds', 'a lease has its length');
select is((select count(*) from rooms where last_event_at > now()), 0::bigint, 'no room will be active');
select is(mend_times(10), 0, 'then there is nothing left');
reset role;

select * from finish();
rollback;
