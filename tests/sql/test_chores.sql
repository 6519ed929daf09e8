-- What the runner removes: old runs in bounded steps.
begin;
select plan(5);

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

select * from finish();
rollback;
